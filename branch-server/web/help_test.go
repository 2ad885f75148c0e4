package web

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"balcao/docs"
)

func TestTheGuideIsAPageWithItsPictures(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	marta := h.as("marta")
	r := marta.page("/ajuda")
	if r.status != http.StatusOK || !strings.Contains(r.body, "Guia do balcão") || strings.Contains(r.body, "](") || strings.Contains(r.body, "**") {
		t.Fatalf("guide: %d, or its marks are still there", r.status)
	}
	pictures := regexp.MustCompile(`src="(/ajuda/[^"]+)"`).FindAllStringSubmatch(r.body, -1)
	if len(pictures) < 4 {
		t.Errorf("%d pictures", len(pictures))
	}
	for _, p := range pictures {
		if got := marta.page(p[1]); got.status != http.StatusOK || got.header.Get("Content-Type") != "image/png" {
			t.Errorf("%s: %d %s", p[1], got.status, got.header.Get("Content-Type"))
		}
	}
	for _, none := range []string{"/ajuda/nothing.png", "/ajuda/guia-balcao.md", "/ajuda/..%2f..%2fguides.go"} {
		if got := marta.page(none); got.status == http.StatusOK {
			t.Errorf("%s is served", none)
		}
	}
}

func TestTheGuideNamesEveryKeyOfTheCounter(t *testing.T) {
	t.Parallel()
	text, err := docs.Guides.ReadFile("guia-balcao.md")
	if err != nil {
		t.Fatal(err)
	}
	script, err := files.ReadFile("pages/counter.js")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`key: "([^"]+)"`).FindAllStringSubmatch(string(script), -1) {
		if !strings.Contains(string(text), "`"+m[1]+"`") {
			t.Errorf("the guide does not say what %s does", m[1])
		}
	}
}

func TestTheCoordinationHasItsOwnGuide(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ines := h.as("ines")
	r := ines.page("/ajuda/coordenacao")
	if !strings.Contains(r.body, "Guia da coordenação") || !strings.Contains(r.body, "<table") {
		t.Fatalf("%d %.300s", r.status, r.body)
	}
	for _, m := range regexp.MustCompile(`src="(/ajuda/[^"]+)"`).FindAllStringSubmatch(r.body, -1) {
		if p := ines.page(m[1]); p.status != http.StatusOK || p.header.Get("Content-Type") != "image/png" {
			t.Errorf("%s: %d", m[1], p.status)
		}
	}
	if r := h.as("marta").page("/ajuda/coordenacao"); r.status != http.StatusForbidden {
		t.Errorf("for a clerk: %d", r.status)
	}
}
