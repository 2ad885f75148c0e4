// Package bench puts virtual cards into virtual readers.
//
// It shows and tests a kiosk on a machine without a card reader, with the real
// PC/SC library always in the path. There are two benches behind one
// interface. Real runs the system's own pcscd with the virtual reader driver
// vpcd in namespaces of its own, where vpcd's open port is seen by nobody.
// Daemon, the replay bench, plays the part of pcscd itself: it needs no root
// and no packages, and can do on command what a real service does once a year.
package bench

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"balcao/kiosk/card/cardtest"
)

// ErrUnknownCard says that the deck has no card of that name.
var ErrUnknownCard = errors.New("no such card")

// Bench is a reader and a deck of cards, to be handled from a page or a test.
type Bench interface {
	// Run works the bench until the context ends, and returns when nothing of
	// it is left.
	Run(ctx context.Context) error
	// Ready is closed when cards can be inserted.
	Ready() <-chan struct{}
	// Socket is the Unix socket a PC/SC client must use.
	Socket() string
	// Label says in a few words what stands behind the bench.
	Label() string
	// Cards lists the deck.
	Cards() []Info
	// Insert puts a card of the deck into the reader, in place of the one that
	// is in it.
	Insert(ctx context.Context, name string) error
	// Remove pulls the card out; with an empty reader it does nothing.
	Remove(ctx context.Context) error
	// State says what the bench looks like now.
	State() State
}

// Info describes one card of the deck.
type Info struct {
	// Name is what Insert takes.
	Name string
	// Label is what a page shows, in Portuguese.
	Label string
}

// State is what one would see looking at the bench.
type State struct {
	// Service says whether the smart card service runs.
	Service bool
	// Card is the name of the card in the reader, empty for none.
	Card string
}

// pulled, hushed and wired are parts of card names: maria!pull=3 is pulled out
// in the middle of the command that follows three answered ones, maria!hush=3
// stays silent from there on, maria!wire=250 is as slow as contacts with 250
// kbit/s are.
const (
	pulled = "!pull="
	hushed = "!hush="
	wired  = "!wire="
)

// Deck lists the cards of every bench: those of cardtest, and good ones that
// are slow, are pulled out, or fall silent while they are read.
func Deck() []Info {
	var deck []Info
	for _, name := range cardtest.Deck() {
		deck = append(deck, Info{Name: name, Label: cardtest.Label(name)})
	}
	return append(deck,
		Info{Name: "maria" + wired + "250", Label: cardtest.Label("maria") + ", à velocidade de contactos verdadeiros (250 kbit/s)"},
		Info{Name: "conceicao" + wired + "125", Label: cardtest.Label("conceicao") + ", à velocidade de contactos lentos (125 kbit/s)"},
		Info{Name: "maria" + pulled + "4", Label: "Cartão retirado a meio da leitura"},
		Info{Name: "maria" + hushed + "4", Label: "Cartão que se cala a meio da leitura"},
	)
}

// named makes the card of a name of the deck; pull is called when the name says
// that the card is pulled out.
func named(name string, pull func()) (*cardtest.Card, error) {
	base, rest, odd := strings.Cut(name, "!")
	c, ok := cardtest.Named(base)
	if !ok {
		return nil, fmt.Errorf("%q: %w", name, ErrUnknownCard)
	}
	if !odd {
		return c, nil
	}
	how, digits, _ := strings.Cut("!"+rest, "=")
	n, err := strconv.ParseUint(digits, 10, 16)
	switch {
	case err == nil && how+"=" == pulled:
		return cardtest.PulledAfter(c, int(n), pull), nil
	case err == nil && how+"=" == hushed:
		return cardtest.FallsSilent(c, int(n)), nil
	case err == nil && how+"=" == wired && n > 0:
		return cardtest.Slow(c, int(n)*1000), nil
	default:
		return nil, fmt.Errorf("%q: %w", name, ErrUnknownCard)
	}
}
