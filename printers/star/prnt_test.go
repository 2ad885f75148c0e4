package star_test

import (
	"bytes"
	"reflect"
	"testing"

	"balcao/printers"
	"balcao/printers/printertest"
)

// prnt is a StarPRNT printer.
func prnt(t *testing.T) printers.Dialect {
	t.Helper()
	o := options()
	o.PRNT, o.Confirmation = true, printers.ByID
	return dialect(t, o)
}

// The bytes here are written by hand from the StarPRNT manual, ESC GS ETX.
func TestADocumentIsAskedForByItsID(t *testing.T) {
	job, err := prnt(t).Encode(sample(), 65)
	if err != nil {
		t.Fatal(err)
	}
	if begin := []byte{0x1b, 0x1d, 0x03, 0x02, 0x00, 0x00, 0x1b, 0x40}; !bytes.HasPrefix(job.Bytes, begin) {
		t.Errorf("begins % x, want % x", job.Bytes[:len(begin)], begin)
	}
	if end := []byte{0x1b, 0x64, 0x03, 0x1b, 0x1d, 0x03, 0x01, '1', '1'}; !bytes.HasSuffix(job.Bytes, end) {
		t.Errorf("ends % x, want % x", job.Bytes[len(job.Bytes)-len(end):], end)
	}
	papers := printertest.ReadAs(printertest.StarPRNT, 576, job.Bytes)
	if len(papers) != 1 || papers[0].ID != "document" || papers[0].Biggest() != "A023" {
		t.Errorf("papers = %+v", papers)
	}
}

func TestTheAnswerForADocumentNamesTheJob(t *testing.T) {
	p := prnt(t).NewParser()
	mind := p.(printers.Mindful)
	for _, id := range []printers.JobID{64, 65, 66} {
		mind.Sending(id)
	}
	if got := words(p.Feed([]byte("\x1b\x1d\x03\x01zz\x01\x00"), noon)); got != nil {
		t.Errorf("a document of somebody else = %v", got)
	}
	if got := words(p.Feed([]byte("\x1b\x1d\x03\x0011\x01\x00"), noon)); got != nil {
		t.Errorf("an answer to a mere question = %v", got)
	}
	want := []printers.Event{printers.Printed{ID: 65}}
	if got := words(p.Feed([]byte("\x1b\x1d\x03\x0111\x01\x00"), noon)); !reflect.DeepEqual(got, want) {
		t.Errorf("the answer = %v, want %v", got, want)
	}
	if got := words(p.Feed([]byte("\x1b\x1d\x03\x0101\x01\x00"), noon)); got != nil {
		t.Errorf("a word for a job before = %v", got)
	}
	if got := words(p.Feed(counted(3, true), noon)); got != nil {
		t.Errorf("a count of ETB = %v, want nothing: it speaks of no document", got)
	}
}

func TestNoAnswerForADocumentHoldsFlowControl(t *testing.T) {
	d := prnt(t)
	for id := range printers.JobID(5000) {
		job, err := d.Encode(printers.Slip{Number: "A1"}, id)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range job.Bytes[len(job.Bytes)-2:] {
			if b < '0' || b > 0x7e {
				t.Fatalf("id %d is sent as % x", id, b)
			}
		}
	}
}

func TestLineModeRepeatsNoDocument(t *testing.T) {
	p := dialect(t, options()).NewParser()
	p.(printers.Mindful).Sending(65)
	if got := words(p.Feed([]byte("\x1b\x1d\x03\x0111\x01\x00"), noon)); got != nil {
		t.Errorf("events = %v, want none", got)
	}
}
