package alpha

import (
	"fmt"
	"strings"
)

// Information is what a sign says of itself (manual, 6.2, table 16).
type Information struct {
	// Firmware is its version, with the letter of the revision behind it where there is one.
	Firmware string
	// Released is month and year of the firmware, as mmyy.
	Released string
}

// Lengths of general information, from both ends: the revision in the middle may be missing.
const (
	versionLength = 8
	tailLength    = len("MmYyHhNnRSSPOOL,pool")
)

// ReadInformation reads the answer to AskInformation. The error wraps ErrPacket for a packet that is none.
func ReadInformation(p Packet) (Information, error) {
	for _, c := range p.Commands {
		// A sign answers a question with the letter for writing (table 16).
		if len(c) < 2 || c[0] != WriteSpecial || c[1] != information {
			continue
		}
		data := string(c[2:])
		if n := len(data) - tailLength; n != versionLength && n != versionLength+1 {
			return Information{}, fmt.Errorf("information of %d letters: %w", len(data), ErrPacket)
		}
		head := data[:len(data)-tailLength]
		tail := data[len(head):]
		if strings.Trim(head, printable) != "" || strings.Trim(tail[:4], "0123456789") != "" {
			return Information{}, fmt.Errorf("information %q: %w", data, ErrPacket)
		}
		return Information{Firmware: strings.TrimSpace(head), Released: tail[:4]}, nil
	}
	return Information{}, fmt.Errorf("no information in it: %w", ErrPacket)
}

// printable are the letters of a version.
const printable = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 .-_/"

// AnswerInformation writes what a sign answers, for signs made of software.
func AnswerInformation(address string, i Information) ([]byte, error) {
	data := fmt.Sprintf("%-8.8s%4.4s0000M00FFFF,FFFF", i.Firmware, i.Released)
	return Encode(Packet{Type: Response, Address: address, Commands: [][]byte{append([]byte{WriteSpecial, information}, data...)}})
}
