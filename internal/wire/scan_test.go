package wire

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

// forms are events as they may come: the first ones are read quickly, all of them as encoding/json reads them.
var forms = []string{
	`{"s":1,"id":"01KAN6Z5T0000000000000BC41","t":"ticket.issued","v":1,"ts":1795305600123,"up":8812345,"cq":"ok","d":{"visit":1,"tk":{"p":"A","n":1}}}`,
	`{"s":7,"id":"a","t":"x","v":1,"ts":-1,"up":0,"cq":"unset"}`,
	`{"s":8,"id":"a","t":"ticket.called","v":1,"ts":1,"up":-2,"cq":"drift","via":{"n":"L901-K01","e":2,"s":3},"d":[1,-2,0,true,false,null,"é",{},[]]}`,
	`{"s":8,"id":"","t":"","v":0,"ts":1,"up":2,"cq":"","d":"text"}`,
	`{"s":8,"id":"a\u0062","t":"x","v":1,"ts":1,"up":2,"cq":"ok","d":{"a":"\u003c"}}`,
	`{"s":8,"id":"a","t":"x","v":1,"ts":1,"up":2,"cq":"ok","d":{"a":1.5e3}}`,
	`{"s":08,"id":"a","t":"x","v":1,"ts":1,"up":2,"cq":"ok"}`,
	`{"s":18446744073709551615,"id":"a","t":"x","v":1,"ts":1,"up":2,"cq":"ok"}`,
	`{"s":8,"id":"a","t":"x","v":1,"ts":1,"up":2,"cq":"ok","d":{"a":01}}`,
	`{"s":8,"id":"a","t":"x","v":1,"ts":1,"up":2,"cq":"ok","d":{"a":1,}}`,
	`{"s":8,"id":"a","t":"x","v":1,"ts":1,"up":2,"cq":"ok","d":{"a":-}}`,
	`{"s":8,"id":"a","t":"x","v":1,"ts":1,"up":2,"cq":"ok","d":nul}`,
	`{"s":8,"id":"a","t":"x","v":1,"ts":1,"up":2,"cq":"ok","d":null}`,
	`{"s":8,"id":"a","t":"x","v":1,"ts":1,"up":2,"cq":"ok","new":1}`,
	`{"s":8,"id":"a","t":"x","v":1,"ts":1,"up":2,"cq":"ok"}}`,
	`{"s":8,"id":"a","t":"x","v":1,"ts":1,"up":2,"cq":"ok"} `,
	`{"s":8,"S":9,"id":"a","t":"x","v":1,"ts":1,"up":2,"cq":"ok"}`,
	`{"t":"x","s":8}`,
	`{"s":8`,
}

func TestEventsInTheirUsualFormAreReadWithoutReflection(t *testing.T) {
	for i, raw := range forms[:4] {
		if _, ok := scanEvent([]byte(raw)); !ok {
			t.Errorf("form %d is not read: %s", i, raw)
		}
	}
	if e, err := EncodeEvent(Event{
		Seq: 9, ID: "01KAN6Z5T0000000000000BC41", Type: TypeCalled, Version: 1, TS: 1795305600123, Up: 5,
		CQ: ClockOK, Via: &Via{Node: "L901-K01", Epoch: 1, Seq: 2}, Data: []byte(`{"counter":"1"}`),
	}); err != nil {
		t.Fatal(err)
	} else if _, ok := scanEvent(e); !ok {
		t.Errorf("what this package writes is not read: %s", e)
	}
}

// FuzzScanEvent holds the quick reading to that of encoding/json: whatever it says it has read, reads the same there.
func FuzzScanEvent(f *testing.F) {
	names, err := filepath.Glob("testdata/v1/event-*.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	for _, raw := range forms {
		f.Add([]byte(raw))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		seen, ok := scanEvent(raw)
		if !ok {
			return
		}
		var want Event
		if err := json.Unmarshal(raw, &want); err != nil {
			t.Fatalf("read %s, where encoding/json says: %v", raw, err)
		}
		if got := seen.event(); !reflect.DeepEqual(got, want) {
			t.Errorf("%s\nread as %+v\nwant    %+v", raw, got, want)
		}
	})
}

// facts are bodies of the facts that are read quickly, and of some that look like them and are not.
var facts = []struct {
	kind, body string
	quick      bool
}{
	{TypeReserved, `{"visit":25,"tk":{"p":"A","n":25},"div":"a","svc":"cc-renew","body":"irn","class":"walkin","req":"r-3","day":"2026-11-23"}`, true},
	{TypeReserved, `{"visit":25,"tk":{"p":"A","n":25},"div":"a","svc":"cc-renew","body":"irn","class":"booked","slot":"2026-11-23T09:30:00Z","lang":"pt","req":"r-3","kiosk":"L901-K01","boot":"b-1","day":"2026-11-23","told":{"svc":"cc-renew","lo":10,"hi":25,"mid_ns":1080000000000}}`, true},
	{TypeReserved, `{"visit":25,"tk":{"p":"A","n":25},"div":"a","svc":"cc-renew","body":"irn","class":"booked","slot":"yesterday","req":"r-3","day":"2026-11-23"}`, false},
	{TypeReserved, `{"visit":25,"tk":{"p":"A","n":25},"div":"a","svc":"cc-renew","body":"irn","class":"law","req":"r-3","day":"2026-11-23","then":["tax"]}`, false},
	{TypeIssued, `{"visit":23,"tk":{"p":"A","n":23},"print":"printed","revived":true}`, true},
	{TypeIssued, `{"visit":23,"tk":{"p":"\u0041","n":23},"print":"printed"}`, false},
	{TypeCalled, `{"visit":23,"tk":{"p":"A","n":23},"svc":"x","counter":"7","why":{"rule":"law","tier":1,"pen":0,"key":"2026-11-23T09:30:00.5Z","waited_ns":600,"others":2,"passed":4,"passed_tk":"B004","secondary":true,"basis":"DL 58/2016","reason":"r","unlawful":true}}`, true},
	{TypeCalled, `{"visit":23,"tk":{"p":"A","n":23},"svc":"x","counter":"7","why":{"rule":"arrival","tier":1,"pen":0,"key":"2026-11-23T09:30:00+01:00","waited_ns":-6,"others":0}}`, true},
	{TypeStarted, `{"visit":23,"counter":"7"}`, true},
	{TypeStarted, `{"visit":23,"counter":"7","by":"p-1"}`, false},
	{TypeNotShown, `{"visit":23,"counter":"7"}`, true},
	{TypeFinished, `{"visit":23,"counter":"7"}`, true},
	{TypeFinished, `{"visit":23,"counter":"7","delivered":[{"svc":"a","n":1,"outcome":"done"},{"svc":"b","n":2}],"outcome":"sent_away"}`, true},
	{TypeFinished, `{"visit":23,"counter":"7","delivered":[{"svc":"a","n":1}],"left":["b"]}`, false},
}

func TestCommonFactsAreReadWithoutReflection(t *testing.T) {
	for _, f := range facts {
		got, quick := scanFact(f.kind, []byte(f.body))
		if quick != f.quick {
			t.Errorf("%s %s: read quickly %v, want %v", f.kind, f.body, quick, f.quick)
		}
		want, err := factDecoders[f.kind]([]byte(f.body))
		if quick && (err != nil || !reflect.DeepEqual(got, want)) {
			t.Errorf("%s\nread as %+v\nwant    %+v, %v", f.body, got, want, err)
		}
	}
}

// FuzzScanFact holds the quick reading of facts to that of encoding/json.
func FuzzScanFact(f *testing.F) {
	for _, one := range facts {
		f.Add(one.kind, []byte(one.body))
	}
	f.Fuzz(func(t *testing.T, kind string, data []byte) {
		got, ok := scanFact(kind, data)
		if !ok {
			return
		}
		want, err := factDecoders[kind](data)
		if err != nil {
			t.Fatalf("read %s %s, where encoding/json says: %v", kind, data, err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s %s\nread as %+v\nwant    %+v", kind, data, got, want)
		}
	})
}

// BenchmarkReadARecord reads an event and its fact, as each record of a log is read when it is shown.
func BenchmarkReadARecord(b *testing.B) {
	raw := []byte(`{"s":1041,"id":"01KAN6Z5T0000000000000BC41","t":"ticket.called","v":1,"ts":1795305600123,"up":8812345,"cq":"ok","d":` + facts[7].body + `}`)
	b.Run("usual form", func(b *testing.B) {
		b.ReportAllocs()
		for range b.N {
			e, _ := DecodeEvent(raw)
			if _, err := DecodeFact(e.Type, e.Version, e.Data); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encoding/json", func(b *testing.B) {
		b.ReportAllocs()
		for range b.N {
			var e Event
			if err := json.Unmarshal(raw, &e); err != nil {
				b.Fatal(err)
			}
			if _, err := factDecoders[e.Type](e.Data); err != nil {
				b.Fatal(err)
			}
		}
	})
}
