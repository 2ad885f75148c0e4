package device_test

import (
	"context"
	"net"
	"sync"

	"balcao/printers/device"
	"balcao/printers/serialport"
	"balcao/printers/tcp"
	"balcao/printers/usblp"
)

// cable is how a printer is reached.
type cable string

const (
	serialCable  cable = "serial"
	usbCable     cable = "usb"
	networkCable cable = "tcp" // through a print server, which takes bytes before the printer does
)

var cables = []cable{serialCable, usbCable, networkCable}

// step is how many places of a job the short form goes on by.
func (c cable) step() int {
	if c == serialCable {
		return 6
	}
	return 16
}

// plug makes the way to the printer at link; unplug ends what it needs.
func (c cable) plug(link string) (open func(context.Context) (device.Transport, error), unplug func(), err error) {
	switch c {
	case usbCable:
		return func(context.Context) (device.Transport, error) {
			p, err := usblp.Open(link)
			if err != nil {
				return nil, err
			}
			return p, nil
		}, func() {}, nil
	case networkCable:
		s, err := serve(link)
		if err != nil {
			return nil, nil, err
		}
		return func(ctx context.Context) (device.Transport, error) {
			p, err := tcp.Open(ctx, s.address())
			if err != nil {
				return nil, err
			}
			return p, nil
		}, s.stop, nil
	case serialCable:
	}
	return func(context.Context) (device.Transport, error) {
		p, err := serialport.Open(serialport.Config{Path: link, Baud: 19200})
		if err != nil {
			return nil, err
		}
		return p, nil
	}, func() {}, nil
}

// server is a print server: port 9100 in front, a serial line behind.
type server struct {
	listener net.Listener
	link     string
	work     sync.WaitGroup
}

func serve(link string) (*server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &server{listener: l, link: link}
	s.work.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			s.pass(conn) // one client at a time, as they do
		}
	})
	return s, nil
}

func (s *server) address() string { return s.listener.Addr().String() }

func (s *server) stop() {
	_ = s.listener.Close()
	s.work.Wait()
}

// pass hands bytes on in both directions until one side is gone.
func (s *server) pass(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	port, err := serialport.Open(serialport.Config{Path: s.link, Baud: 19200})
	if err != nil {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var work sync.WaitGroup
	work.Go(func() { // to the printer
		defer func() { _ = port.Close() }()
		buf := make([]byte, 512)
		for {
			n, err := conn.Read(buf)
			if n > 0 {
				if _, werr := port.Write(ctx, buf[:n]); werr != nil {
					return
				}
			}
			if err != nil {
				return
			}
		}
	})
	buf := make([]byte, 512)
	for {
		n, err := port.Read(buf)
		if err != nil {
			break
		}
		if _, err := conn.Write(buf[:n]); err != nil {
			break
		}
	}
	cancel()
	_ = conn.Close()
	_ = port.Close()
	work.Wait()
}
