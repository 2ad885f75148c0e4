package sim

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"balcao/internal/eventlog"
	"balcao/internal/queue"
	"balcao/internal/replica"
)

// program is one process: what it had planned dies with it.
type program struct {
	w     *world
	name  string
	path  string // of its database
	up    bool
	lives int
	boot  string
	ahead time.Duration // how far its clock is ahead of the truth

	start    func() error // opens what New opens
	stop     func() error // closes it, as the end of the process does
	kept     bool         // there is an old copy
	restored queue.Date   // the day it was last put back
}

// clock is what the program takes for the time.
func (p *program) clock() time.Time { return p.w.now.Add(p.ahead).UTC() }

// after does something later if the program still lives this life.
func (p *program) after(d time.Duration, do func() error) {
	life := p.lives
	p.w.after(d, func() error {
		if !p.up || p.lives != life {
			return nil
		}
		return do()
	})
}

func (p *program) begin() error {
	if p.up {
		return nil
	}
	p.lives++
	p.boot = p.w.word()
	p.up = true
	p.w.tell("%s begins", p.name)
	if err := p.start(); err != nil {
		p.up = false
		return fmt.Errorf("%s begins: %w", p.name, err)
	}
	return nil
}

func (p *program) shut() error {
	if !p.up {
		return nil
	}
	p.up = false
	if err := p.stop(); err != nil {
		return fmt.Errorf("%s ends: %w", p.name, err)
	}
	return nil
}

// die ends the program as kill -9 does: everything that was not on disk is gone. It is started again soon.
func (p *program) die(again time.Duration) error {
	if !p.up {
		return nil
	}
	p.w.tell("%s dies", p.name)
	p.w.witness.kills++
	if err := p.shut(); err != nil {
		return err
	}
	p.w.after(again, p.begin)
	return nil
}

// copy keeps the files as they stand on disk now, as an image of the card would.
func (p *program) copy() error {
	if !p.up {
		return nil
	}
	p.w.tell("%s is copied", p.name)
	for _, part := range []string{"", "-wal"} {
		body, err := os.ReadFile(p.path + part)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			_ = os.Remove(p.path + ".image" + part) // it may not be there
			continue
		case err != nil:
			return err
		}
		if err := os.WriteFile(p.path+".image"+part, body, 0o600); err != nil {
			return err
		}
	}
	p.kept = true
	return nil
}

// restore puts the old copy in the place of what is on disk, the guard file apart, and starts the program again.
func (p *program) restore() error {
	if !p.up || !p.kept {
		return nil
	}
	p.w.tell("%s is put back from a copy", p.name)
	p.w.witness.restores++
	p.w.witness.forgets(p)
	if err := p.shut(); err != nil {
		return err
	}
	for _, part := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(p.path + part); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	for _, part := range []string{"", "-wal"} {
		body, err := os.ReadFile(p.path + ".image" + part)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			err = os.WriteFile(p.path+part, body, 0o600)
		}
		if err != nil {
			return err
		}
	}
	p.w.after(p.w.between(time.Second, time.Minute), p.begin)
	return nil
}

// minter gives a log what it may not take by itself, from the dice.
func (p *program) minter() eventlog.Config {
	return eventlog.Config{
		Now: p.clock,
		MintEpoch: func() uint64 {
			return replica.MintEpoch(p.clock().Unix(), uint16(p.w.dice.Uint32()))
		},
		MintID: func(at time.Time) string { return p.w.ulid(at) },
		Uptime: func() int64 { return p.w.now.Sub(start).Milliseconds() },
	}
}

// word returns a random word.
func (w *world) word() string {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], w.dice.Uint64())
	return hex.EncodeToString(b[:])
}

// crockford is the alphabet of ULIDs (github.com/ulid/spec).
const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// ulid returns an id of the form that machines mint.
func (w *world) ulid(at time.Time) string {
	var id [26]byte
	ms := uint64(max(0, at.UnixMilli()))
	for i := 9; i >= 0; i-- {
		id[i] = crockford[ms&31]
		ms >>= 5
	}
	low, high := w.dice.Uint64(), w.dice.Uint64()
	for i := range 8 {
		id[10+i] = crockford[low>>(5*i)&31]
		id[18+i] = crockford[high>>(5*i)&31]
	}
	return string(id[:])
}
