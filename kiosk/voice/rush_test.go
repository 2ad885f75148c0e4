package voice

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// takes is how long the voice is busy with a call, generously: numbers of three digits, counters of two, and the
// engine's time to make it (measured with espeak-ng: 5.1, 8.9, 5.1 and 3.2 s).
func takes(p Phrase) time.Duration {
	switch p.Manner {
	case Brief:
		return 3300 * time.Millisecond
	case Short:
		return 5400 * time.Millisecond
	case Whole:
	}
	return time.Duration(len(p.Languages())) * 4700 * time.Millisecond
}

type said struct {
	Phrase
	age time.Duration // when it began
}

// hear lives calls that come at some moments, in virtual time.
func hear(calls []Phrase) (spoken []said, late []Phrase) {
	var q Queue
	now := calls[0].At
	for len(calls) > 0 || q.Len() > 0 {
		for len(calls) > 0 && !calls[0].At.After(now) {
			q.Add(calls[0])
			calls = calls[1:]
		}
		p, gone, ok := q.Next(now)
		late = append(late, gone...)
		if !ok {
			if len(calls) > 0 {
				now = calls[0].At
			}
			continue
		}
		spoken = append(spoken, said{p, now.Sub(p.At)})
		now = now.Add(takes(p))
		q.Done()
	}
	return spoken, late
}

func rush(n int, within time.Duration) []Phrase {
	all := make([]Phrase, n)
	for i := range all {
		all[i] = Phrase{
			ID: fmt.Sprint(i), Number: Number{"H", 123 + i}, CounterLabel: fmt.Sprintf("Balcão %d", 10+i%30),
			At: testMoment.Add(time.Duration(i) * within / time.Duration(n)),
		}
		if i%10 == 0 {
			all[i].Second = English
		}
	}
	return all
}

// TestFiftyCallsInAMinuteAreAllSpokenInOrder is the bar of the callboard: none is cut, dropped or two minutes old.
func TestFiftyCallsInAMinuteAreAllSpokenInOrder(t *testing.T) {
	spoken, late := hear(rush(50, time.Minute))
	if len(spoken) != 50 || len(late) != 0 {
		t.Fatalf("%d spoken, %d late", len(spoken), len(late))
	}
	manners := map[Manner]int{}
	oldest := time.Duration(0)
	for i, s := range spoken {
		if s.ID != fmt.Sprint(i) {
			t.Errorf("call %s is spoken as the %d.", s.ID, i+1)
		}
		manners[s.Manner]++
		oldest = max(oldest, s.age)
	}
	if oldest >= Late {
		t.Errorf("the oldest was begun %v after it was called", oldest)
	}
	if spoken[0].Manner != Whole || spoken[49].Manner == Whole || manners[Brief] < 30 {
		t.Errorf("manners %v, the first %v", manners, spoken[0].Manner)
	}
	t.Logf("oldest %v, manners %v", oldest, manners)
}

func TestAQuietHallHearsTheWholeCallInBothLanguages(t *testing.T) {
	spoken, _ := hear(rush(12, 3*time.Minute))
	for _, s := range spoken {
		if s.Manner != Whole || s.age > 10*time.Second {
			t.Errorf("call %s is said in manner %v, %v after it was called", s.ID, s.Manner, s.age)
		}
	}
}

// TestACallThatIsLateIsNotBegun: of more calls than can be said, the late ones are told and the rest is in order.
func TestACallThatIsLateIsNotBegun(t *testing.T) {
	spoken, late := hear(rush(100, 10*time.Second))
	if len(spoken)+len(late) != 100 || len(late) == 0 {
		t.Fatalf("%d spoken, %d late", len(spoken), len(late))
	}
	if !slices.IsSortedFunc(spoken, func(a, b said) int { return a.At.Compare(b.At) }) {
		t.Error("not in order")
	}
	for _, s := range spoken {
		if s.age >= Late {
			t.Errorf("call %s is begun %v after it was called", s.ID, s.age)
		}
	}
}

func TestABriefCallSaysNumberAndCounterInOneLanguage(t *testing.T) {
	p := Phrase{Number: Number{"A", 23}, CounterLabel: "Balcão 4", Second: English, Manner: Brief}
	if got := p.Text(Portuguese); got != "A 23, balcão 4" {
		t.Errorf("text %q", got)
	}
	if got := p.SSML(Portuguese); got != `<speak><prosody rate="135%"><say-as interpret-as="characters">A</say-as> 23, <break time="80ms"/>balcão 4</prosody></speak>` {
		t.Errorf("markup %q", got)
	}
	if got := p.Languages(); !slices.Equal(got, []Lang{Portuguese}) {
		t.Errorf("languages %v", got)
	}
	p.Body = "IRN"
	if got := p.Text(Portuguese); got != "IRN, A 23, balcão 4" {
		t.Errorf("with the body %q", got)
	}
	voice := make(PCM, Rate)
	for i := range voice {
		voice[i] = 1000
	}
	if whole, brief := Whole.Sound(voice).Duration(), Brief.Sound(voice).Duration(); brief > whole-700*time.Millisecond {
		t.Errorf("brief takes %v of %v", brief, whole)
	}
	if Brief.Sound() == nil || Brief.Sound().Duration() != Call().Duration() {
		t.Error("without a voice the chime sounds alone")
	}
}
