package booking_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"balcao/branch-server/booking"
	"balcao/internal/queue"
)

func lisbon(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Lisbon")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func reading(t testing.TB) booking.Reading {
	t.Helper()
	return booking.Reading{
		Branch: "L901", Name: "Loja de Cidadão Demonstração", Zone: lisbon(t), Zones: time.LoadLocation,
		Now: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC),
		Service: func(text string) (queue.ServiceID, error) {
			if text == "cc" || booking.SameName(text, "Cartão de Cidadão") {
				return "cc", nil
			}
			return "", errors.New("não existe nesta loja")
		},
	}
}

// told writes what a sheet holds, one booking or fault a line.
func told(s booking.Sheet, zone *time.Location) string {
	var b strings.Builder
	fmt.Fprintln(&b, s.Format)
	for _, r := range s.Rows {
		fmt.Fprintf(&b, "%d: %s %s %s %v %q %s document %v\n", r.Line, r.Booking.ID, r.Booking.Service,
			r.Booking.Slot.In(zone).Format("2006-01-02 15:04"), r.Booking.Length, r.Booking.Code, r.Booking.State, r.Documents)
	}
	for _, f := range s.Faults {
		fmt.Fprintf(&b, "%d! %s %s\n", f.Line, f.What, f.Do)
	}
	if len(s.Ignored) > 0 {
		fmt.Fprintln(&b, "not read:", strings.Join(s.Ignored, " "))
	}
	return b.String()
}

// TestFilesAreReadAsWritten reads every file of testdata and compares with what stands beside it.
func TestFilesAreReadAsWritten(t *testing.T) {
	files, err := filepath.Glob("testdata/files/*.in")
	if err != nil || len(files) < 5 {
		t.Fatalf("files: %v, %d", err, len(files))
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := told(booking.Read(raw, reading(t)), lisbon(t))
			golden := strings.TrimSuffix(file, ".in") + ".out"
			if os.Getenv("UPDATE") != "" {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil || got != string(want) {
				t.Errorf("read:\n%s\nwant:\n%s\n%v", got, want, err)
			}
		})
	}
}

func TestOneBadLineInAThousandIsNamedAndTheOthersCount(t *testing.T) {
	var csv strings.Builder
	csv.WriteString("id;serviço;data;hora;nome;telefone\r\n")
	for i := range 1000 {
		hour := fmt.Sprintf("%02d:%02d", 9+i%8, i%60)
		if i == 511 {
			hour = "25:61"
		}
		fmt.Fprintf(&csv, "M-%04d;Cartão de Cidadão;2026-11-23;%s;Ana \"Só\" Aspas;912345678\r\n", i, hour)
	}
	// The quotes within a field are the one thing that would tear every line: written as the standard asks, none is.
	s := booking.Read([]byte(strings.ReplaceAll(csv.String(), `Ana "Só" Aspas`, `"Ana ""Só"" Aspas"`)), reading(t))
	if len(s.Rows) != 999 || len(s.Faults) != 1 {
		t.Fatalf("rows = %d, faults = %v", len(s.Rows), s.Faults[:min(3, len(s.Faults))])
	}
	if f := s.Faults[0]; f.Line != 513 || !strings.Contains(f.What, "25:61") || f.Do == "" {
		t.Errorf("fault = %+v", f)
	}
	if strings.Contains(fmt.Sprint(s), "912345678") || strings.Contains(fmt.Sprint(s), "Aspas") {
		t.Error("a name or a phone outlives the reading")
	}
}

func TestCodesAreReadAsPeopleWriteThem(t *testing.T) {
	for text, want := range map[string]booking.Code{
		"7K3M9P": "7K3M9P", " 7k3-m9p ": "7K3M9P", "7k3 m9p\n": "7K3M9P", "7K3M9": "", "7K3M9O": "", "7K3M9P2": "", "ação!!": "",
	} {
		if got, err := booking.ParseCode(text); got != want || (err == nil) != (want != "") {
			t.Errorf("%q = %q, %v", text, got, err)
		}
	}
	branch, code, err := booking.ParseScan(booking.QR("L901", "7K3M9P"))
	if branch != "L901" || code != "7K3M9P" || err != nil {
		t.Errorf("scan = %q %q %v", branch, code, err)
	}
	if branch, code, _ := booking.ParseScan("7k3m9p"); branch != "" || code != "7K3M9P" {
		t.Errorf("typed = %q %q", branch, code)
	}
	if _, err := booking.ParseCode(string(booking.NewCode([6]byte{0, 29, 30, 255, 128, 7}))); err != nil {
		t.Errorf("a new code is none: %v", err)
	}
}

func TestWhoComesEarlyOrLateIsTold(t *testing.T) {
	slot := time.Date(2026, 11, 23, 10, 45, 0, 0, time.UTC)
	w := booking.Window{From: 30 * time.Minute, Late: 15 * time.Minute}
	for minutes, want := range map[int]booking.Arrival{-31: booking.Early, -30: booking.OnTime, 0: booking.OnTime, 15: booking.OnTime, 16: booking.Late} {
		if got := w.Judge(slot, slot.Add(time.Duration(minutes)*time.Minute)); got != want {
			t.Errorf("%d minutes: %s, want %s", minutes, got, want)
		}
	}
}

func TestTheSameFileTwiceChangesNothing(t *testing.T) {
	file := []byte("id;servico;inicio;codigo\n1;cc;2026-11-23 10:45;7K3M9P\n2;cc;2026-11-23 11:00;\n")
	n := byte(0)
	codes := func() booking.Code { n++; return booking.NewCode([6]byte{n, n, n, n, n, n}) }
	nobody := func(booking.Booking) string { return "" }
	first := booking.Compare(nil, booking.Read(file, reading(t)).Rows, codes, nobody)
	if first.Count(booking.Added) != 2 || len(first.Faults) != 0 {
		t.Fatalf("first = %+v", first)
	}
	known := apply(nil, first)
	if again := booking.Compare(known, booking.Read(file, reading(t)).Rows, codes, nobody); len(again.Changes) != 0 || again.Same != 2 {
		t.Errorf("again = %+v", again)
	}
	moved := []byte("id;servico;inicio;estado\n1;cc;2026-11-24 09:00;confirmada\n2;;;cancelada\n9;;;cancelada\n")
	change := booking.Compare(known, booking.Read(moved, reading(t)).Rows, codes, nobody)
	if change.Count(booking.Moved) != 1 || change.Count(booking.Removed) != 1 || change.Same != 1 {
		t.Errorf("change = %+v", change)
	}
	if b := apply(known, change)[0]; b.Code != "7K3M9P" || b.Day != "2026-11-24" {
		t.Errorf("moved to %+v", b)
	}
	here := func(b booking.Booking) string { return map[string]string{"1": "A001"}[b.ID] }
	kept := booking.Compare(known, booking.Read(moved, reading(t)).Rows, codes, here)
	if kept.Count(booking.Moved) != 0 || len(kept.Faults) != 1 || !strings.Contains(kept.Faults[0].What, "A001") {
		t.Errorf("one who is here was moved: %+v", kept)
	}
	clash := booking.Compare(known, booking.Read([]byte("id;servico;inicio;codigo\n3;cc;2026-11-23 12:00;7K3M9P\n"), reading(t)).Rows, codes, nobody)
	if len(clash.Changes) != 0 || len(clash.Faults) != 1 {
		t.Errorf("a code twice: %+v", clash)
	}
}

func apply(known []booking.Booking, p booking.Plan) []booking.Booking {
	all := append([]booking.Booking{}, known...)
next:
	for _, c := range p.Changes {
		for i := range all {
			if all[i].ID == c.After.ID {
				all[i] = c.After
				continue next
			}
		}
		all = append(all, c.After)
	}
	return all
}

func FuzzRead(f *testing.F) {
	files, _ := filepath.Glob("testdata/files/*.in")
	for _, file := range files {
		if raw, err := os.ReadFile(file); err == nil {
			f.Add(raw)
		}
	}
	r := reading(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		s := booking.Read(raw, r)
		seen := map[string]bool{}
		for _, row := range s.Rows {
			b := row.Booking
			if b.ID == "" || seen[b.ID] || row.Line < 1 {
				t.Fatalf("row %+v", row)
			}
			seen[b.ID] = true
			if b.State == booking.Expected && (b.Service == "" || b.Slot.IsZero() || b.Day != queue.DateOf(b.Slot, r.Zone) || b.Length <= 0) {
				t.Fatalf("row %+v", row)
			}
			if _, err := booking.ParseCode(string(b.Code)); b.Code != "" && err != nil {
				t.Fatalf("code %q", b.Code)
			}
		}
		for _, fault := range s.Faults {
			if fault.What == "" || fault.Do == "" || len(fault.What) > 400 {
				t.Fatalf("fault %+v", fault)
			}
		}
		if len(s.Rows) == 0 && len(s.Faults) == 0 && s.Format != booking.JSON && s.Format != booking.ICalendar && s.Format != booking.CSV {
			t.Fatal("neither rows nor faults nor a format")
		}
	})
}

func FuzzParseScan(f *testing.F) {
	f.Add("MRCL9017K3M9P")
	f.Add("7k3 m9p")
	f.Fuzz(func(t *testing.T, text string) {
		_, c, err := booking.ParseScan(text)
		if err != nil {
			return
		}
		if again, err := booking.ParseCode(string(c)); err != nil || again != c {
			t.Fatalf("%q: %q, %v", text, c, err)
		}
	})
}
