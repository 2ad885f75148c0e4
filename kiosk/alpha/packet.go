// Package alpha speaks the Alpha Sign Communications Protocol (also called M-Protocol), the one language of LED signs
// that its maker published: Adaptive Micro Systems, form 9708-8061, revision F, called the manual below. It turns calls
// into packets, and what a sign answers into values. What comes from outside is text and never becomes a command: a
// sign is told only letters that stand in its tables.
//
// Only the 1-byte format is written, with the checksum that lets a sign drop what was garbled on the line. A sign does
// not acknowledge what it is told (protocol 1.0), so whoever must know that it is there asks it for what it is.
package alpha

import (
	"errors"
	"fmt"
	"strconv"
)

// Control bytes of a packet (manual, 5.1).
const (
	nul byte = 0x00
	soh byte = 0x01
	stx byte = 0x02
	etx byte = 0x03
	eot byte = 0x04
)

// wakeUp is how many NULs let a sign find the speed of the line (manual, 5.1).
const wakeUp = 5

// Types of signs that packets are addressed to (manual, 5.1, table of type codes).
const (
	// AnySign is every sign.
	AnySign byte = 'Z'
	// Response is the type in what a sign answers.
	Response byte = '0'
)

// Everyone is the address that every sign hears.
const Everyone = "00"

// Commands (manual, section 6).
const (
	// WriteText writes a TEXT file.
	WriteText byte = 'A'
	// WriteSpecial sets something of the sign; a sign answers questions with it too.
	WriteSpecial byte = 'E'
	// ReadSpecial asks for something of the sign.
	ReadSpecial byte = 'F'
)

// information is the label of general information (manual, 6.2, table 16).
const information byte = '"'

// Packet is one transmission to or from a sign.
type Packet struct {
	// Type says which signs are meant, Address which of them, as two hexadecimal digits or question marks.
	Type    byte
	Address string
	// Commands are a letter each with their data behind it.
	Commands [][]byte
}

// ErrPacket is under every packet that cannot be written or read.
var ErrPacket = errors.New("not a packet of the Alpha protocol")

// Encode writes a packet with its checksums. The error wraps ErrPacket for an address that is none, for no command, and
// for data that holds a control byte of packets or a byte that seven bits do not carry.
func Encode(p Packet) ([]byte, error) {
	if p.Type < 0x20 || p.Type > 0x7E || !addressed(p.Address) || len(p.Commands) == 0 {
		return nil, fmt.Errorf("address sign %q %q: %w", p.Type, p.Address, ErrPacket)
	}
	out := make([]byte, 0, 64)
	for range wakeUp {
		out = append(out, nul)
	}
	out = append(out, soh, p.Type)
	out = append(out, p.Address...)
	for _, c := range p.Commands {
		if len(c) == 0 || len(c) > longestCommand {
			return nil, fmt.Errorf("command of %d bytes: %w", len(c), ErrPacket)
		}
		for _, b := range c {
			if b <= eot || b > 0x7F {
				return nil, fmt.Errorf("byte %02X in a command: %w", b, ErrPacket)
			}
		}
		body := append(append([]byte{stx}, c...), etx)
		out = append(out, body...)
		out = append(out, checksum(body)...)
	}
	return append(out, eot), nil
}

// checksum is the sum of all bytes from STX to ETX, as four hexadecimal digits (manual, 5.1.1).
func checksum(body []byte) string {
	var sum uint16
	for _, b := range body {
		sum += uint16(b)
	}
	return fmt.Sprintf("%04X", sum)
}

func addressed(a string) bool {
	if len(a) != 2 {
		return false
	}
	for _, c := range []byte(a) {
		if !hexDigit(c) && c != '?' {
			return false
		}
	}
	return true
}

func hexDigit(c byte) bool { return c >= '0' && c <= '9' || c >= 'A' && c <= 'F' }

// longestCommand bounds a command, and longestPacket what a Decoder keeps of one transmission.
const (
	longestCommand = 1024
	longestPacket  = 4096
)

// Decoder finds packets in a stream of bytes. Whatever is not one is passed over. The zero value is ready.
type Decoder struct {
	buf []byte // of the packet under way, after its SOH
	in  bool
}

// Hear takes in bytes and returns the packets that ended in them, and an error for each that was garbled. It never
// keeps more than one packet's bytes.
func (d *Decoder) Hear(b []byte) (packets []Packet, faults []error) {
	for _, c := range b {
		c &= 0x7F // the eighth bit is not part of 7E1
		switch {
		case c == soh:
			d.buf, d.in = d.buf[:0], true
		case !d.in:
		case c == eot:
			d.in = false
			p, err := read(d.buf)
			if err != nil {
				faults = append(faults, err)
				continue
			}
			packets = append(packets, p)
		case len(d.buf) == longestPacket:
			d.in = false
			faults = append(faults, fmt.Errorf("packet longer than %d bytes: %w", longestPacket, ErrPacket))
		default:
			d.buf = append(d.buf, c)
		}
	}
	return packets, faults
}

// Reset forgets a packet under way, as a sign does after a second of silence (manual, 5.1).
func (d *Decoder) Reset() { d.in = false }

// read takes a packet apart, from behind SOH to before EOT. Checksums are optional, and right where they are.
func read(b []byte) (Packet, error) {
	if len(b) < 5 || b[3] != stx || !addressed(string(b[1:3])) {
		return Packet{}, fmt.Errorf("header: %w", ErrPacket)
	}
	p := Packet{Type: b[0], Address: string(b[1:3])}
	for rest := b[3:]; len(rest) > 0; {
		if rest[0] != stx {
			return Packet{}, fmt.Errorf("byte %02X where a command should begin: %w", rest[0], ErrPacket)
		}
		end := 1
		for end < len(rest) && rest[end] != etx && rest[end] != stx {
			end++
		}
		if end == 1 {
			return Packet{}, fmt.Errorf("empty command: %w", ErrPacket)
		}
		p.Commands = append(p.Commands, append([]byte(nil), rest[1:end]...))
		if end == len(rest) || rest[end] == stx {
			rest = rest[end:]
			continue
		}
		if len(rest) < end+5 {
			return Packet{}, fmt.Errorf("checksum cut short: %w", ErrPacket)
		}
		want, err := strconv.ParseUint(string(rest[end+1:end+5]), 16, 16)
		if err != nil || checksum(rest[:end+1]) != fmt.Sprintf("%04X", want) {
			return Packet{}, fmt.Errorf("checksum %q: %w", rest[end+1:end+5], ErrPacket)
		}
		rest = rest[end+5:]
	}
	return p, nil
}
