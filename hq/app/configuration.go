package app

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"balcao/hq/alert"
	"balcao/hq/rollout"
	"balcao/internal/config"
	"balcao/internal/wire"
)

// Configuration says how configurations are rolled out, unless whoever publishes says otherwise.
type Configuration struct {
	// Rings are the shares of all branches, in percent, that have a configuration after each ring; the last is 100.
	Rings []int `yaml:"rings"`
	// Wait is how long a ring is watched after its last branch took it.
	Wait time.Duration `yaml:"wait"`
	// Patience is how long a linked branch may take to say what became of it before the roll-out stops.
	Patience time.Duration `yaml:"patience"`
}

func defaultConfiguration() Configuration {
	return Configuration{Rings: []int{5, 50, 100}, Wait: 10 * time.Minute, Patience: 30 * time.Minute}
}

func (c Configuration) check(faults *config.Faults) {
	if len(c.Rings) == 0 || len(c.Rings) > 10 || !slices.IsSorted(c.Rings) || c.Rings[0] < 1 || c.Rings[len(c.Rings)-1] != 100 {
		faults.Add("configuration.rings", "want growing shares in percent of which the last is 100, such as [5, 50, 100]")
	}
	checkRange(faults, "configuration.wait", c.Wait >= 0 && c.Wait <= 24*time.Hour, "want between 0s and 24h")
	checkRange(faults, "configuration.patience", c.Patience >= 10*time.Second && c.Patience <= 24*time.Hour, "want between 10s and 24h")
}

// plan makes the usual plan.
func (c Configuration) plan() rollout.Plan {
	p := rollout.Plan{Wait: c.Wait, Patience: c.Patience}
	for _, percent := range c.Rings {
		name := fmt.Sprintf("%d %%", percent)
		if percent == 100 {
			name = "Todas"
		}
		p.Rings = append(p.Rings, rollout.Ring{Name: name, Percent: percent})
	}
	return p
}

// branchesNow are the branches as configurations see them.
type branchesNow struct{ app *App }

// Branches returns the branches that can take configurations, by id.
func (w branchesNow) Branches() []rollout.Branch {
	red := map[string]time.Time{}
	for _, one := range w.app.desk.Open() {
		if one.Degree == alert.Urgent && one.Branch != "" && one.Since.After(red[one.Branch]) {
			red[one.Branch] = one.Since
		}
	}
	var all []rollout.Branch
	for _, c := range w.app.live.Configured(time.Now()) {
		all = append(all, rollout.Branch{
			ID: c.ID, Name: c.Name, District: c.District, Kind: c.Kind, Linked: c.Linked, RedSince: red[string(c.ID)], Config: &c.Config,
		})
	}
	slices.SortFunc(all, func(x, y rollout.Branch) int { return cmp.Compare(x.ID, y.ID) })
	return all
}

// configLife is how long a sealed configuration may be on its way. It is sealed anew each time it is sent.
const configLife = time.Hour

var errNoIdentity = errors.New("headquarters has no certificate: give it an identity, see docs/operations.md")

// Sign seals a configuration for a branch.
func (w branchesNow) Sign(to wire.NodeID, serial uint64, body []byte) ([]byte, error) {
	own := w.app.trust.Own()
	if own == nil {
		return nil, errNoIdentity
	}
	return own.SignVersion(wire.KindConfig, string(to), serial, configLife, body)
}

// Send publishes to a branch; nothing is retained, because what it missed is sealed again.
func (w branchesNow) Send(to wire.NodeID, sealed []byte) error {
	return w.app.parent.PublishTo(to, wire.ChannelCfg, false, sealed)
}

// ownConfig keeps what a branch decides for itself; nil where the question is another one or cannot be kept now.
func (a *App) ownConfig(ctx context.Context, node wire.NodeID, r wire.Request) json.RawMessage {
	q, document, err := wire.DecodeOwnConfig(r.Data)
	if err == nil {
		err = a.rollout.Hear(ctx, node, q.Hash, document)
	}
	if err != nil {
		a.log.Warn("a branch's own description not kept", "branch", string(node), "err", err)
		return nil
	}
	data, err := json.Marshal(wire.OwnConfigReply{Hash: q.Hash})
	if err != nil {
		return nil
	}
	return data
}

// isOwnConfig says whether a question is about a branch's own description.
func isOwnConfig(r wire.Request) bool {
	return strings.Contains(string(r.Data[:min(len(r.Data), 64)]), `"`+wire.KindOwnConfig+`"`)
}

// canSign says whether configurations can be sealed now.
func (a *App) canSign() bool {
	own := a.trust.Own()
	return own != nil && own.CanSign()
}
