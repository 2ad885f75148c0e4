package bench

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"balcao/kiosk/card/cardtest"
	cards "balcao/kiosk/pcsc/bench"
	"balcao/kiosk/trust"
)

// socketName is that of the smart card service in the folder of a card bench; both kinds use the same.
const socketName = "pcscd.comm"

// longestFolder leaves room for the sockets in it: the path of a Unix socket has at most 107 bytes.
const longestFolder = 107 - len("/control.sock")

// cardFolder is where the card bench's sockets live: below Dir, or in a short place where that is too deep.
func (b *Bench) cardFolder() (string, error) {
	folder := filepath.Join(b.cfg.Dir, "cards")
	if len(folder) > longestFolder {
		short, err := os.MkdirTemp("", "balcao-cards-")
		if err != nil {
			return "", fmt.Errorf("make card bench: %w", err)
		}
		b.scratch = short
		folder = short
	}
	if err := os.MkdirAll(folder, 0o755); err != nil { //nolint:gosec // the service in its own namespace must see it
		return "", fmt.Errorf("make card bench: %w", err)
	}
	return folder, nil
}

// TrustFolder returns the folder with the certificates of the invented State that signs the virtual cards, for a kiosk
// that reads no others. Nobody should trust them anywhere else.
func (b *Bench) TrustFolder() string { return filepath.Join(b.cfg.Dir, "trust") }

func (b *Bench) chooseCards(folder string) error {
	if _, err := trust.AddCertificates(b.TrustFolder(), cardtest.Issuers()); err != nil {
		return fmt.Errorf("make card bench: %w", err)
	}
	wanted := b.cfg.Cards
	switch wanted {
	case "", Auto, Real:
	case Replay:
		b.replay("")
		return nil
	default:
		return fmt.Errorf("make card bench: %q is not auto, real or replay", wanted)
	}
	ok, reason := cards.Available()
	if ok {
		pcscd, err := cards.NewReal(cards.Config{Dir: folder, Self: append(append([]string(nil), b.cfg.Self...), insideWord)})
		if err == nil {
			b.cards, b.label = pcscd, "pcscd verdadeiro com leitor vpcd"
			return nil
		}
		reason = err.Error()
	}
	if wanted == Real {
		return fmt.Errorf("make card bench: %s", reason)
	}
	b.replay(reason)
	return nil
}

// replay puts the replay bench in charge; reason says why not the real one, empty if nobody wanted it.
func (b *Bench) replay(reason string) {
	label := "bancada de reprodução"
	if reason != "" {
		label += " (" + reason + ")"
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.cards, b.label = cards.NewDaemon(b.socket), label
}

func (b *Bench) runCards(ctx context.Context) error {
	err := b.reader().Run(ctx)
	if _, pcscd := b.reader().(*cards.Real); err == nil || !pcscd || b.cfg.Cards == Real || ctx.Err() != nil {
		return err
	}
	b.cfg.Log.Warn("real card bench ended, the replay bench takes its place", "err", err)
	b.replay("o pcscd não arrancou")
	b.changed.ring()
	return b.reader().Run(ctx)
}

func (b *Bench) reader() cards.Bench {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.cards
}

// Ready is closed when cards can be put in for the first time.
func (b *Bench) Ready() <-chan struct{} { return b.reader().Ready() }

// Insert puts a card of the deck into the reader, such as "maria".
func (b *Bench) Insert(ctx context.Context, name string) error {
	defer b.changed.ring()
	return b.reader().Insert(ctx, name)
}

// Remove pulls the card out of the reader; with an empty reader it does nothing.
func (b *Bench) Remove(ctx context.Context) error {
	defer b.changed.ring()
	return b.reader().Remove(ctx)
}

// Groups of the deck, as the page shows them.
const (
	groupGood    = "good"    // Citizen Cards that read well
	groupVerdict = "verdict" // whose fault only a check of the signature finds
	groupOther   = "other"   // other cards, and broken ones
)

// group tells what kind of card one of the deck is; a slow one reads well.
func group(name string) string {
	person, fault, _ := strings.Cut(name, "!")
	_, good := cardtest.Identities()[person]
	switch {
	case good && (fault == "" || strings.HasPrefix(fault, "wire=")):
		return groupGood
	case cardtest.ForVerdict(name):
		return groupVerdict
	default:
		return groupOther
	}
}
