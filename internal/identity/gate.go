package identity

import (
	"context"
	"fmt"
	"sync"
	"time"

	"balcao/internal/seal"
)

// GateConfig says whose unasked words a Gate lets through. All but Own must be set.
type GateConfig struct {
	// Own is this node's identity; nil where there are no certificates, and then everything comes as it is.
	Own *Identity
	// Kind and From are what the words are and who signs them.
	Kind, From string
	// Floor is the highest number believed in an earlier life, as Keep was given it.
	Floor uint64
	// Keep puts the highest number on disk. What came with it is not done before.
	Keep func(ctx context.Context, highest uint64) error
	// Plain lets words through that are not signed, of a parent whose protocol has no signatures, also after signed ones
	// were believed: for going back to an older parent on purpose.
	Plain bool
	Now   func() time.Time
}

// Gate lets through what a parent signs for this node without being asked, each once: nothing forged, altered, said to
// somebody else, expired, replayed, or revoked. It is safe for several goroutines.
type Gate struct {
	cfg GateConfig

	mu     sync.Mutex
	window *seal.Window
}

// NewGate returns a gate.
func NewGate(cfg GateConfig) *Gate { return &Gate{cfg: cfg, window: seal.NewWindow(cfg.Floor)} }

// Open returns what was said, if it is to be done. Signed says whether the parent's protocol signs. seal.ErrRepeat is no
// fault; seal.Reason names the others.
func (g *Gate) Open(ctx context.Context, raw []byte, signed bool) ([]byte, error) {
	if g.cfg.Own == nil {
		return raw, nil
	}
	if !seal.Sealed(raw) {
		if !signed && (g.cfg.Plain || g.Highest() == 0) {
			return raw, nil
		}
		return nil, fmt.Errorf("open %s: %w", g.cfg.Kind, seal.ErrUnsealed)
	}
	st, err := g.cfg.Own.believeAny(g.cfg.Kind, g.cfg.From, raw)
	if err != nil {
		return nil, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	before := g.window.Highest()
	if err := g.window.Take(st.Version, g.cfg.Now()); err != nil {
		return nil, fmt.Errorf("open %s: %w", g.cfg.Kind, err)
	}
	if high := g.window.Highest(); high > before {
		if err := g.cfg.Keep(ctx, high); err != nil {
			return nil, fmt.Errorf("remember %s: %w: %w", g.cfg.Kind, ErrNotKept, err)
		}
	}
	return st.Body, nil
}

// Highest returns the highest number that was believed.
func (g *Gate) Highest() uint64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.window.Highest()
}
