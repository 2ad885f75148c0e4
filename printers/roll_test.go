package printers_test

import (
	"testing"
	"time"

	"balcao/printers"
)

func TestSlipsLeftFollowFromThePaperUsed(t *testing.T) {
	r := printers.Roll{LengthMM: 80000}
	if _, known := r.Left(); known {
		t.Error("a forecast before the first slip")
	}
	for range 100 {
		r = r.After(110)
	}
	if left, known := r.Left(); !known || left != (80000-11000)/110 {
		t.Errorf("left = %d, %v", left, known)
	}
	near := r.At(printers.Status{Connected: true, NearEnd: true})
	if left, _ := near.Left(); left != 2000/110 {
		t.Errorf("left at the near end = %d", left)
	}
	if left, known := r.At(printers.Status{Connected: true, PaperOut: true}).Left(); left != 0 || !known {
		t.Errorf("left without paper = %d, %v", left, known)
	}
	if d, known := r.LastsFor(60); !known || d < 10*time.Hour || d > 11*time.Hour {
		t.Errorf("lasts %v, %v", d, known)
	}
	if _, known := r.LastsFor(0); known {
		t.Error("a forecast without a pace")
	}
}

func TestANewRollKeepsWhatIsKnownOfSlips(t *testing.T) {
	r := printers.Roll{LengthMM: 80000}.After(100).After(120).At(printers.Status{Connected: true, PaperOut: true}).Fresh(60000)
	if left, known := r.Left(); !known || left != 60000/110 {
		t.Errorf("left on the new roll = %d, %v", left, known)
	}
	if _, known := r.Fresh(0).Left(); known {
		t.Error("a forecast for a roll whose length nobody knows")
	}
	for range 100_000 {
		r = r.After(100)
	}
	if left, _ := r.Fresh(80000).Left(); left < 795 || left > 800 {
		t.Errorf("left after many slips = %d", left)
	}
}

func TestASlipIsAsLongAsItsPaper(t *testing.T) {
	m := printers.Media{Dots: 576, CellWidth: 12, CellHeight: 24, QRModule: 7}
	blocks := []printers.Block{
		printers.Line{Spans: []printers.Span{{Text: "A023", Width: 8, Height: 8}}},
		printers.Gap{Dots: 8},
		printers.Code{Text: "x", Module: 7},
	}
	// 192 + 8 + 203 dots at 203 dpi are 50.4 mm.
	if got := printers.SlipMM(blocks, m, 203, 16); got != 51+16 {
		t.Errorf("length = %d mm, want 67", got)
	}
}
