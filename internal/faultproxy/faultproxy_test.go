package faultproxy

import (
	"bufio"
	"bytes"
	"testing"
)

func FuzzRead(f *testing.F) {
	f.Add(pack(publish<<4, []byte("\x00\x01tpayload")))
	f.Add(pack(publish<<4|2, []byte("\x00\x01t\x00\x07payload")))
	f.Add(pack(connect<<4, []byte("\x00\x04MQTT\x04\x02\x00\x0f\x00\x04L001")))
	f.Add([]byte{0x30, 0xff, 0xff, 0xff, 0xff, 0x01})
	f.Fuzz(func(t *testing.T, raw []byte) {
		first, body, err := read(bufio.NewReader(bytes.NewReader(raw)))
		if err != nil {
			return
		}
		first2, body2, err := read(bufio.NewReader(bytes.NewReader(pack(first, body))))
		if err != nil || first2 != first || !bytes.Equal(body2, body) {
			t.Errorf("%x reads back as %x %x, %v", raw, first2, body2, err)
		}
		if id, err := clientID(body); err == nil && len(id) > len(body) {
			t.Errorf("an id of %d bytes in %d", len(id), len(body))
		}
		if packet, _, err := unconfirmed(first, body); err == nil && len(packet) > len(body)+5 {
			t.Errorf("%d bytes became %d", len(body), len(packet))
		}
	})
}

func TestAMessageThatWantsAConfirmationGetsOneAndGoesOnWithout(t *testing.T) {
	packet, confirmation, err := unconfirmed(publish<<4|0x0b, []byte("\x00\x01t\x12\x34payload"))
	if err != nil || string(packet) != "\x31\x0a\x00\x01tpayload" || string(confirmation) != "\x40\x02\x12\x34" {
		t.Errorf("packet %q, confirmation %q, %v", packet, confirmation, err)
	}
}
