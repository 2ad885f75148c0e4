package escpos_test

import (
	"reflect"
	"testing"
	"time"

	"balcao/printers"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// The bytes in these rows are written by hand from Epson's reference.
func TestWhatThePrinterSays(t *testing.T) {
	on := func(change func(*printers.Status)) printers.Event {
		s := printers.Status{Connected: true}
		if change != nil {
			change(&s)
		}
		return printers.StatusChanged{Status: s}
	}
	for _, row := range []struct {
		name  string
		bytes []byte
		want  []printers.Event
	}{
		{"all is well", []byte{0x10, 0, 0, 0x0f}, []printers.Event{on(nil)}},
		{"drawer is no business of ours", []byte{0x14, 0, 0, 0x0f}, []printers.Event{on(nil)}},
		{"offline", []byte{0x18, 0, 0, 0x0f}, []printers.Event{on(func(s *printers.Status) { s.Offline = true })}},
		{"cover open", []byte{0x38, 0, 0, 0x0f}, []printers.Event{on(func(s *printers.Status) { s.Offline, s.CoverOpen = true, true })}},
		{"paper out", []byte{0x18, 0, 0x0f, 0x0f}, []printers.Event{on(func(s *printers.Status) { s.Offline, s.PaperOut, s.NearEnd = true, true, true })}},
		{"near end", []byte{0x10, 0, 0x03, 0x0f}, []printers.Event{on(func(s *printers.Status) { s.NearEnd = true })}},
		{"cutter", []byte{0x18, 0x08, 0, 0}, []printers.Event{on(func(s *printers.Status) { s.Offline, s.CutterError = true, true })}},
		{"unrecoverable", []byte{0x18, 0x20, 0, 0}, []printers.Event{on(func(s *printers.Status) { s.Offline, s.Unrecoverable = true, true })}},
		{"head hot", []byte{0x18, 0x40, 0, 0}, []printers.Event{on(func(s *printers.Status) { s.Offline, s.HeadHot = true, true })}},
		{"flow control between", []byte{0x13, 0x10, 0x11, 0, 0x13, 0, 0x11, 0x0f}, []printers.Event{on(nil)}},
		{"printed", []byte{0x37, 0x22, '0', '0', '1', 'Z', 0}, []printers.Event{printers.Printed{ID: 36 + 35}}},
		{"printed, flow control between", []byte{0x37, 0x11, 0x22, '0', '0', 0x13, '0', '1', 0}, []printers.Event{printers.Printed{ID: 1}}},
		{"cleared", []byte{0x37, 0x25, 0}, []printers.Event{printers.Cleared{}}},
		{"processed", []byte{0x00}, []printers.Event{printers.Processed{}}},
		{"a text", []byte("\x5fTM-T88V\x00"), []printers.Event{printers.Answered{Text: "TM-T88V"}}},
		{"a foreign id", []byte{0x37, 0x22, 'a', 'b', 'c', 'd', 0}, []printers.Event{printers.Noise{Bytes: 7}}},
		{"an id without its end", []byte{0x37, 0x22, '0', '0', '0', '1', 1}, []printers.Event{printers.Noise{Bytes: 7}}},
		{"an unknown block", []byte{0x37, 0x70}, []printers.Event{printers.Noise{Bytes: 2}}},
		{"an answer nobody asked for", []byte{0x12}, []printers.Event{printers.Noise{Bytes: 1}}},
		{"a high byte", []byte{0xff}, []printers.Event{printers.Noise{Bytes: 1}}},
		{"a status torn by an id", []byte{0x10, 0, 0x37, 0x22, '0', '0', '0', '1', 0}, []printers.Event{printers.Noise{Bytes: 2}, printers.Printed{ID: 1}}},
		{"a status torn by a status", []byte{0x10, 0, 0x10, 0, 0, 0x0f}, []printers.Event{printers.Noise{Bytes: 2}, on(nil)}},
		{"two things at once", []byte{0x10, 0, 0, 0x0f, 0x37, 0x22, '0', '0', '0', '1', 0}, []printers.Event{on(nil), printers.Printed{ID: 1}}},
	} {
		t.Run(row.name, func(t *testing.T) {
			whole := dialect(t, epson()).NewParser()
			if got := whole.Feed(row.bytes, noon); !reflect.DeepEqual(got, row.want) {
				t.Errorf("events = %+v, want %+v", got, row.want)
			}
			bit := dialect(t, epson()).NewParser()
			var got []printers.Event
			for i, b := range row.bytes {
				got = append(got, bit.Feed([]byte{b}, noon.Add(time.Duration(i)*time.Millisecond))...)
			}
			if !reflect.DeepEqual(got, row.want) {
				t.Errorf("byte by byte: events = %+v, want %+v", got, row.want)
			}
		})
	}
}

func TestAnAnswerIsReadByItsQuestion(t *testing.T) {
	// The questions of the dialect are 4, 2, 3, 1.
	for _, row := range []struct {
		turn int
		b    byte
		want printers.Status
	}{
		{0, 0x12, printers.Status{Connected: true}},
		{0, 0x1e, printers.Status{Connected: true, NearEnd: true}},
		{0, 0x7e, printers.Status{Connected: true, NearEnd: true, PaperOut: true}},
		{1, 0x16, printers.Status{Connected: true, CoverOpen: true}},
		{2, 0x1a, printers.Status{Connected: true, CutterError: true}},
		{2, 0x32, printers.Status{Connected: true, Unrecoverable: true}},
		{2, 0x52, printers.Status{Connected: true, HeadHot: true}},
		{3, 0x1a, printers.Status{Connected: true, Offline: true}},
		{4, 0x72, printers.Status{Connected: true, PaperOut: true}},
	} {
		p := dialect(t, epson()).NewParser()
		p.Asked(row.turn, noon)
		got := p.Feed([]byte{row.b}, noon.Add(20*time.Millisecond))
		if want := []printers.Event{printers.StatusChanged{Status: row.want}}; !reflect.DeepEqual(got, want) {
			t.Errorf("turn %d, %02x: %+v, want %+v", row.turn, row.b, got, want)
		}
	}
}

func TestAnAnswerCountsOnceAndInTime(t *testing.T) {
	p := dialect(t, epson()).NewParser()
	p.Asked(0, noon)
	if got := p.Feed([]byte{0x12}, noon.Add(3*time.Second)); !reflect.DeepEqual(got, []printers.Event{printers.Noise{Bytes: 1}}) {
		t.Errorf("an answer that is too late = %+v", got)
	}
	p.Asked(0, noon)
	p.Feed([]byte{0x12}, noon)
	if got := p.Feed([]byte{0x7e}, noon); !reflect.DeepEqual(got, []printers.Event{printers.Noise{Bytes: 1}}) {
		t.Errorf("a second answer to one question = %+v", got)
	}
}

func TestAnAnswerThatMayBeForTwoQuestionsSaysNothing(t *testing.T) {
	p := dialect(t, epson()).NewParser()
	late := noon.Add(1200 * time.Millisecond)
	p.Asked(0, noon) // the roll: near its end
	p.Asked(1, late) // why it is off-line
	// Read as an answer to the second, the first one says that the cover is open.
	for _, answer := range []byte{0x1e, 0x12} {
		if got := p.Feed([]byte{answer}, late); !reflect.DeepEqual(got, []printers.Event{printers.Noise{Bytes: 1}}) {
			t.Errorf("with two questions open %02x = %+v", answer, got)
		}
	}
	p.Asked(1, late.Add(time.Second))
	want := []printers.Event{printers.StatusChanged{Status: printers.Status{Connected: true, CoverOpen: true}}}
	if got := p.Feed([]byte{0x16}, late.Add(time.Second)); !reflect.DeepEqual(got, want) {
		t.Errorf("the next answer = %+v, want %+v", got, want)
	}
}

func TestABlockThatIsNotWholeInTimeIsNoise(t *testing.T) {
	p := dialect(t, epson()).NewParser()
	p.Feed([]byte{0x37, 0x22, '0', '0'}, noon)
	got := p.Feed([]byte{0x10, 0, 0, 0x0f}, noon.Add(2*time.Second))
	want := []printers.Event{printers.Noise{Bytes: 4}, printers.StatusChanged{Status: printers.Status{Connected: true}}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("events = %+v, want %+v", got, want)
	}
}

func TestWhatWasLearntApartIsLaidTogether(t *testing.T) {
	p := dialect(t, epson()).NewParser()
	p.Asked(0, noon)
	p.Feed([]byte{0x7e}, noon)
	p.Asked(1, noon)
	got := p.Feed([]byte{0x16}, noon)
	want := printers.Status{Connected: true, PaperOut: true, NearEnd: true, CoverOpen: true}
	if !reflect.DeepEqual(got, []printers.Event{printers.StatusChanged{Status: want}}) {
		t.Errorf("events = %+v, want %+v", got, want)
	}
}

func FuzzParser(f *testing.F) {
	f.Add([]byte{0x10, 0, 0, 0x0f, 0x37, 0x22, '0', '0', '0', '1', 0, 0x12}, uint16(10))
	f.Add([]byte("\x5fTM-T88V\x00\x37\x25\x00"), uint16(700))
	f.Add([]byte{0x13, 0x10, 0x11, 0x5f, 0xff, 0x37, 0x37}, uint16(0))
	d := dialect(f, epson())
	f.Fuzz(func(t *testing.T, b []byte, gap uint16) {
		p := d.NewParser()
		at, noise := noon, 0
		for i, c := range b {
			if i%3 == 0 {
				p.Asked(i, at)
			}
			for _, e := range p.Feed([]byte{c}, at) {
				switch e := e.(type) {
				case printers.Noise:
					if e.Bytes < 1 {
						t.Error("noise of no bytes")
					}
					noise += e.Bytes
				case printers.Printed:
					if e.ID >= printers.IDs {
						t.Errorf("id %d is out of range", e.ID)
					}
				}
			}
			at = at.Add(time.Duration(gap) * time.Millisecond)
		}
		if noise > len(b) {
			t.Errorf("noise of %d bytes out of %d", noise, len(b))
		}
	})
}

func BenchmarkParser(b *testing.B) {
	stream := []byte{
		0x10, 0, 0, 0x0f, 0x13, 0x11, 0x37, 0x22, '0', '0', '0', '1', 0,
		0x18, 0, 0x0f, 0x0f, 0x37, 0x25, 0, 0x10, 0, 0, 0x0f,
	}
	p := dialect(b, epson()).NewParser()
	b.SetBytes(int64(len(stream)))
	b.ReportAllocs()
	for b.Loop() {
		p.Feed(stream, noon)
	}
}
