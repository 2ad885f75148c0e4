package device

import (
	"context"
	"errors"
	"maps"
	"time"

	"balcao/printers"
)

// keeping is what a session does about the pictures in the printer's memory. It
// belongs to the session's goroutine.
type keeping struct {
	waiting bool      // for the answer to what is kept; the turn and the line are held
	asked   time.Time // when
	numbers []int     // heard so far
	silent  int       // questions that were not answered
	look    int       // which look this is, of [logos.looks]
}

// KeepLogos says which pictures slips print. A printer with a memory is given
// those that it does not keep, once no slip is being printed, and one that cannot
// be asked once the next slip needs no clearing before it; until it is known
// to keep one, slips bring it with them. It does not block.
func (p *Printer) KeepLogos(pictures []printers.Picture) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.logos.wanted = pictures
	p.logos.look()
}

// RememberLogos says which pictures earlier runs stored in the printer's memory:
// number → key.
func (p *Printer) RememberLogos(book map[int]string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if book != nil {
		p.logos.book = maps.Clone(book)
		p.logos.look()
	}
}

// ForgetLogos says that nothing is known of the printer's memory: it is another
// machine.
func (p *Printer) ForgetLogos() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.logos.look()
	p.logos.book = map[int]string{}
}

// logos is what is known of the pictures in the printer's memory; guarded by the
// printer's mutex.
type logos struct {
	wanted []printers.Picture
	kept   map[string]int // by key: what the printer is known to keep now
	book   map[int]string // number → key of what was stored there, also by earlier runs
	due    bool           // it is time to look
	looks  int            // how often it was time: a look that began before the last of them settles nothing
	stored bool           // since it was time to look: once is enough, flash wears out

	passing int       // bytes of pictures, or of zeros in their place, that the line accepted last; 0 once the printer proved that it has them
	passed  time.Time // when the slowest line has carried them all
	torn    int       // bytes that a printer may still wait for: the line was lost under pictures
}

// Logos returns how many pictures slips print, and how many of them the printer
// is known to keep.
func (p *Printer) Logos() (wanted, kept int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.logos.wanted), len(p.logos.kept)
}

// printable are the pictures that a slip need not bring; one that begins with a clearing brings those that may still be on
// their way. The lock is held.
func (l *logos) printable(clearing bool) map[string]int {
	if clearing && l.passing > 0 {
		return nil
	}
	return maps.Clone(l.kept)
}

// look is a printer that has come back: what it kept it may have lost.
func (l *logos) look() {
	l.kept, l.due, l.stored = nil, true, false
	l.looks++
}

// mostSilent is how many questions may stay unanswered: the first may be eaten by
// what an earlier run left unfinished.
const mostSilent = 3

// slowest is the slowest line there is, in bytes a second: 9,600 baud.
const slowest = 960

// keepLogos looks whether the printer keeps the pictures, and stores them where
// it does not.
func (p *Printer) keepLogos(ctx context.Context, s *session) error {
	m, ok := s.dialect.(printers.LogoMemory)
	if !ok || !m.KeepsLogos() {
		return nil
	}
	k := &s.keeping
	if k.waiting {
		if p.config.Now().Sub(k.asked) >= patience {
			if k.silent++; k.silent >= mostSilent {
				p.config.Log.Warn("the printer does not tell which pictures it keeps; slips bring them")
				p.lookedAt(s, nil)
			}
			p.release(s)
		}
		return nil
	}
	p.mu.Lock()
	due, pictures := p.logos.due && p.status.Ready(), p.logos.wanted
	k.look = p.logos.looks
	p.mu.Unlock()
	if !due {
		return nil
	}
	if len(pictures) == 0 {
		p.lookedAt(s, nil)
		return nil
	}
	if !p.hold(s) {
		return nil
	}
	if err := p.endPictures(ctx, s); err != nil {
		p.release(s)
		if errors.Is(err, context.DeadlineExceeded) {
			p.lookedAt(s, nil)
			return nil
		}
		return err
	}
	if m.AskLogos() == nil {
		defer p.release(s)
		return p.trust(ctx, s, m, pictures)
	}
	return p.askLogos(ctx, s, m)
}

// hold takes the turn and the line, if nobody has them.
func (p *Printer) hold(s *session) bool {
	select {
	case p.turn <- struct{}{}:
	default:
		return false
	}
	if !s.writing.TryLock() {
		<-p.turn
		return false
	}
	return true
}

func (p *Printer) release(s *session) {
	s.keeping.waiting = false
	s.writing.Unlock()
	<-p.turn
}

// askLogos asks what is kept. Until the answer is heard the printer takes all
// that comes for a word about it, so nobody else may write.
func (p *Printer) askLogos(ctx context.Context, s *session, m printers.LogoMemory) error {
	s.keeping.waiting, s.keeping.asked, s.keeping.numbers = true, p.config.Now(), nil
	// Should the printer still wait for the arguments of a command that was cut
	// short, it takes zeros for them; else it ignores them.
	sent, err := p.tell(ctx, s, append(make([]byte, printers.MaxQR+8), m.AskLogos()...))
	if !sent {
		p.release(s)
	}
	return err
}

// tell writes some bytes that are no slip, and tells whether all went out. A
// printer that holds the line is no error: slips bring their pictures then, and
// the next begins with a clearing.
func (p *Printer) tell(ctx context.Context, s *session, b []byte) (sent bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, p.config.Confirm+time.Duration(len(b))*time.Second/slowest)
	defer cancel()
	n, err := s.transport.Write(ctx, b)
	if err != nil && n > 0 {
		p.mark(true)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		p.lookedAt(s, nil)
		return false, nil
	}
	return err == nil, err
}

// heardLogos takes in which numbers the printer keeps.
func (p *Printer) heardLogos(ctx context.Context, s *session, e printers.LogosKept) error {
	k := &s.keeping
	m, ok := s.dialect.(printers.LogoMemory)
	if !ok || !k.waiting {
		return nil // nobody asked
	}
	if sent, err := p.tell(ctx, s, m.HeardLogos()); !sent {
		p.release(s)
		return err
	}
	p.mu.Lock()
	p.logos.passing = 0 // what is answered behind the pictures was read behind them
	p.mu.Unlock()
	k.numbers = append(k.numbers, e.Numbers...)
	if e.More && len(k.numbers) < 100 {
		k.asked = p.config.Now()
		return nil
	}
	p.mu.Lock()
	if p.logos.looks != k.look { // other pictures are wanted by now
		p.mu.Unlock()
		p.release(s)
		return nil
	}
	kept := map[string]int{}
	for i, picture := range p.logos.wanted {
		n := m.LogoNumber(i)
		for _, there := range k.numbers {
			if there == n && p.logos.book[n] == picture.Key {
				kept[picture.Key] = n
			}
		}
	}
	missing, again := len(kept) < len(p.logos.wanted), p.logos.stored
	if !missing || again {
		p.logos.passing = 0 // it has come past them
	}
	pictures := p.logos.wanted
	p.mu.Unlock()
	if missing && !again {
		if stored, err := p.storeLogos(ctx, s, m, pictures); !stored {
			p.release(s)
			return err
		}
		return p.askLogos(ctx, s, m) // it says now what it has
	}
	if missing {
		p.config.Log.Warn("the printer does not keep the slip's pictures; slips bring them")
	}
	p.lookedAt(s, kept)
	p.release(s)
	return nil
}

// trust is for printers that do not tell what they keep: what the book says was
// stored counts. If the next slip begins with a clearing, which would take pictures
// out of the line that nobody would miss, they are stored behind that slip.
func (p *Printer) trust(ctx context.Context, s *session, m printers.LogoMemory, pictures []printers.Picture) error {
	p.mu.Lock()
	kept := map[string]int{}
	for i, picture := range pictures {
		if n := m.LogoNumber(i); p.logos.book[n] == picture.Key {
			kept[picture.Key] = n
		}
	}
	missing := len(kept) < len(pictures)
	later := missing && p.dirty && s.dialect.Clear() != nil
	if later && p.logos.looks == s.keeping.look {
		p.logos.kept = kept // and it is still due
	}
	p.mu.Unlock()
	if later {
		return nil
	}
	if missing {
		if stored, err := p.storeLogos(ctx, s, m, pictures); !stored {
			return err
		}
		for i, picture := range pictures {
			kept[picture.Key] = m.LogoNumber(i)
		}
	}
	p.lookedAt(s, kept)
	return nil
}

// storeLogos writes the pictures into the memory, and notes it in the book.
func (p *Printer) storeLogos(ctx context.Context, s *session, m printers.LogoMemory, pictures []printers.Picture) (bool, error) {
	p.config.Log.Info("pictures of the slip go into the printer's memory", "pictures", len(pictures))
	bytes := m.StoreLogos(pictures)
	p.mu.Lock()
	p.logos.passing, p.logos.passed = len(bytes), p.config.Now().Add(time.Minute) // until they are accepted
	p.mu.Unlock()
	if sent, err := p.tell(ctx, s, bytes); !sent {
		if err == nil { // the line is held, and it stays open
			p.tear()
		}
		return false, err
	}
	p.mu.Lock()
	p.logos.passed = p.config.Now().Add(time.Duration(len(bytes)) * time.Second / slowest)
	p.logos.stored = p.logos.looks == s.keeping.look
	p.logos.book = map[int]string{}
	for i, picture := range pictures {
		p.logos.book[m.LogoNumber(i)] = picture.Key
	}
	book := maps.Clone(p.logos.book)
	p.mu.Unlock()
	if p.config.Stored != nil {
		p.config.Stored(book)
	}
	return true, nil
}

// lookedAt ends a look: this is kept. If it was time to look again meanwhile, that is still to be done.
func (p *Printer) lookedAt(s *session, kept map[string]int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.logos.looks == s.keeping.look {
		p.logos.kept, p.logos.due = kept, false
	}
}

// lostUnderPictures notes, at the end of a session, pictures that may have been cut off on the line.
func (p *Printer) lostUnderPictures() {
	p.mu.Lock()
	cut := p.logos.passing > 0 && p.config.Now().Before(p.logos.passed)
	p.mu.Unlock()
	if cut {
		p.tear()
	}
	p.arrived()
}

// lostByClearing notes pictures that a clearing takes out of the line and the printer's buffer, unless the printer has proved
// that it has them. They are to be stored again.
func (p *Printer) lostByClearing() {
	p.mu.Lock()
	cut := p.logos.passing > 0
	p.mu.Unlock()
	if !cut {
		return
	}
	p.tear()
	p.mu.Lock()
	p.logos.passing = 0
	p.logos.look()
	p.mu.Unlock()
}

// tear notes pictures that did not arrive whole: what the book says of them is not so, and a printer that kept its power
// waits for the rest.
func (p *Printer) tear() {
	p.mu.Lock()
	p.logos.torn, p.logos.book = max(p.logos.torn, p.logos.passing), map[int]string{}
	p.mu.Unlock()
	if p.config.Stored != nil {
		p.config.Stored(map[int]string{})
	}
}

// arrived notes that no pictures are on their way any more: a slip that went behind them is confirmed, or the line is gone.
func (p *Printer) arrived() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.logos.passing = 0
}

// endPictures gives a printer that may still wait for the rest of a picture that many zeros, before anything else is said:
// a slip would be eaten as picture. A printer that does not wait ignores them. The session's write lock is held.
func (p *Printer) endPictures(ctx context.Context, s *session) error {
	p.mu.Lock()
	torn := p.logos.torn
	p.mu.Unlock()
	if torn == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, p.config.Confirm+time.Duration(torn)*time.Second/slowest)
	defer cancel()
	_, err := s.transport.Write(ctx, make([]byte, torn))
	if err != nil {
		return err // and again by the next session
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.logos.torn, p.logos.passing = 0, torn // they may be lost in their turn
	p.logos.passed = p.config.Now().Add(time.Duration(torn) * time.Second / slowest)
	return nil
}
