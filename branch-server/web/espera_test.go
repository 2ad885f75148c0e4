package web

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"balcao/internal/queue"
	"balcao/internal/wire"
)

func TestAnybodyReadsTheWaitsAndNobodysNumber(t *testing.T) {
	h := newHouse(t)
	anybody := h.browser()
	r := anybody.page("/espera")
	if r.status != http.StatusOK || !strings.Contains(r.body, "não sabemos") || strings.Contains(r.body, " min</b>") {
		t.Errorf("without a counter no wait is known: %d %.2000s", r.status, r.body)
	}
	if c := r.header.Get("Cache-Control"); c != "public, max-age=5" {
		t.Errorf("Cache-Control %q", c)
	}
	h.at("marta", "4")
	h.do(queue.OpenCounter{Counter: "4"})
	for range 6 {
		h.ticket("tax", queue.ClassWalkIn)
	}
	h.do(queue.CallNext{Counter: "4"})
	h.later(3 * time.Second)
	for lang, wants := range map[string][]string{
		"":         {"Tempos de espera", "5 pessoas à espera", " min</b>", "Finanças · atendimento geral", `lang="pt-PT"`},
		"?lang=en": {"Waiting times", "5 people waiting", " min</b>", `<html lang="en"`},
		"?lang=zz": {"Tempos de espera"},
	} {
		r := anybody.page("/espera" + lang)
		for _, want := range wants {
			if !strings.Contains(r.body, want) {
				t.Errorf("/espera%s does not say %q", lang, want)
			}
		}
		if n := regexp.MustCompile(`\b[AFLSC]\d{3}\b`).FindString(r.body); n != "" {
			t.Errorf("/espera%s tells the number %s", lang, n)
		}
	}
}

// TestACrowdOfTelephonesIsOnePainting: the page is painted once for all who ask within a moment.
func TestACrowdOfTelephonesIsOnePainting(t *testing.T) {
	h := newHouse(t)
	first := h.browser().page("/espera").body
	h.ticket("tax", queue.ClassWalkIn)
	var crowd sync.WaitGroup
	for range 20 {
		crowd.Go(func() {
			if b := h.browser().page("/espera").body; b != first {
				t.Error("painted anew within the moment that one painting serves")
			}
		})
	}
	crowd.Wait()
	h.later(waitsKept)
	if b := h.browser().page("/espera").body; b == first || !strings.Contains(b, "1 pessoa à espera") {
		t.Error("not painted anew after that moment")
	}
}

func TestAClosedBranchTellsNoWait(t *testing.T) {
	h := newHouse(t)
	h.do(queue.CloseDay{})
	if r := h.browser().page("/espera"); !strings.Contains(r.body, "O dia já terminou") || !strings.Contains(r.body, "Abre amanhã") || strings.Contains(r.body, "não sabemos") {
		t.Errorf("%.1500s", r.body)
	}
}

func TestWaitsAreSaidInWords(t *testing.T) {
	for _, c := range []struct {
		r      wire.Range
		pt, en string
	}{
		{wire.Range{}, "não sabemos", "not known"},
		{wire.Range{Low: 20, High: 35}, "20 a 35 min", "20 to 35 min"},
		{wire.Range{High: 10}, "até 10 min", "up to 10 min"},
		{wire.Range{High: 15, Next: true}, "a seguir", "next"},
		{wire.Range{Low: 90, High: 240}, "mais de 1 h 30 min", "more than 1 h 30 min"},
		{wire.Range{Low: 50, High: 125}, "mais de 50 min", "more than 50 min"},
	} {
		if pt, en := waitWords(c.r, "pt"), waitWords(c.r, "en"); pt != c.pt || en != c.en {
			t.Errorf("%+v is %q, %q; want %q, %q", c.r, pt, en, c.pt, c.en)
		}
	}
}

func TestTheCoordinatorSeesHowEstimatesCameTrue(t *testing.T) {
	h := newHouse(t)
	if r := h.as("marta").page("/espera/erro"); r.status != http.StatusForbidden {
		t.Errorf("a clerk got %d", r.status)
	}
	ines := h.as("ines")
	if r := ines.page("/espera/erro"); !strings.Contains(r.body, "Ainda não há com que comparar") {
		t.Errorf("empty: %.1500s", r.body)
	}
	h.do(queue.OpenCounter{Counter: "4"})
	for i, mid := range []time.Duration{2, 20} {
		h.do(queue.Issue{
			Request: queue.RequestID(fmt.Sprint("t", i)), Service: "tax", Class: queue.ClassWalkIn,
			Told: &queue.Told{Service: "tax", Low: 0, High: int(mid), Mid: mid * time.Minute},
		})
	}
	h.later(10 * time.Minute)
	for range 2 {
		h.do(queue.CallNext{Counter: "4"})
		h.do(queue.Start{Counter: "4"})
		h.do(queue.Finish{Counter: "4"})
	}
	r := ines.page("/espera/erro")
	for _, want := range []string{"Finanças · atendimento geral", ">50 %<", ">9 min<", "1 min a mais"} {
		if !strings.Contains(r.body, want) {
			t.Errorf("the page does not say %q: %.3000s", want, r.body)
		}
	}
}
