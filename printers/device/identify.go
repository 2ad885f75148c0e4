package device

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	profiles "balcao/firmware-profiles"
)

// ErrSilent is returned by Identify when nothing that answers as a printer does
// is at the line.
var ErrSilent = errors.New("nothing answers")

// answerWithin is how long one question waits.
const answerWithin = 1200 * time.Millisecond

// Identify asks what is at the line, and closes it. The questions are ordered
// so that no printer takes one for text: Star's real-time question first, which
// others ignore, and Epson's only where that was not answered. A printer that
// answers and gives no name yields an empty identification. The error wraps
// [ErrSilent] if nothing answers.
func Identify(ctx context.Context, t Transport) (id profiles.Identification, err error) {
	a := &asker{transport: t, in: make(chan []byte)}
	ctx, cancel := context.WithCancel(ctx)
	var reader sync.WaitGroup
	reader.Go(func() { a.listen(ctx) })
	defer func() {
		cancel()
		if cerr := t.Close(); err == nil && cerr != nil {
			err = fmt.Errorf("identify printer: %w", cerr)
		}
		reader.Wait()
	}()
	// Star's status begins with its own length, seven bytes at least.
	status, err := a.ask(ctx, []byte{0x1b, 0x06, 0x01}, func(b []byte) bool { return len(b) >= 7 && b[0]&0x91 == 0x01 })
	if err != nil {
		return id, fmt.Errorf("identify printer: %w", err)
	}
	if len(status) >= 7 && status[0]&0x91 == 0x01 {
		return a.star(ctx)
	}
	return a.epson(ctx)
}

// star asks ESC # *, which is answered with model, "Ver" and version.
func (a *asker) star(ctx context.Context) (profiles.Identification, error) {
	said, err := a.ask(ctx, []byte{0x1b, '#', '*', '\n', 0}, func(b []byte) bool { return bytes.HasSuffix(b, []byte{'\n', 0}) })
	if err != nil {
		return profiles.Identification{}, fmt.Errorf("identify printer: %w", err)
	}
	id := profiles.Identification{Kind: profiles.KindPrinter, Maker: "STAR"}
	if _, text, found := bytes.Cut(said, []byte("\x1b#*,")); found {
		model, version, _ := strings.Cut(readable(text), "Ver")
		id.Model, id.Firmware = strings.TrimSpace(model), strings.TrimSpace(version)
	}
	return id, nil
}

// epson asks DLE EOT 1, and then GS I for maker, model, firmware and serial number.
func (a *asker) epson(ctx context.Context) (profiles.Identification, error) {
	id := profiles.Identification{Kind: profiles.KindPrinter}
	alive, err := a.ask(ctx, []byte{0x10, 0x04, 0x01}, func(b []byte) bool { return len(b) > 0 })
	if err != nil || len(alive) == 0 {
		return id, fmt.Errorf("identify printer: %w", errors.Join(ErrSilent, err))
	}
	for n, into := range map[byte]*string{0x42: &id.Maker, 0x43: &id.Model, 0x41: &id.Firmware, 0x44: &id.Serial} {
		said, err := a.ask(ctx, []byte{0x1d, 'I', n}, func(b []byte) bool { return bytes.IndexByte(b, 0) > 0 && bytes.IndexByte(b, '_') >= 0 })
		if err != nil {
			return id, fmt.Errorf("identify printer: %w", err)
		}
		if _, text, found := bytes.Cut(said, []byte{'_'}); found {
			*into = readable(text)
		}
	}
	return id, nil
}

// readable keeps the plain letters up to the end of a text.
func readable(b []byte) string {
	text, _, _ := bytes.Cut(b, []byte{0})
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < 0x20 || r > 0x7e {
			return -1
		}
		return r
	}, string(text)))
}

// asker asks one question after another.
type asker struct {
	transport Transport
	in        chan []byte
}

func (a *asker) listen(ctx context.Context) {
	for {
		buf := make([]byte, 128)
		n, err := a.transport.Read(buf)
		if err != nil {
			return // the next question finds out
		}
		select {
		case a.in <- buf[:n]:
		case <-ctx.Done():
			return
		}
	}
}

// ask sends a question and gathers what comes until it is whole or time is
// up. Silence is no error.
func (a *asker) ask(ctx context.Context, question []byte, whole func([]byte) bool) ([]byte, error) {
	writing, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	if _, err := a.transport.Write(writing, question); err != nil {
		return nil, err
	}
	limit := time.NewTimer(answerWithin)
	defer limit.Stop()
	var got []byte
	for {
		select {
		case b := <-a.in:
			for _, c := range b {
				if c != 0x11 && c != 0x13 { // XON and XOFF may stand anywhere
					got = append(got, c)
				}
			}
			if whole(got) {
				return got, nil
			}
		case <-limit.C:
			return got, nil
		case <-ctx.Done():
			return got, ctx.Err()
		}
	}
}
