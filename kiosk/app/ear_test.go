package app

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"balcao/kiosk/keypad"
	"balcao/printers/printertest"
)

// hand presses the keys of a keypad and hears the guide; it sees nothing.
type hand struct {
	t    *testing.T
	base string
	pad  net.Conn
	last uint64 // line of the log that was heard last
}

// blind starts a kiosk with a keypad and a plug at a socket, as the kernel would tell them.
func blind(t *testing.T, b *branch, p *printertest.Printer) (*kiosk, *hand) {
	t.Helper()
	folder, err := os.MkdirTemp("", "pad") //nolint:usetesting // a socket's path may have 107 bytes
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	l, err := net.Listen("unix", filepath.Join(folder, "pad"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	cfg := touchConfig(t, b, p.Path())
	cfg.Ear = Ear{Sound: "null", Inputs: []string{filepath.Join(folder, "pad")}, Log: true}
	cfg.Times.Strike = 1 // quick hands
	k := start(t, cfg).ready(t)
	h := &hand{t: t, base: "http://" + k.app.ScreenAddr()}
	if h.pad, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.pad.Close() })
	return k, h
}

func (h *hand) tell(e keypad.Event) {
	h.t.Helper()
	if _, err := h.pad.Write(keypad.Encode(e)); err != nil {
		h.t.Fatal(err)
	}
}

// said is what the log tells after a line.
func (h *hand) said(after uint64) []Spoken {
	h.t.Helper()
	res, err := http.Get(h.base + "/fala?after=" + strconv.FormatUint(after, 10))
	if err != nil {
		h.t.Fatal(err)
	}
	defer res.Body.Close()
	var all struct{ Said []Spoken }
	if err := json.NewDecoder(res.Body).Decode(&all); err != nil {
		h.t.Fatal(err)
	}
	return all.Said
}

// hears waits until something is said that has these words in it.
func (h *hand) hears(words string) string {
	h.t.Helper()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); <-look.C {
		for _, s := range h.said(h.last) {
			h.last = s.N
			if strings.Contains(s.Text, words) {
				if s.Output != "headphones" {
					h.t.Errorf("%q goes to %s", s.Text, s.Output)
				}
				return s.Text
			}
		}
	}
	h.t.Fatalf("one never hears %q; the last is %+v", words, h.said(0))
	return ""
}

// press presses a key and returns what is said next.
func (h *hand) press(key string) string {
	h.t.Helper()
	code, ok := keypad.Code(key)
	if !ok {
		h.t.Fatalf("there is no key %s", key)
	}
	h.tell(keypad.Event{Kind: keypad.Key, Code: code})
	return h.hears("")
}

// find goes on until it hears a choice.
func (h *hand) find(choice string) {
	h.t.Helper()
	for range 40 {
		if strings.HasPrefix(h.press("ArrowDown"), choice) {
			return
		}
	}
	h.t.Fatalf("no key leads to %q", choice)
}

func TestATicketIsTakenByEarAndFourKeysAlone(t *testing.T) {
	b := newBranch(t)
	p := virtualPrinter(t)
	k, h := blind(t, b, p)
	h.tell(keypad.Event{Kind: keypad.Jack, In: true})
	if welcome := h.hears("O que vem tratar hoje?"); !strings.Contains(welcome, "Guia falado.") {
		t.Errorf("the guide begins with %q", welcome)
	}
	h.find("Cartão de Cidadão.")
	enter, _ := keypad.Code("Enter")
	h.tell(keypad.Event{Kind: keypad.Key, Code: enter})
	ticket := h.hears("A sua senha é A ")
	if strings.Count(ticket, "A sua senha é A ") != 2 {
		t.Errorf("the number is not said twice: %q", ticket)
	}
	paper := papers(t, p, 1)[0]
	h.hears("Retire o seu talão")
	_, number, _ := strings.Cut(ticket, "A sua senha é A ")
	number, _, _ = strings.Cut(number, ".")
	if n, err := strconv.Atoi(number); err != nil || !strings.Contains(paper.Text(), "A"+pad3(n)) {
		t.Errorf("one hears A %s, the slip says %s", number, paper.Text())
	}
	h.find("Terminar.")
	h.tell(keypad.Event{Kind: keypad.Key, Code: enter})
	h.hears("Obrigado.")
	if left := h.said(0); len(left) != 1 {
		t.Errorf("after the session the log still tells %+v", left)
	}
	k.page.wait(t, "home", func(s state) bool { return s.text("screen") == "home" && s["ear"] == nil })
	if strings.Contains(k.log.String(), "Obrigado.") {
		t.Error("what is said stands in the program's log")
	}
}

func pad3(n int) string { return strings.Repeat("0", max(0, 3-len(strconv.Itoa(n)))) + strconv.Itoa(n) }

func TestAPrinterWithoutPaperIsDealtWithByEarAndKeys(t *testing.T) {
	b := newBranch(t)
	p := virtualPrinter(t)
	k, h := blind(t, b, p)
	if err := p.Set(printertest.Fault{Kind: printertest.PaperOut, On: true}); err != nil {
		t.Fatal(err)
	}
	k.log.wait(t, `"device":"printer","state":"paper_out"`)
	if first := h.press("F1"); !strings.Contains(first, "Sem papel: o número fica no ecrã.") {
		t.Errorf("one hears first %q", first)
	}
	h.find("Cartão de Cidadão.")
	enter, _ := keypad.Code("Enter")
	h.tell(keypad.Event{Kind: keypad.Key, Code: enter})
	h.hears("Não há papel, mas a senha é válida.")
	h.find("Fico com o número no ecrã.")
	h.tell(keypad.Event{Kind: keypad.Key, Code: enter})
	h.hears("Está na fila.")
}

func TestAPlugThatIsPulledOutSilencesTheGuideAndAsks(t *testing.T) {
	b := newBranch(t)
	k, h := blind(t, b, virtualPrinter(t))
	h.tell(keypad.Event{Kind: keypad.Jack, In: true})
	h.hears("Guia falado.")
	h.find("Ver todos.")
	enter, _ := keypad.Code("Enter")
	h.tell(keypad.Event{Kind: keypad.Key, Code: enter})
	h.hears("Todas as entidades.")
	line := h.last
	h.tell(keypad.Event{Kind: keypad.Jack})
	k.page.wait(t, "the question", func(s state) bool { return s.says("Tirou os auscultadores") })
	for _, s := range h.said(line) {
		if s.Output == "headphones" {
			t.Errorf("%q is said without headphones", s.Text)
		}
	}
	h.tell(keypad.Event{Kind: keypad.Jack, In: true})
	h.hears("Todas as entidades.")
}

func TestASentenceOfTheLogIsASound(t *testing.T) {
	b := newBranch(t)
	_, h := blind(t, b, virtualPrinter(t))
	h.press("ArrowDown")
	res, err := http.Get(h.base + "/fala/" + strconv.FormatUint(h.last, 10) + ".wav")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	sound, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode == http.StatusOK && !strings.HasPrefix(string(sound), "RIFF") {
		t.Errorf("%s: %d bytes, %v", res.Status, len(sound), err)
	}
	if res, err := http.Get(h.base + "/fala/999999.wav"); err != nil || res.StatusCode != http.StatusNotFound {
		t.Errorf("a sentence that was never said: %v, %v", res, err)
	}
}

func TestAGuideWithoutAnOutputOfItsOwnIsRefused(t *testing.T) {
	load := func(ear string) error {
		file := filepath.Join(t.TempDir(), "kiosk.yaml")
		if err := os.WriteFile(file, []byte("node: L901-K01\near: "+ear+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Load(file, true)
		return err
	}
	for ear, fault := range map[string]string{
		"{sound: pulse}":              "ear.device",
		"{sound: loud}":               "ear.sound",
		"{keys: {jump: [F5]}}":        "ear.keys",
		"{keys: {next: [Enter]}}":     "ear.keys",
		"{keys: {next: [Knob]}}":      "ear.keys",
		"{sound: alsa, device: \"\"}": "ear.device",
	} {
		if err := load(ear); err == nil || !strings.Contains(err.Error(), fault) {
			t.Errorf("%s: %v, want a fault of %s", ear, err, fault)
		}
	}
	if err := load("{sound: pulse, device: headphones, keys: {next: [F22], ok: [F20]}}"); err != nil {
		t.Error(err)
	}
}
