package printertest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/text/encoding/charmap"
)

// Config says what kind of printer to be.
type Config struct {
	// Link is where the serial device appears: a symbolic link to the
	// pseudo-terminal, stable over unplugging. Its directory must exist.
	Link string
	// Dots is the printable width; 0 means 576.
	Dots int
	// BytesPerSecond is the speed of the serial line; 0 means 1920, which is
	// 19200 baud. Negative means no limit.
	BytesPerSecond int
	// MillimetresPerSecond is the speed of the paper; 0 means 150. Negative
	// means no limit, and cuts that take no time.
	MillimetresPerSecond int
	// Buffer is the receive buffer in bytes; 0 means 4096.
	Buffer int
	// Language is what it speaks; the zero value is ESC/POS.
	Language Language
	// QRAsEpson makes a CUSTOM printer that counts its QR functions as Epson
	// does; some models do not.
	QRAsEpson bool
	// WithoutHeader makes a CUSTOM printer whose status lacks its first two
	// bytes, as some firmware's does.
	WithoutHeader bool
	// NoLogoMemory makes a printer that knows no commands for pictures in its
	// memory.
	NoLogoMemory bool
	// AsianModel makes a printer that starts in Kanji mode.
	AsianModel bool
	// Pages are the numbers of its code pages, where they are not those of Epson
	// or Star: number → table.
	Pages map[byte]*charmap.Charmap
	// Now is the clock that dates papers; it must be given.
	Now func() time.Time
}

// Kept is how many papers a printer remembers.
const Kept = 200

// Kind names a fault.
type Kind string

// The faults there are. All but Garbage last until they are taken back.
const (
	// PaperOut: the roll has ended.
	PaperOut Kind = "paper-out"
	// NearEnd: the roll will end soon.
	NearEnd Kind = "near-end"
	// CoverOpen: the cover is open.
	CoverOpen Kind = "cover-open"
	// CutterError: the blade is stuck; DLE ENQ 2 frees it.
	CutterError Kind = "cutter-error"
	// Jam: paper is stuck on its way; somebody has to pull it out.
	Jam Kind = "jam"
	// HeadHot: the head cools down, and printing goes on after that.
	HeadHot Kind = "head-hot"
	// CableOut: the device is gone; it comes back at the same link.
	CableOut Kind = "cable-out"
	// PowerOff: what was not printed is lost, and there is no answer.
	PowerOff Kind = "power-off"
	// Silent: prints, and never confirms.
	Silent Kind = "silent"
	// Garbage: sends some bytes that mean nothing, once.
	Garbage Kind = "garbage"
)

// Kinds lists all faults.
func Kinds() []Kind {
	return []Kind{PaperOut, NearEnd, CoverOpen, CutterError, Jam, HeadHot, CableOut, PowerOff, Silent, Garbage}
}

// Fault is a fault to begin or to end.
type Fault struct {
	// Kind is which.
	Kind Kind `json:"kind"`
	// On begins it, else it ends.
	On bool `json:"on"`
	// AfterBytes lets it begin only once so many further bytes of the stream
	// have been obeyed, that is, in the middle of a slip.
	AfterBytes int `json:"afterBytes,omitempty"`
}

// ErrUnknownFault is returned for a fault of no known kind.
var ErrUnknownFault = errors.New("unknown fault")

// State is what a page about the printer shows.
type State struct {
	// Simulated is always true: it is here so that whoever passes the state
	// on cannot forget to say so.
	Simulated bool `json:"simulated"`
	// Path is where the serial device appears.
	Path string `json:"path"`
	// Faults are those present.
	Faults []Kind `json:"faults"`
	// Papers counts all that ever came out.
	Papers int `json:"papers"`
	// Waiting is how many bytes were received and not yet obeyed.
	Waiting int `json:"waiting"`
	// Printing is true while paper of an unfinished slip stands in the mouth.
	Printing bool `json:"printing"`
	// Mouth is true while a slip waits in the mouth of a presenter.
	Mouth bool `json:"mouth"`
	// Retracted counts the slips that a presenter drew back.
	Retracted int `json:"retracted"`
	// Said counts the bytes that the line took from the printer, without flow
	// control, which the host's system keeps to itself.
	Said uint64 `json:"said"`
}

// Printer is a printer made of software.
type Printer struct {
	config Config
	wake   chan struct{} // something changed for the printing goroutine

	mu       sync.Mutex // guards all below
	machine  *machine
	line     *Line // nil while the cable is out
	waiting  []byte
	realtime []byte // tail of the received bytes in which real-time commands are looked for
	stopped  bool   // XOFF was sent
	faults   map[Kind]bool
	due      []Fault // those that wait for AfterBytes
	obeyed   int     // bytes obeyed since the start, to know when they are due
	age      int     // counts clears and power cuts; a slower goroutine sees that what it did is forgotten
	papers   []Paper
	serial   int
	watchers map[chan struct{}]bool

	ends      int  // Star's ETB counter
	ended     bool // Star's ETB status
	mouth     bool // a slip waits in the presenter
	retracted int
	told      []byte // status that CUSTOM's sent last
	said      uint64 // bytes that the line took
}

// New makes the pseudo-terminal and the link to it. Nothing is answered before
// Run.
func New(c Config) (*Printer, error) {
	if c.Link == "" || c.Now == nil {
		return nil, errors.New("virtual printer: a link and a clock must be given")
	}
	if c.Dots == 0 {
		c.Dots = 576
	}
	if c.BytesPerSecond == 0 {
		c.BytesPerSecond = 1920
	}
	if c.MillimetresPerSecond == 0 {
		c.MillimetresPerSecond = 150
	}
	if c.Buffer == 0 {
		c.Buffer = 4096
	}
	p := &Printer{
		config: c, wake: make(chan struct{}, 1), machine: newMachine(c.Dots),
		faults: map[Kind]bool{}, watchers: map[chan struct{}]bool{},
	}
	p.machine.asianHead, p.machine.language, p.machine.pages = c.AsianModel, c.Language, c.Pages
	p.machine.qrAsEpson = c.QRAsEpson
	p.machine.logos.none = c.NoLogoMemory
	p.machine.reset()
	l, err := Plug(c.Link)
	if err != nil {
		return nil, fmt.Errorf("virtual printer: %w", err)
	}
	p.line = l
	return p, nil
}

// Path returns the link to the serial device.
func (p *Printer) Path() string { return p.config.Link }

// Run is the printer switched on. It returns when the context ends and takes
// the link away.
func (p *Printer) Run(ctx context.Context) error {
	var parts sync.WaitGroup
	parts.Go(func() { p.receive(ctx) })
	parts.Go(func() { p.print(ctx) })
	parts.Go(func() { p.lend(ctx) })
	<-ctx.Done()
	p.mu.Lock()
	p.unplug()
	p.mu.Unlock()
	parts.Wait()
	return nil
}

// Papers returns the papers that were cut, oldest first, the last [Kept].
func (p *Printer) Papers() []Paper {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.papers)
}

// Current returns the paper that stands in the mouth, not yet cut.
func (p *Printer) Current() Paper {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.machine.paper
	now.Items = slices.Clone(now.Items)
	return now
}

// State returns what a page about the printer shows.
func (p *Printer) State() State {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := State{
		Simulated: true, Path: p.config.Link, Faults: []Kind{}, Papers: p.serial,
		Waiting: len(p.waiting), Printing: !p.machine.paper.empty(),
		Mouth: p.mouth, Retracted: p.retracted, Said: p.said,
	}
	for _, k := range Kinds() {
		if p.faults[k] {
			s.Faults = append(s.Faults, k)
		}
	}
	return s
}

// Subscribe returns a channel that has a value whenever something changed
// since it was last read, and a function to end that.
func (p *Printer) Subscribe() (changed <-chan struct{}, cancel func()) {
	c := make(chan struct{}, 1) // one: many changes are one reason to look
	p.mu.Lock()
	defer p.mu.Unlock()
	p.watchers[c] = true
	return c, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.watchers, c)
	}
}

// changed tells watchers and the printing goroutine. The lock is held.
func (p *Printer) changed() {
	for c := range p.watchers {
		select {
		case c <- struct{}{}:
		default:
		}
	}
	p.nudge()
}

func (p *Printer) nudge() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// Set begins or ends a fault.
func (p *Printer) Set(f Fault) error {
	if !slices.Contains(Kinds(), f.Kind) {
		return fmt.Errorf("set %q: %w", f.Kind, ErrUnknownFault)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if f.On && f.AfterBytes > 0 {
		f.AfterBytes += p.obeyed
		p.due = append(p.due, f)
		return nil
	}
	return p.apply(f)
}

// apply begins or ends a fault now. The lock is held.
func (p *Printer) apply(f Fault) error {
	if !f.On {
		p.due = slices.DeleteFunc(p.due, func(d Fault) bool { return d.Kind == f.Kind })
	}
	defer p.changed()
	switch f.Kind {
	case Garbage:
		if f.On {
			p.send([]byte{0x00, 0xff, 0x80, 0x9a, 0x37, 0x41, 0x5f, 0x1b, 0xfe, 0x18, 0x93})
		}
		return nil
	case CableOut:
		return p.cable(!f.On)
	case PowerOff:
		if f.On && !p.faults[PowerOff] {
			p.forget()
			p.machine.pushMask = 0
			p.ends, p.ended, p.told, p.machine.documents = 0, false, nil, 0
		}
	case PaperOut, NearEnd, CoverOpen, CutterError, Jam, HeadHot, Silent:
	}
	before := p.faults[f.Kind]
	p.faults[f.Kind] = f.On
	if before != f.On {
		p.push()
	}
	return nil
}

func (p *Printer) cable(in bool) error {
	switch {
	case in && p.line == nil:
		l, err := Plug(p.config.Link)
		if err != nil {
			return fmt.Errorf("plug the cable in: %w", err)
		}
		p.line = l
	case !in:
		p.unplug()
	}
	p.faults[CableOut] = !in
	p.stopped = false
	return nil
}

// unplug takes the line away. The lock is held.
func (p *Printer) unplug() {
	if p.line != nil {
		_ = p.line.Close() // nothing can be done about it, and nothing depends on it
		p.line = nil
	}
}

// forget is what a clear and a power cut do: nothing that was not printed
// will be. The lock is held.
func (p *Printer) forget() {
	p.waiting, p.realtime = nil, nil
	p.machine.forget()
	p.age++
	p.resume()
}

// able tells whether the printer obeys the stream. The lock is held.
func (p *Printer) able() bool {
	return !p.faults[PowerOff] && !p.offline()
}

// offline tells whether it stopped by itself and takes no jobs. The lock is held.
func (p *Printer) offline() bool {
	f := p.faults
	return f[PaperOut] || f[CoverOpen] || f[CutterError] || f[Jam] || f[HeadHot]
}

// print obeys what was received, at the speed of the paper.
func (p *Printer) print(ctx context.Context) {
	for {
		pause, age, idle := p.step()
		switch {
		case idle:
			select {
			case <-ctx.Done():
				return
			case <-p.wake:
			}
		case pause > 0:
			if !sleep(ctx, pause) {
				return
			}
			p.moved(age)
		case ctx.Err() != nil:
			return
		}
	}
}

// step obeys bytes until paper moves, and returns how long that takes.
func (p *Printer) step() (pause time.Duration, age int, idle bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.waiting) > 0 && p.able() {
		b := p.waiting[0]
		p.waiting = p.waiting[1:]
		p.obeyed++
		p.begin()
		if !p.able() {
			// The roll ended before this byte could be obeyed.
			p.waiting = append([]byte{b}, p.waiting...)
			p.obeyed--
			break
		}
		if pause := p.effect(p.machine.obey(b)); pause > 0 {
			return pause, p.age, false
		}
	}
	p.resume()
	p.news()
	return 0, p.age, true
}

// begin starts the faults whose time has come. The lock is held.
func (p *Printer) begin() {
	for i := 0; i < len(p.due); {
		if p.due[i].AfterBytes > p.obeyed {
			i++
			continue
		}
		f := p.due[i]
		p.due = slices.Delete(p.due, i, i+1)
		_ = p.apply(Fault{Kind: f.Kind, On: true}) // only plugging in can fail
	}
}

// cutTime is how long the blade takes.
const cutTime = 300 * time.Millisecond

// effect carries out what a command caused, and returns how long it takes.
// The lock is held.
func (p *Printer) effect(e effect) time.Duration {
	if e.pushed {
		p.push()
	}
	if len(e.reply) > 0 && !p.faults[Silent] {
		p.send(e.reply)
	}
	if e.id != "" {
		p.confirm(e.id)
	}
	if e.cut {
		p.eject()
	}
	switch {
	case e.document:
		p.sign("document")
	case e.end:
		p.end()
	case e.present:
		p.present()
	case e.count != 0:
		p.count(e.count)
	}
	if e.advance == 0 {
		return 0
	}
	p.changed()
	if p.config.MillimetresPerSecond < 0 {
		return 0
	}
	pause := time.Duration(e.advance) * time.Second / time.Duration(8*p.config.MillimetresPerSecond)
	if e.cut {
		pause += cutTime
	}
	return max(pause, 1)
}

// eject keeps the paper that was cut. The lock is held.
func (p *Printer) eject() {
	paper := p.machine.take()
	p.serial++
	paper.Serial, paper.At = p.serial, p.config.Now()
	p.papers = append(p.papers, paper)
	if len(p.papers) > Kept {
		p.papers = slices.Delete(p.papers, 0, len(p.papers)-Kept)
	}
	p.changed()
}

// confirm answers a process id. The lock is held.
func (p *Printer) confirm(id string) {
	if n := len(p.papers); n > 0 && p.papers[n-1].ID == "" {
		p.papers[n-1].ID = id
		p.changed()
	}
	if !p.faults[Silent] {
		p.send(append(append([]byte{0x37, 0x22}, id...), 0))
	}
}

// moved is called when paper has stopped moving.
func (p *Printer) moved(age int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if age == p.age {
		p.resume()
	}
}

func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
