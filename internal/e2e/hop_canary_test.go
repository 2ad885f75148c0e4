package e2e

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"balcao/internal/citizen"
	"balcao/internal/wire"
)

// hop is everything that was said between a branch and headquarters: MQTT packets as they are, and payloads expanded.
type hop struct {
	mu    sync.Mutex
	said  bytes.Buffer
	codec *wire.Codec
	t     testing.TB
}

// before stands before a broker and hears what is said to it and by it.
func (h *hop) before(t testing.TB, to string) string {
	t.Helper()
	h.t = t
	var err error
	if h.codec, err = wire.NewCodec(); err != nil {
		t.Fatal(err)
	}
	return between(t, to, h.relay)
}

func (h *hop) relay(from, to net.Conn) {
	r := bufio.NewReader(io.TeeReader(from, to))
	for {
		first, err := r.ReadByte()
		if err != nil {
			return
		}
		length, err := binary.ReadUvarint(r) // the remaining length of MQTT 3.1.1 (section 2.2.3) is written the same way
		if err != nil || length > wire.MaxPayload*2 {
			return
		}
		body := make([]byte, length)
		if _, err := io.ReadFull(r, body); err != nil {
			return
		}
		h.hear(first, body)
	}
}

func (h *hop) hear(first byte, body []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.said.WriteByte('\n')
	h.said.Write(body)
	if first>>4 != 3 || len(body) < 2 {
		return
	}
	head := 2 + int(binary.BigEndian.Uint16(body))
	if first&0x06 != 0 {
		head += 2 // the packet's id
	}
	plain, err := h.codec.Unpack(body[min(head, len(body)):])
	if err != nil {
		h.t.Errorf("a payload that cannot be expanded was passed over: %v", err)
	}
	h.said.WriteByte('\n')
	h.said.Write(plain)
}

func (h *hop) text() []byte {
	h.mu.Lock()
	defer h.mu.Unlock()
	return bytes.Clone(h.said.Bytes())
}

// booked are invented people of a list of bookings: everything that the list says of them is a canary.
type booked struct {
	marker  string // in every name, address and phone
	codes   map[string]bool
	papers  map[string]bool // document numbers
	scanned []string
	files   []string
}

// word is a run of letters and digits.
var word = regexp.MustCompile(`[0-9A-Za-z]+`)

func people(t testing.TB, n, here int, slot time.Time) booked {
	t.Helper()
	b := booked{marker: "Zzkanarienvogel", codes: map[string]bool{}, papers: map[string]bool{}}
	const perFile = 5000
	var file strings.Builder
	for i := range n {
		if i%perFile == 0 && i > 0 {
			b.files = append(b.files, file.String())
			file.Reset()
		}
		if file.Len() == 0 {
			file.WriteString("id;servico;inicio;codigo;documento;nome;email;telefone\n")
		}
		at := slot
		if i >= here {
			at = slot.AddDate(0, 0, 1+i%25)
		}
		code, document := codeOf(i), documentOf(t, i)
		b.codes[code], b.papers[document] = true, true
		if i < here {
			b.scanned = append(b.scanned, code)
		}
		fmt.Fprintf(&file, "S-%d;cc;%s;%s;%s;%s %d;%s%d@example.org;%s%d\n",
			i, at.Format("2006-01-02 15:04"), code, document, b.marker, i, b.marker, i, b.marker, i)
	}
	b.files = append(b.files, file.String())
	return b
}

// codeOf makes codes that no word of a protocol is: they begin and end with a digit.
func codeOf(i int) string {
	letters, digits := "", ""
	for _, c := range wire.BookingCodeAlphabet {
		if '0' <= c && c <= '9' {
			digits += string(c)
		} else {
			letters += string(c)
		}
	}
	take := func(from string) string {
		c := from[i%len(from)]
		i /= len(from)
		return string(c)
	}
	return take(digits) + take(letters) + take(digits) + take(letters) + take(letters) + take(digits)
}

func documentOf(t testing.TB, i int) string {
	t.Helper()
	for last := range 10 {
		text := fmt.Sprintf("%09dZX%d", 300000000+i*7, last)
		if _, err := citizen.ParseDocumentNumber([]byte(text)); err == nil {
			return text
		}
	}
	t.Fatalf("no document number for %d", i)
	return ""
}

// found returns the canaries that a text holds; some of them where there are many.
func (b booked) found(text []byte) (all []string) {
	if i := bytes.Index(bytes.ToLower(text), []byte(strings.ToLower(b.marker))); i >= 0 {
		all = append(all, fmt.Sprintf("%q", text[max(0, i-40):min(len(text), i+40)]))
	}
	for _, at := range word.FindAllIndex(text, -1) {
		w := strings.TrimPrefix(string(text[at[0]:at[1]]), "MRCL901") // a booking's QR code
		if b.codes[w] || b.papers[w] {
			if all = append(all, w); len(all) > 5 {
				break
			}
		}
	}
	return all
}

// TestNobodyWhoBookedIsHeardOfAtHeadquarters imports many people's bookings, checks some of them in, and looks at every byte
// that passes between the branch and headquarters, and at headquarters' files: nobody is there.
func TestNobodyWhoBookedIsHeardOfAtHeadquarters(t *testing.T) {
	n, here := 300, 3
	if os.Getenv("BALCAO_SOAK") != "" {
		n, here = 100_000, 25
		if text := os.Getenv("BALCAO_CANARIES"); text != "" {
			var err error
			if n, err = strconv.Atoi(text); err != nil {
				t.Fatal(err)
			}
		}
	}
	listened := &hop{}
	h := newBookingHouse(t, listened)
	b := people(t, n, here, time.Now().In(h.zone).Truncate(time.Minute))
	for i, file := range b.files {
		want := strings.Count(file, "\n") - 1
		if r := h.sendBookings(t, file); r.Added != want || r.Faulty != 0 {
			t.Fatalf("file %d: %+v, want %d", i, r, want)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience+time.Duration(here)*10*time.Second)
	defer cancel()
	for _, code := range b.scanned {
		h.step(ctx, t, "home", "scan", "MRCL901"+code, view.given)
		h.page.leave(ctx)
		h.page.until(ctx, func(v view) bool { return v.Screen == "home" })
	}
	h.headquarters(t, "all who came", func(f branchFigures) bool { return f.Waiting == here && f.Log.HWM == f.Log.BranchSeq })
	text := listened.text()
	if !bytes.Contains(text, []byte(wire.TypeReserved)) || !bytes.Contains(text, []byte("L901")) {
		t.Fatal("nothing was overheard: the test listens at the wrong place")
	}
	if bad := b.found(text); len(bad) > 0 {
		t.Errorf("said between branch and headquarters: %v", bad)
	}
	files, err := filepath.Glob(filepath.Join(h.hqs, "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("files of headquarters: %v, %v", files, err)
	}
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			continue // a folder
		}
		if bad := b.found(raw); len(bad) > 0 {
			t.Errorf("%s holds %v", filepath.Base(name), bad)
		}
	}
	for _, page := range []string{"", "lojas/L901", "api/v1/branches/L901"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.hq+page, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if bad := b.found(body); err != nil || len(bad) > 0 {
			t.Errorf("/%s shows %v, %v", page, bad, err)
		}
	}
	t.Logf("%d people booked, %d came: %d bytes between branch and headquarters, none of them there", n, here, len(text))
	// The search finds what it looks for.
	if len(b.found([]byte(b.files[0]))) < 3 || len(b.found([]byte("xx "+b.scanned[0]+"\""))) != 1 {
		t.Error("the search finds nobody where they stand")
	}
}
