package card

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// Describe says in a few words what a command asks of a Citizen Card, for a
// technician. It holds nothing that a card answered.
func Describe(command []byte) string {
	c, err := ParseCommand(command)
	if err != nil {
		return "not a command"
	}
	if c.Class&0x0C == 0x0C {
		return fmt.Sprintf("protected, instruction %02X", c.Instruction)
	}
	switch c.Instruction {
	case 0xA4:
		return "SELECT " + describeFile(c)
	case 0xB0:
		if c.P1 == 0x80|0x1C { // by its short identifier
			return "READ BINARY EF.CardAccess"
		}
		offset := int(c.P1)<<8 | int(c.P2)
		return fmt.Sprintf("READ BINARY %d–%d", offset, offset+c.Le-1)
	case 0xC0:
		return "GET RESPONSE"
	case 0x22:
		return "MSE SET AT (protocol)"
	case 0x84:
		return "GET CHALLENGE"
	case 0x82:
		return "EXTERNAL AUTHENTICATE (basic access)"
	case 0x86:
		return "GENERAL AUTHENTICATE"
	case 0x88:
		return "INTERNAL AUTHENTICATE (challenge)"
	default:
		return fmt.Sprintf("instruction %02X", c.Instruction)
	}
}

func describeFile(c Command) string {
	for _, known := range []struct {
		data []byte
		name string
	}{
		{aidCC1[:], "application CC1"},
		{aidCC2[:], "application CC2, national data"},
		{aidPassport[:], "application ICAO (passport)"},
		{[]byte{0x60, 0x46, 0x32, 0xFF, 0x00, 0x00, 0x06}, "application MultiPass"},
		{identityCC1.Data, "EF02, identity (CC1)"},
		{objectCC1.Data, "EF06, security object (CC1)"},
		{identityCC2.Data, "010D, identity (CC2)"},
		{objectCC2.Data, "011D, security object (CC2)"},
		{chipInfosCC2.Data, "010E, security infos (CC2)"},
		{[]byte{0x3F, 0x00}, "3F00, master file"},
		{[]byte{0x01, 0x1C}, "011C, EF.CardAccess"},
		{chipKeyCC2.Data, "010F, key of the chip (CC2)"},
	} {
		if bytes.Equal(c.Data, known.data) {
			return known.name
		}
	}
	if len(c.Data) == 2 {
		return fmt.Sprintf("file %04X", binary.BigEndian.Uint16(c.Data))
	}
	return fmt.Sprintf("%X", c.Data)
}
