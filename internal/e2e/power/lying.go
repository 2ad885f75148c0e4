package power

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"balcao/internal/powercut"
	"balcao/internal/sqlite"
)

const lying = "a disk that says synced and is not, cut"

// believed is a life on a disk that lied from some moment on.
type believed struct {
	tape  powercut.Tape
	told  []string          // by thing
	small map[string][]byte // files beside the database, as they last were
}

// believe has a program live on a disk that from some moment on says that it has synced and has not, cuts the power later,
// and has everybody tell again what they hold. What was acknowledged meanwhile may be gone; what must hold then is that
// nothing that was told to somebody is told to somebody else, and that what others sent is there again.
func (s *suffering) believe(ctx context.Context, cfg FaultConfig, sum *FaultResult) error {
	b, err := s.tape(ctx, filepath.Join(cfg.Dir, "believed"))
	if err != nil {
		return err
	}
	var wrong []error
	for range cfg.Tries * int(phases) {
		from := s.dice.IntN(b.tape.Len())
		moment := from + s.dice.IntN(b.tape.Len()-from) + 1
		if err := s.cut(ctx, b, from, moment, filepath.Join(cfg.Dir, "cut"), sum); err != nil {
			wrong = append(wrong, fmt.Errorf("lied from %d on, cut after %d: %w", from, moment, err))
		}
	}
	return errors.Join(wrong...)
}

// tape lives once and records it, from the making of the file on.
func (s *suffering) tape(ctx context.Context, dir string) (believed, error) {
	b := believed{small: map[string][]byte{}}
	defer os.RemoveAll(dir)
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return b, err
	}
	r, err := powercut.Record(dir)
	if err != nil {
		return b, err
	}
	err = func() error {
		l, err := s.open(ctx, dir)
		if err != nil {
			return err
		}
		for n := range things {
			told, err := l.do(ctx, n)
			if err != nil {
				return errors.Join(err, l.close())
			}
			b.told = append(b.told, told)
			r.Mark(uint64(n) + 1) //nolint:gosec // a dozen
			if n == things/2 {
				if err := l.tidy(ctx); err != nil {
					return errors.Join(err, l.close())
				}
			}
		}
		return l.close()
	}()
	var ended error
	b.tape, ended = r.End()
	for _, name := range []string{"kiosk.db.guard", "branch.db.guard", "lent"} {
		if body, err := os.ReadFile(filepath.Join(dir, name)); err == nil { //nolint:gosec // of the trial
			b.small[name] = body
		}
	}
	return b, errors.Join(err, ended)
}

func (s *suffering) cut(ctx context.Context, b believed, from, moment int, to string, sum *FaultResult) error {
	defer os.RemoveAll(to)
	if err := os.MkdirAll(to, 0o750); err != nil {
		return err
	}
	disk := b.tape.Lying(from).Follow()
	told := b.told[:disk.To(moment)]
	if err := disk.Cut(s.dice, to); err != nil {
		return err
	}
	for name, body := range b.small {
		if err := os.WriteFile(filepath.Join(to, name), body, 0o600); err != nil {
			return err
		}
	}
	sum.Tried++
	sum.Met++
	l, err := s.open(ctx, to)
	if errors.Is(err, errAnother) { // it knows that it forgot, and goes on in a new epoch
		sum.Refused++
		l, err = s.open(ctx, to)
	}
	if sqlite.IsDamaged(err) {
		sum.Damaged++ // it says so, and rebuild is for that
		return nil
	}
	if err != nil {
		return fmt.Errorf("open again: %w", err)
	}
	defer l.close() //nolint:errcheck // nothing is written any more
	wrong := s.again(ctx, l, told, sum)
	if _, err := l.records(ctx); err != nil {
		wrong = append(wrong, err)
	}
	return errors.Join(wrong...)
}

// again has everybody ask again for what they were told, and others for more.
func (s *suffering) again(ctx context.Context, l life, told []string, sum *FaultResult) (wrong []error) {
	holder := map[string]int{}
	for n, what := range told {
		holder[what] = n
	}
	for n := range things {
		now, err := l.do(ctx, n)
		if err != nil {
			sum.Lost++
			wrong = append(wrong, fmt.Errorf("%d is not told again: %w", n, err))
		}
		if other, held := holder[now]; held && other != n {
			sum.Doubled++
			wrong = append(wrong, fmt.Errorf("%q was told to %d, and now to %d", now, other, n))
		}
		holder[now] = n
	}
	return wrong
}
