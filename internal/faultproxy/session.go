package faultproxy

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"net"
)

// Types of control packets (MQTT 3.1.1, table 2.1), in the upper half of the first byte.
const (
	connect = 1
	publish = 3
	puback  = 4
)

// largest is the most a packet may have; brokers of this project take a quarter of a megabyte.
const largest = 1 << 20

var errPacket = errors.New("not an MQTT packet")

// read reads one control packet whole: its first byte and what follows the remaining length (section 2.2).
func read(r *bufio.Reader) (first byte, body []byte, err error) {
	if first, err = r.ReadByte(); err != nil {
		return 0, nil, err
	}
	length, err := remaining(r)
	if err != nil {
		return 0, nil, err
	}
	body = make([]byte, length)
	if _, err := io.ReadFull(r, body); err != nil {
		return 0, nil, err
	}
	return first, body, nil
}

// remaining reads a remaining length (section 2.2.3).
func remaining(r io.ByteReader) (int, error) {
	length := 0
	for shift := 0; shift < 28; shift += 7 {
		b, err := r.ReadByte()
		if err != nil {
			return 0, err
		}
		length |= int(b&0x7f) << shift
		if b < 0x80 {
			if length > largest {
				return 0, errPacket
			}
			return length, nil
		}
	}
	return 0, errPacket
}

// pack makes a control packet.
func pack(first byte, body []byte) []byte {
	out := append(make([]byte, 0, len(body)+5), first)
	for n := len(body); ; {
		b := byte(n & 0x7f)
		if n >>= 7; n == 0 {
			out = append(out, b)
			break
		}
		out = append(out, b|0x80)
	}
	return append(out, body...)
}

// clientID returns the client id of a CONNECT packet (section 3.1).
func clientID(body []byte) (string, error) {
	name, rest, err := text(body)
	if err != nil || name == "" || len(rest) < 4 {
		return "", errPacket
	}
	id, _, err := text(rest[4:]) // level, flags and keep-alive stand between
	return id, err
}

// text reads a string with its length in front (section 1.5.3).
func text(b []byte) (string, []byte, error) {
	if len(b) < 2 {
		return "", nil, errPacket
	}
	n := int(binary.BigEndian.Uint16(b))
	if len(b) < 2+n {
		return "", nil, errPacket
	}
	return string(b[2 : 2+n]), b[2+n:], nil
}

// unconfirmed makes of a PUBLISH (section 3.3) one that nobody has to confirm, and returns the confirmation that its
// sender waits for, nil for none.
func unconfirmed(first byte, body []byte) (packet, confirmation []byte, err error) {
	if first&0x06 == 0 {
		return pack(first, body), nil, nil
	}
	_, rest, err := text(body)
	if err != nil || len(rest) < 2 {
		return nil, nil, errPacket
	}
	head := len(body) - len(rest)
	plain := append(append(make([]byte, 0, len(body)), body[:head]...), rest[2:]...)
	return pack(first&^0x0e, plain), pack(puback<<4, rest[:2]), nil
}

// session is one connection of one client.
type session struct {
	proxy              *Proxy
	toBroker, toClient *end
	client             *client // guarded by proxy.mu
}

func (s *session) fromClient(conn net.Conn) {
	r := bufio.NewReader(conn)
	first, body, err := read(r)
	if err != nil || first>>4 != connect {
		return
	}
	id, err := clientID(body)
	if err != nil {
		return
	}
	c := s.proxy.name(id, s)
	if !s.toBroker.write(pack(first, body)) {
		return
	}
	s.pump(r, &c.up, s.toBroker, s.toClient)
}

// fromBroker carries what the broker says. It says nothing before it knows its client, nor does this proxy.
func (s *session) fromBroker(conn net.Conn) {
	r := bufio.NewReader(conn)
	first, body, err := read(r)
	if err != nil || !s.toClient.write(pack(first, body)) { // the CONNACK, in answer to what fromClient passed on
		return
	}
	s.proxy.mu.Lock()
	c := s.client
	s.proxy.mu.Unlock()
	s.pump(r, &c.down, s.toClient, s.toBroker)
}

// pump carries one direction until it ends: messages to their fate, all else at once.
func (s *session) pump(r *bufio.Reader, w *way, to, back *end) {
	for {
		first, body, err := read(r)
		if err != nil {
			return
		}
		if first>>4 != publish {
			if !to.write(pack(first, body)) {
				return
			}
			continue
		}
		packet, confirmation, err := unconfirmed(first, body)
		if err != nil || confirmation != nil && !back.write(confirmation) {
			return
		}
		s.proxy.message(w, packet)
	}
}
