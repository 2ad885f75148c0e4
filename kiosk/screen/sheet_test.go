package screen

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
)

func TestEverySheetOfTheTouchFaceIsServedOnce(t *testing.T) {
	entries, err := fs.ReadDir(pages, "pages/touch")
	if err != nil {
		t.Fatal(err)
	}
	var there []string
	for _, e := range entries {
		there = append(there, strings.TrimSuffix(e.Name(), ".css"))
	}
	listed := slices.Sorted(slices.Values(touchSheets))
	if !slices.Equal(there, listed) {
		t.Errorf("the folder holds %v, the list names %v", there, listed)
	}
	for _, name := range touchSheets {
		b, err := fs.ReadFile(pages, "pages/touch/"+name+".css")
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(string(b), "/* ") {
			t.Errorf("%s.css does not begin by saying its idea", name)
		}
	}
}

func TestThePageBringsItsFirstFrameAndProvesNoLifeByIt(t *testing.T) {
	page := string(touchFrame("/events", "/input", "/pages/glass.css", false, false, nil).Body)
	if !strings.Contains(page, `class="page s-starting first"`) || !strings.Contains(page, "Um momento…") {
		t.Errorf("the page paints nothing before its scripts: %s", page)
	}
	pulse, err := fs.ReadFile(pages, "pages/pulse.js")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(pulse), `querySelector(".first")`) {
		t.Error("a page whose program never ran proves its life by the frame that it brought with it")
	}
}
