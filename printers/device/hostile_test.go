package device_test

import (
	"bytes"
	"math/rand/v2"
	"testing"

	profiles "balcao/firmware-profiles"
	"balcao/printers"
	"balcao/printers/device"
	"balcao/printers/printertest"
)

// TestNoTextBecomesACommand puts texts made of commands, of letters from everywhere and of both into every field of a
// slip: on each dialect's printer one slip comes out, and nothing in it is obeyed wherever it stands.
func TestNoTextBecomesACommand(t *testing.T) {
	pieces := []string{
		"\x10\x04\x01", "\x10\x05\x02", "\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08", "\x1b@", "\x1d\x56\x00", "\x1bd\x03", "\x18", "\x17",
		"\x1b\x06\x01", "\x1b\x1d\x03\x01AA", "\x1c\x50\x01\x01E\x00", "\x1bi", "\n", "\x00", "\x7f", "\u0085", "\u200e", "\u202e", "\ufffd",
		"Cartão", "€", "–", "Картка", "Їжак", "Κάρτα", "Zażółć", "بطاقة", "身分證", "कार्ड", "e\u0301", "👩‍👩‍👧", "#$@[]", " ", "·",
	}
	dice := rand.New(rand.NewPCG(5, 350))
	text := func() (s string) {
		for range dice.IntN(8) {
			s += pieces[dice.IntN(len(pieces))]
		}
		return s
	}
	rounds := 150
	if testing.Short() {
		rounds = 30
	}
	for _, id := range matrixProfiles {
		p, err := profiles.Load(id)
		if err != nil {
			t.Fatal(err)
		}
		d, err := device.Dialect(p)
		if err != nil {
			t.Fatal(err)
		}
		for range rounds {
			s := printers.Slip{
				TicketID: text(), Number: "A023", Branch: text(), Body: text(), Service: text(), Place: text(), Issued: text(), Validity: text(),
				Class: text(), Booked: text(), Language: text(), Priority: dice.IntN(2) == 0, Large: dice.IntN(2) == 0, Copy: dice.IntN(3),
			}
			job, err := d.Encode(s, 1)
			if err != nil {
				t.Fatalf("%s: %v", id, err)
			}
			for _, never := range [][]byte{{0x10, 4}, {0x10, 5}, {0x10, 0x14}, {0x18}, {0x1b, 6, 1}} {
				if p.Dialect != "star" && p.Dialect != "starprnt" && never[0] != 0x10 {
					continue // of Star's languages alone
				}
				if bytes.Contains(job.Bytes, never) {
					t.Fatalf("%s: % x in the job of %+v", id, never, s)
				}
			}
			papers := printertest.ReadAs(languages[p.Dialect], 576, job.Bytes)
			if len(papers) != 1 || papers[0].ID == "" || papers[0].Biggest() != "A023" {
				t.Fatalf("%s: %d papers of %+v", id, len(papers), s)
			}
		}
	}
}
