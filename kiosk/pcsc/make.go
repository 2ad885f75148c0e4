package pcsc

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/ebfe/scard"
)

// Make is what a reader says of itself beyond its name. What it does not say is empty.
type Make struct {
	// Maker is the maker's name, Serial the serial number.
	Maker, Serial string
	// Firmware is its version, such as "2.03".
	Firmware string
}

// askingTime is how long a reader may take to say what it is.
const askingTime = 2 * time.Second

// ask asks a reader for what it is, once when it arrives and before any card
// in it is looked at, so that no Session of ours is in the way. The connection
// is direct: no card needs to be there and none is given power (PC/SC part 5,
// SCARD_SHARE_DIRECT). A reader that does not answer in time costs the
// service's connection, and is never asked again.
func (t *turn) ask(reader string) Make {
	var m Make
	if t.w.mute[reader] {
		return m
	}
	err := t.link.call(askingTime, func(c *scard.Context) error {
		direct, err := t.link.connect(c, reader, scard.ShareDirect, scard.ProtocolUndefined)
		if err != nil {
			return err
		}
		m.Maker = attribute(direct, scard.AttrVendorName, plain)
		m.Firmware = attribute(direct, scard.AttrVendorIfdVersion, version)
		m.Serial = attribute(direct, scard.AttrVendorIfdSerialNo, plain)
		_ = t.link.part(direct) // else it ends with the link, and is in nobody's way
		return nil
	})
	if errors.Is(err, errCut) {
		t.w.mute[reader] = true
	}
	if err != nil {
		t.w.log.Info("card reader does not say what it is", "reader", reader, "err", translate(err))
	}
	return m
}

// attribute asks for one attribute (PC/SC part 3, table 3-1). Most readers have only some of them.
func attribute(direct *scard.Card, id scard.Attrib, read func([]byte) string) string {
	raw, err := direct.GetAttrib(id)
	if err != nil {
		return ""
	}
	return read(raw)
}

// longestName bounds what a reader may call itself.
const longestName = 64

// plain reads a text with a zero behind it.
func plain(raw []byte) string {
	text, _, _ := strings.Cut(string(raw[:min(len(raw), longestName)]), "\x00")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, text))
}

// version reads 0xMMmmbbbb: major, minor and build, each half a byte a digit,
// since the CCID driver hands on the release number of the USB device
// (bcdDevice). Zero says nothing.
func version(raw []byte) string {
	if len(raw) < 4 {
		return ""
	}
	v := binary.NativeEndian.Uint32(raw)
	if v == 0 {
		return ""
	}
	text := fmt.Sprintf("%x.%02x", v>>24, v>>16&0xFF)
	if build := v & 0xFFFF; build != 0 {
		text += fmt.Sprintf(".%x", build)
	}
	return text
}
