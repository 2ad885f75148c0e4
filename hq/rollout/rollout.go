// Package rollout brings configurations from headquarters to the branches: one draft, publications that are kept whole,
// rings of branches that get one after the other with a gate between them, and what each branch should run against what
// it says it runs. What is decided is on disk before anything is sent; a program that was killed goes on where it was.
package rollout

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"balcao/internal/branch/above"
	"balcao/internal/wire"
)

// State is how a roll-out stands.
type State string

// The states of a roll-out.
const (
	Running State = "running" // its rings open one after the other
	Stopped State = "stopped" // by somebody, or by the gate: no further ring opens
	Done    State = "done"    // every ring has it
	Left    State = "left"    // another one was published after it
)

// Ring is a part of the branches that gets a configuration together.
type Ring struct {
	Name     string        `json:"name"`
	Branches []wire.NodeID `json:"branches,omitempty"` // these alone; empty is by percent
	Percent  int           `json:"percent,omitempty"`  // of all branches, those of earlier rings included
}

// Plan is how a configuration is rolled out.
type Plan struct {
	Rings    []Ring        `json:"rings"`
	Wait     time.Duration `json:"wait"`     // a ring is watched so long after its last branch took it
	Patience time.Duration `json:"patience"` // a linked branch that has not said so long what became of it stops the roll-out
}

// Publication is a configuration that was published.
type Publication struct {
	Number int
	At     time.Time
	By     string // sign-in name
	Note   string
	Layers []above.Layer
	Plan   Plan
	State  State
	Ring   int       // the last that was opened
	Since  time.Time // when
	Why    string    // it stopped
}

// Draft is the next configuration in the making; Revision 0 is none.
type Draft struct {
	Revision int
	Base     int // the publication that it began from
	At       time.Time
	By       string
	What     string // was changed last
	Layers   []above.Layer
}

// Target is what a branch should run.
type Target struct {
	Branch wire.NodeID
	Number int
	Ring   int
	Serial uint64 // of the sealed statement
	Hash   string
	At     time.Time
	Linked bool // the branch had a link when its ring began
}

// Own is what a branch decides for itself, as it last said.
type Own struct {
	Branch   wire.NodeID
	Hash     string
	Document []byte
}

// Ledger keeps all that; the store does. What it returns is committed.
type Ledger interface {
	// ConfigDraft returns the draft as it is now; revision 0 where there is none.
	ConfigDraft(ctx context.Context) (Draft, error)
	// PutConfigDraft keeps the next revision; false if somebody kept one meanwhile.
	PutConfigDraft(ctx context.Context, d Draft) (bool, error)
	// DropConfigDraft takes revisions from one on away.
	DropConfigDraft(ctx context.Context, from int) error
	// Publications returns the last ones, newest first.
	Publications(ctx context.Context, limit int) ([]Publication, error)
	// Publish keeps a publication, ends the draft and leaves the one before; false if another one was published meanwhile.
	Publish(ctx context.Context, p Publication) (bool, error)
	// MoveConfig changes how a roll-out stands, if it still stands as it was; false if not.
	MoveConfig(ctx context.Context, was, now Publication) (bool, error)
	// Targets returns what every branch should run.
	Targets(ctx context.Context) ([]Target, error)
	// Aim says what branches should run, each under the next serial above least and all before.
	Aim(ctx context.Context, least uint64, all []Target) error
	// Owns returns what the branches decide for themselves.
	Owns(ctx context.Context) ([]Own, error)
	// PutOwn keeps what a branch decides for itself.
	PutOwn(ctx context.Context, o Own, at time.Time) error
}

// Branch is what the roll-out knows of a branch.
type Branch struct {
	ID       wire.NodeID
	Name     string
	District string
	Kind     string // one of above.Types, or empty
	Linked   bool
	RedSince time.Time // a serious alert of it began; zero without one
	Config   *wire.ConfigHealth
}

// Refusals.
var (
	// ErrMeanwhile means that somebody else changed it first.
	ErrMeanwhile = errors.New("somebody changed it meanwhile")
	// ErrNothing means that there is nothing to publish or to go back to.
	ErrNothing = errors.New("nothing to publish")
)

// FaultsError means that a configuration is at fault.
type FaultsError []above.Fault

// Error returns the first fault and how many there are.
func (e FaultsError) Error() string {
	return fmt.Sprintf("%d faults, the first in %s, line %d: %s", len(e), e[0].Layer, e[0].Line, e[0].Text)
}

// order is the order in which a publication reaches the branches: the same for everybody who asks, another one for each
// publication, so that it is not always the same branches that try first.
func order(number int, all []Branch) []Branch {
	keys := make(map[wire.NodeID][sha256.Size]byte, len(all))
	for _, b := range all {
		keys[b.ID] = sha256.Sum256(fmt.Appendf(nil, "%d %s", number, b.ID))
	}
	out := slices.Clone(all)
	slices.SortFunc(out, func(x, y Branch) int {
		a, b := keys[x.ID], keys[y.ID]
		return bytes.Compare(a[:], b[:])
	})
	return out
}

// Rings returns the branches of each ring of a publication.
func Rings(p Publication, all []Branch) [][]Branch {
	return rings(p, len(p.Plan.Rings)-1, all)
}

// Members returns the branches of a ring that are in no earlier one.
func Members(p Publication, ring int, all []Branch) []Branch {
	of := rings(p, ring, all)
	if len(of) == 0 {
		return nil
	}
	return of[len(of)-1]
}

// rings returns the branches of the rings up to one.
func rings(p Publication, last int, all []Branch) [][]Branch {
	taken := map[wire.NodeID]bool{}
	var of [][]Branch
	sorted := order(p.Number, all)
	for _, r := range p.Plan.Rings[:min(last+1, len(p.Plan.Rings))] {
		var out []Branch
		room := (len(all)*r.Percent+99)/100 - len(taken)
		for _, b := range sorted {
			named := slices.Contains(r.Branches, b.ID)
			if taken[b.ID] || len(r.Branches) > 0 && !named || len(r.Branches) == 0 && room <= 0 {
				continue
			}
			room--
			out = append(out, b)
		}
		for _, b := range out {
			taken[b.ID] = true
		}
		of = append(of, out)
	}
	return of
}

// Stand is how a branch stands against what it should run.
type Stand string

// The stands of a branch.
const (
	None     Stand = "none"     // nothing is asked of it
	Right    Stand = "right"    // runs what it should
	Waits    Stand = "waits"    // took it, and puts it into force when nobody would be lost
	Sending  Stand = "sending"  // linked, and has not said yet what became of it
	Away     Stand = "away"     // not linked: gets it when it is back
	Rejected Stand = "rejected" // it does not suit the branch
	Drifted  Stand = "drifted"  // says that it runs something else
)

// StandOf compares what a branch says with what it should run.
func StandOf(t Target, b Branch) Stand {
	c := b.Config
	switch {
	case t.Number == 0:
		return None
	case c != nil && c.Serial == t.Serial && c.State == wire.ConfigStateRejected:
		return Rejected
	case c != nil && c.Serial == t.Serial && c.State == wire.ConfigStateStaged:
		return Waits
	case c != nil && c.Serial == t.Serial && c.Runs == t.Hash:
		return Right
	case c != nil && c.Serial >= t.Serial:
		return Drifted
	case !b.Linked:
		return Away
	}
	return Sending
}

// Verdict is what the gate says of a ring.
type Verdict struct {
	Next  bool   // the next ring may open
	Stop  string // why the roll-out stops, in Portuguese; empty goes on
	Waits string // for what, in Portuguese
}

// Judge is the gate: a ring is through when every branch of it that was linked has taken the configuration and is linked
// still, none rejected it, none has a serious alert that began since, and it was watched long enough. Branches that were
// not linked when their ring began get it when they are back, and do not count unless they are just taking it; a ring of
// only such branches stops, and so does a first ring of which no branch is known.
func Judge(p Publication, members []Branch, targets map[wire.NodeID]Target, now time.Time) Verdict {
	var last time.Time
	var sending, back, counted, lost []string
	for _, b := range members {
		t := targets[b.ID]
		stand := StandOf(t, b)
		switch {
		case stand == Rejected:
			return Verdict{Stop: b.Name + " (" + string(b.ID) + ") recusou: " + b.Config.Text}
		case b.RedSince.After(p.Since) && t.Linked:
			return Verdict{Stop: b.Name + " (" + string(b.ID) + ") tem um alerta grave desde as mudanças."}
		case !t.Linked && stand == Sending:
			back = append(back, b.Name)
		case !t.Linked && stand != Right && stand != Waits:
			continue
		case stand == Right || stand == Waits:
			counted = append(counted, b.Name)
			if at := time.UnixMilli(b.Config.AtMS); at.After(last) {
				last = at
			}
			if !b.Linked && t.Linked {
				lost = append(lost, b.Name)
			}
		default:
			sending = append(sending, b.Name)
		}
	}
	some := len(members) > 0 || p.Ring == 0
	ring := p.Since
	if last.After(ring) && last.Before(now) {
		ring = last
	}
	switch {
	case len(sending)+len(lost) > 0 && now.Sub(p.Since) > p.Plan.Patience:
		return Verdict{Stop: append(sending, lost...)[0] + " não confirmou em " + minutes(p.Plan.Patience) + "."}
	case len(sending)+len(lost) > 0:
		return Verdict{Waits: "à espera de " + append(sending, lost...)[0]}
	case len(back) > 0 && now.Sub(p.Since) <= p.Plan.Patience:
		return Verdict{Waits: "à espera de " + back[0]}
	case len(counted) == 0 && some && now.Sub(p.Since) > p.Plan.Patience:
		return Verdict{Stop: "Nenhuma loja deste anel tem ligação."}
	case len(counted) == 0 && some:
		return Verdict{Waits: "à espera de que uma loja do anel tenha ligação"}
	case len(members) > 0 && now.Sub(ring) < p.Plan.Wait:
		return Verdict{Waits: "em observação até às " + ring.Add(p.Plan.Wait).Format("15:04:05")}
	}
	return Verdict{Next: true}
}

func minutes(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%d s", int(d.Seconds()))
	}
	return fmt.Sprintf("%d min", int(d.Minutes()))
}

// Document returns what a publication says to a branch, and its hash.
func Document(layers []above.Layer, b Branch) (document []byte, hash string) {
	document = above.Lay(above.For(layers, b.Kind, string(b.ID))...).Document()
	sum := sha256.Sum256(document)
	return document, hex.EncodeToString(sum[:])
}

// EncodeLayers writes layers for the store; DecodeLayers reads them.
func EncodeLayers(layers []above.Layer) ([]byte, error) { return json.Marshal(layers) }

// DecodeLayers reads what EncodeLayers wrote.
func DecodeLayers(raw []byte) (layers []above.Layer, err error) {
	err = json.Unmarshal(raw, &layers)
	return layers, err
}
