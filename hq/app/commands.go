package app

import (
	"context"
	"errors"
	"slices"
	"time"

	"balcao/hq/command"
	"balcao/internal/wire"
)

// way is the way of commands to the branches.
type way struct{ app *App }

// Branch implements command.World.
func (w way) Branch(id wire.NodeID) (command.Branch, bool) {
	c, known := w.app.live.Commanded(id, time.Now())
	return command.Branch{Linked: c.Linked, Health: c.Health, Devices: c.Devices}, known
}

// Here implements command.World.
func (w way) Here(id wire.NodeID) bool { return slices.Contains(w.app.parent.Online(), id) }

// commandLife is how long a sealed command may be on its way. It is sealed anew each time it is sent.
const commandLife = 10 * time.Minute

// Sign implements command.World.
func (w way) Sign(to wire.NodeID, number uint64, body []byte) ([]byte, error) {
	own := w.app.trust.Own()
	if own == nil {
		return nil, errNoIdentity
	}
	return own.SignVersion(wire.KindCommand, string(to), number, commandLife, body)
}

// Send implements command.World; nothing is retained, because what was missed is sealed again.
func (w way) Send(to wire.NodeID, sealed []byte) error {
	return w.app.parent.PublishTo(to, wire.ChannelCmd, false, sealed)
}

// Name implements command.World.
func (w way) Name(person string) string { return w.app.people.Name(person) }

// answered is what a branch said of a command.
type answered struct {
	node    wire.NodeID
	payload []byte
}

// manyAnswers may wait for the database; what finds no room is said again.
const manyAnswers = 256

// heardResult takes what a branch says of a command; it is quick.
func (a *App) heardResult(node wire.NodeID, payload []byte) {
	select {
	case a.answers <- answered{node, slices.Clone(payload)}:
	default:
	}
}

// hearResults writes down what branches say of commands, until ctx ends.
func (a *App) hearResults(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case one := <-a.answers:
			err := a.commands.Hear(ctx, one.node, one.payload)
			switch {
			case err == nil || ctx.Err() != nil:
			case errors.Is(err, command.ErrStranger), errors.Is(err, wire.ErrMalformed), errors.Is(err, wire.ErrTooLarge):
				a.log.Warn("what a branch says of a command is refused", "branch", string(one.node), "err", err)
			default:
				a.log.Error("what a branch says of a command is not written down", "branch", string(one.node), "err", err)
			}
		}
	}
}
