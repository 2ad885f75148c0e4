package operation

import (
	"context"
	"fmt"
	"net"
	"os"
	"strconv"
	"time"
)

// supervisor is the service manager that started the program, spoken to as sd_notify(3) describes: one datagram a
// message on the socket that the environment names. Without one nobody is told.
type supervisor struct {
	socket string
	beat   time.Duration // how often it wants a sign of life; 0 is never
}

// supervisorOf reads the environment: NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID.
func supervisorOf(env func(string) string, pid int) supervisor {
	s := supervisor{socket: env("NOTIFY_SOCKET")}
	whom := env("WATCHDOG_PID")
	mine := whom == "" || whom == strconv.Itoa(pid)
	if usec, err := strconv.ParseInt(env("WATCHDOG_USEC"), 10, 64); err == nil && usec > 0 && mine {
		s.beat = time.Duration(usec) * time.Microsecond
	}
	return s
}

// tell sends a message such as READY=1. A service manager that does not listen is an error that changes nothing.
func (s supervisor) tell(ctx context.Context, message string) error {
	if s.socket == "" {
		return nil
	}
	name := s.socket
	if name[0] == '@' { // of the abstract namespace
		name = "\x00" + name[1:]
	}
	conn, err := new(net.Dialer).DialContext(ctx, "unixgram", name)
	if err != nil {
		return fmt.Errorf("tell the service manager: %w", err)
	}
	defer conn.Close()
	if _, err := conn.Write([]byte(message)); err != nil {
		return fmt.Errorf("tell the service manager: %w", err)
	}
	return nil
}

// ours is the supervisor of this process.
func ours() supervisor { return supervisorOf(os.Getenv, os.Getpid()) }
