package carrier

import (
	"context"
	"errors"
	"fmt"
	"time"

	"balcao/internal/mqttlink"
	"balcao/internal/replica"
	"balcao/internal/wire"
)

// childSession is what one run of a Child knows; one goroutine owns it.
type childSession struct {
	*Child
	sender *replica.Sender
	jitter func() float64

	epoch  uint64
	conn   mqttlink.State
	parent wire.StatusMessage // the parent's last birth
	heard  bool               // something arrived since listen
	forgot bool               // amnesia was told and cannot be healed here
	ending bool               // only what the parent lacks is still handed over
}

// readLogAgain is how long to wait when the log cannot be read for a moment.
const readLogAgain = time.Second

// loop carries until the end is wished and the parent holds everything, or Linger has passed since the wish.
func (s *childSession) loop(ctx context.Context, end <-chan struct{}) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	var patience <-chan time.Time
	deaf := time.NewTicker(s.cfg.Deaf)
	defer deaf.Stop()
	if err := s.head(ctx); err != nil {
		return err
	}
	for {
		select {
		case <-end:
			end, patience, s.ending = nil, time.After(s.cfg.Linger), true
			s.again(s.head(ctx))
		case <-patience:
			return nil
		case st := <-s.states:
			s.linkChanged(ctx, st)
		case m := <-s.link.Messages():
			s.heard = true
			s.receive(ctx, m)
		case <-deaf.C:
			s.listen()
		case <-s.nudged:
			s.again(s.head(ctx))
		case <-s.samples:
			s.sendSamples()
		case <-timer.C:
		}
		wake := s.act(ctx)
		s.publishState()
		if s.ending && (!s.Reachable() || s.sender.CaughtUp()) {
			return nil
		}
		if wake.IsZero() {
			timer.Stop()
		} else {
			timer.Reset(max(0, wake.Sub(s.cfg.Now())))
		}
	}
}

// listen drops a connection on which nothing arrived since the last time: a
// broker may have forgotten the subscriptions, or the network half of it.
func (s *childSession) listen() {
	if s.conn.Up && !s.heard {
		s.cfg.Log.Warn("nothing arrives on the connection, making a new one")
		s.link.Reconnect()
	}
	s.heard = false
}

// head tells the sender where the log stands.
func (s *childSession) head(ctx context.Context) error {
	epoch, first, last, _, err := s.cfg.Source.Position(ctx)
	if err != nil {
		return fmt.Errorf("read position of the log: %w", err)
	}
	if epoch != s.epoch {
		s.epoch, s.forgot = epoch, false
	}
	s.sender.Head(epoch, first, last)
	return nil
}

// again logs an error of the log and tries again later: a kiosk must go on
// serving when its log cannot be read for a moment.
func (s *childSession) again(err error) {
	if err == nil || errors.Is(err, context.Canceled) {
		return
	}
	s.cfg.Log.Error("log cannot be sent", "err", err)
	time.AfterFunc(readLogAgain, s.Nudge)
}

func (s *childSession) linkChanged(ctx context.Context, st mqttlink.State) {
	s.conn, s.heard = st, true // a new connection has time
	if !st.Up {
		s.sender.Disconnected()
		s.reach(false)
		return
	}
	s.again(s.head(ctx))
	s.sender.Connected()
	s.birth()
	s.mu.Lock()
	s.fresh = s.health != nil
	s.mu.Unlock()
	s.sendSamples()
}

func (s *childSession) birth() {
	s.told(s.link.Send(s.status(wire.Online, s.conn.Conn, s.epoch)))
}

// told is for results that change nothing: what was lost is sent again.
func (s *childSession) told(err error) {
	if err != nil {
		s.cfg.Log.Debug("message not sent", "err", err)
	}
}

// farewell says that the node stops on purpose.
func (s *childSession) farewell() {
	if !s.conn.Up {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	s.told(s.link.Publish(ctx, s.status(wire.Offline, s.conn.Conn, s.epoch)))
}

func (s *childSession) receive(ctx context.Context, m mqttlink.Message) {
	a, err := wire.ParseTopic(m.Topic)
	if err != nil {
		s.cfg.Log.Debug("message on an unknown topic", "err", err)
		return
	}
	payload, err := s.codec.Unpack(m.Payload)
	if err != nil {
		s.cfg.Log.Debug("message not readable", "err", err)
		return
	}
	switch {
	case a.Host:
		err = s.parentStatus(payload)
	case a.Site != "":
		if s.cfg.OnSite != nil {
			s.cfg.OnSite(a.Site, payload)
		}
	case a.Channel == wire.ChannelAck:
		err = s.ack(ctx, payload)
	case a.Channel == wire.ChannelRsp:
		err = s.reply(payload)
	default:
		if s.cfg.OnCommand != nil {
			s.cfg.OnCommand(a.Channel, payload)
		}
	}
	if err != nil {
		s.cfg.Log.Debug("message refused", "channel", string(a.Channel), "err", err)
	}
}

func (s *childSession) parentStatus(payload []byte) error {
	m, err := wire.Decode[wire.StatusMessage](payload)
	if err != nil {
		return err
	}
	if m.State == wire.Online {
		if m != s.parent {
			s.parent = m
			s.sender.ParentBorn(m.Incarnation)
			if s.conn.Up {
				s.birth() // it may have missed ours
			} // else its word came before the link's: the birth that names this connection is about to be sent
		}
		s.reach(true)
		return nil
	}
	if m.Boot == s.parent.Boot && m.Conn == s.parent.Conn {
		s.parent = wire.StatusMessage{}
		s.reach(false)
	}
	return nil
}

func (s *childSession) ack(ctx context.Context, payload []byte) error {
	a, err := wire.Decode[wire.Ack](payload)
	if err != nil {
		return err
	}
	s.reach(true)
	if s.cfg.OnTime != nil && a.Time > 0 {
		s.cfg.OnTime(time.UnixMilli(a.Time))
	}
	a = s.agree(a)
	if s.sender.Ack(a, s.cfg.Now()) {
		if err := s.cfg.Source.Acknowledged(ctx, a.Epoch, a.HWM); err != nil {
			s.again(fmt.Errorf("keep acknowledgement: %w", err))
			return nil
		}
	}
	// The oldest epoch may be finished now; and should a nudge ever be
	// forgotten, the parent's repeated acknowledgements bring the log up.
	if s.sender.Unsent() == 0 {
		s.again(s.head(ctx))
	}
	return nil
}

func (s *childSession) reply(payload []byte) error {
	r, err := wire.Decode[wire.Reply](payload)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, waiting := range s.asked[r.ID] {
		select {
		case waiting <- r:
		default: // it has an answer already
		}
	}
	return nil
}

// act does what the sender wishes until it wishes nothing.
func (s *childSession) act(ctx context.Context) time.Time {
	for ctx.Err() == nil {
		now := s.cfg.Now()
		action := s.sender.Next(now, s.jitter())
		switch action.Do {
		case replica.SayHello:
			s.again(s.hello(ctx))
		case replica.SendRecords:
			if err := s.sendRecords(ctx, action.After); err != nil {
				s.again(err)
				return now.Add(readLogAgain)
			}
		case replica.OpenEpoch:
			if !s.openEpoch(ctx) {
				return time.Time{}
			}
		case replica.Nothing:
			return action.Wake
		}
	}
	return time.Time{}
}

func (s *childSession) hello(ctx context.Context) error {
	epoch, first, last, head, err := s.cfg.Source.Position(ctx)
	if err != nil {
		return fmt.Errorf("read position of the log: %w", err)
	}
	h := wire.HelloMessage{
		Epoch: epoch, First: first, Last: last, Head: head, Boot: s.cfg.Boot, Conn: s.conn.Conn,
		Software: s.cfg.Software, Config: s.cfg.Config,
		ProtocolMin: s.cfg.Speaks.Min, ProtocolMax: s.cfg.Speaks.Max, TS: s.cfg.Now().UnixMilli(), CQ: s.quality(),
	}
	if c, ok := s.cfg.Source.(Compacted); ok && first > 1 {
		if h.Base, err = c.Base(ctx); err != nil {
			return fmt.Errorf("read base of the log: %w", err)
		}
		if h.Base != nil && h.Base.Seq+1 != first { // compacted between the two looks
			h.First = h.Base.Seq + 1
		}
	}
	payload, err := wire.Encode(h)
	if err != nil {
		return err
	}
	s.told(s.send(wire.ChannelHello, 1, payload))
	return nil
}

func (s *childSession) quality() wire.ClockQuality {
	if s.cfg.ClockQuality == nil {
		return wire.ClockOK
	}
	return s.cfg.ClockQuality()
}

func (s *childSession) sendRecords(ctx context.Context, after uint64) error {
	records, prev, err := s.cfg.Source.After(ctx, after, wire.MaxBatchEvents, wire.MaxBatchBytes)
	if err != nil {
		return fmt.Errorf("read log after %d: %w", after, err)
	}
	if len(records) == 0 {
		return fmt.Errorf("read log after %d: nothing there", after)
	}
	payload, err := wire.EncodeBatch(wire.Batch{Node: s.cfg.Node, Epoch: s.epoch, Prev: prev, Records: records})
	if err != nil {
		return err
	}
	s.told(s.send(wire.ChannelLog, 1, payload))
	s.sender.Sent(records[len(records)-1].Seq, s.cfg.Now())
	return nil
}

// openEpoch heals a log that lost records; false means that it cannot.
func (s *childSession) openEpoch(ctx context.Context) bool {
	if s.forgot {
		return false
	}
	opener, ok := s.cfg.Source.(EpochOpener)
	if !ok {
		s.forgot = true
		s.cfg.Log.Error("log lost records its parent holds and cannot open a new epoch", "epoch", s.epoch)
		return false
	}
	// Nothing is given up before the log was asked once more.
	if err := s.head(ctx); err != nil {
		s.again(err)
		return false
	}
	why := s.sender.Amnesia()
	if why == (replica.Loss{}) {
		return true
	}
	err := opener.OpenEpoch(ctx, Amnesia{OldEpoch: why.Epoch, MyLast: why.Last, ParentHWM: why.HWM, ParentHead: why.Head, Fork: why.Fork})
	if errors.Is(err, ErrNextStart) {
		s.forgot = true
		s.cfg.Log.Error("the parent's records are not this log's; a new epoch begins with the next start",
			"epoch", why.Epoch, "last", why.Last, "parent", why.HWM, "fork", why.Fork)
		return false
	}
	if err == nil {
		s.cfg.Log.Error("log lost records its parent holds, new epoch opened",
			"epoch", why.Epoch, "last", why.Last, "parent", why.HWM)
		err = s.head(ctx)
	}
	if err != nil {
		s.again(fmt.Errorf("open new epoch: %w", err))
		return false
	}
	return s.sender.Amnesia() == replica.Loss{}
}

func (s *childSession) sendSamples() {
	if !s.conn.Up {
		return
	}
	s.mu.Lock()
	live, health := s.live, s.health
	if !s.fresh {
		health = nil
	}
	s.live, s.fresh = nil, false
	s.mu.Unlock()
	for channel, data := range map[wire.Channel][]byte{wire.ChannelLive: live, wire.ChannelHealth: health} {
		if data == nil {
			continue
		}
		payload, err := wire.Encode(wire.Sample{TS: s.cfg.Now().UnixMilli(), Unsent: s.sender.Unsent(), Data: data})
		if err != nil {
			s.cfg.Log.Error("sample not readable", "channel", string(channel), "err", err)
			continue
		}
		s.told(s.send(channel, 0, payload))
	}
}

// reach tells when the parent comes and goes.
func (s *childSession) reach(alive bool) {
	s.mu.Lock()
	changed := s.alive != alive
	s.alive = alive
	s.mu.Unlock()
	if changed && s.cfg.OnLink != nil {
		s.cfg.OnLink(alive)
	}
}

func (s *childSession) publishState() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unsent, s.caughtUp = s.sender.Unsent(), s.sender.CaughtUp()
}
