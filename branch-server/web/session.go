package web

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"balcao/internal/queue"
	"balcao/internal/signin"
)

// Session is one sign-in. It holds no name: that is looked up in the staff each time, as is the role.
type Session struct {
	Token   signin.TokenHash
	Person  string          // id of the person
	Counter queue.CounterID // where they sit; empty if nowhere
	Since   time.Time       // sits there since
	Expires time.Time

	Skills   []queue.ServiceID `json:",omitempty"` // of the counter's, that this person serves now; none is all
	AutoCall bool              `json:",omitempty"` // the page calls the next one by itself
}

// skillsAt returns what this person chose to serve at a counter; at another than theirs, nothing yet.
func (s Session) skillsAt(at queue.CounterID) []queue.ServiceID {
	if s.Counter != at {
		return nil
	}
	return s.Skills
}

// sessionLife is a long working day.
const sessionLife = 14 * time.Hour

// errSeatTaken means that somebody else sits at the counter.
var errSeatTaken = errors.New("somebody sits at the counter")

// seats knows every session and who sits where: one session a counter.
type seats struct {
	store Sessions

	mu      sync.Mutex // held while the store writes, so that memory and disk agree on who came first
	byToken map[signin.TokenHash]Session
}

func newSeats(ctx context.Context, store Sessions, now time.Time) (*seats, error) {
	all, err := store.All(ctx)
	if err != nil {
		return nil, err
	}
	s := &seats{store: store, byToken: map[signin.TokenHash]Session{}}
	for _, one := range all {
		if one.Expires.After(now) {
			s.byToken[one.Token] = one
		} else if err := store.Delete(ctx, one.Token); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// of returns the session of a cookie.
func (s *seats) of(cookie string, now time.Time) (Session, bool) {
	return s.get(signin.TokenOf(cookie), now)
}

func (s *seats) get(token signin.TokenHash, now time.Time) (Session, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	one, known := s.byToken[token]
	if !known || !one.Expires.After(now) {
		return Session{}, false
	}
	return one, true
}

// begin opens a session of a person and returns its cookie. Sessions past their end are forgotten on the way.
func (s *seats) begin(ctx context.Context, person string, now time.Time) (string, error) {
	cookie, token := signin.NewToken()
	one := Session{Token: token, Person: person, Expires: now.Add(sessionLife)}
	s.mu.Lock()
	defer s.mu.Unlock()
	for t, old := range s.byToken {
		if !old.Expires.After(now) {
			if err := s.drop(ctx, t); err != nil {
				return "", err
			}
		}
	}
	if err := s.put(ctx, one); err != nil {
		return "", err
	}
	return cookie, nil
}

// end forgets a session.
func (s *seats) end(ctx context.Context, token signin.TokenHash) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.drop(ctx, token)
}

func (s *seats) at(counter queue.CounterID, now time.Time) (Session, bool) {
	for _, one := range s.byToken {
		if one.Counter == counter && one.Expires.After(now) {
			return one, true
		}
	}
	return Session{}, false
}

// sit gives a session a counter. If somebody else sits there it returns errSeatTaken, unless they are to make room;
// a person's own other session always does.
func (s *seats) sit(ctx context.Context, token signin.TokenHash, counter queue.CounterID, makeRoom bool, now time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	mine, known := s.byToken[token]
	if !known {
		return errors.New("the session has ended")
	}
	if other, taken := s.at(counter, now); taken && other.Token != token {
		if !makeRoom && other.Person != mine.Person {
			return errSeatTaken
		}
		other.Counter, other.Since = "", time.Time{}
		if err := s.put(ctx, other); err != nil {
			return err
		}
	}
	if mine.Counter != counter {
		mine.Counter, mine.Since, mine.Skills = counter, now, nil // another counter has other services
	}
	return s.put(ctx, mine)
}

// prefer stores how a person wants to work at their counter.
func (s *seats) prefer(ctx context.Context, token signin.TokenHash, wanted preferences) (Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	mine, known := s.byToken[token]
	if !known {
		return Session{}, errors.New("the session has ended")
	}
	mine.Skills = slices.Clone(wanted.Skills)
	if wanted.Auto != nil {
		mine.AutoCall = *wanted.Auto
	}
	return mine, s.put(ctx, mine)
}

func (s *seats) put(ctx context.Context, one Session) error {
	if err := s.store.Put(ctx, one); err != nil {
		return fmt.Errorf("store session: %w", err)
	}
	s.byToken[one.Token] = one
	return nil
}

func (s *seats) drop(ctx context.Context, token signin.TokenHash) error {
	if err := s.store.Delete(ctx, token); err != nil {
		return fmt.Errorf("delete session: %w", err)
	}
	delete(s.byToken, token)
	return nil
}

// taken returns the counters where somebody sits.
func (s *seats) taken(now time.Time) map[queue.CounterID]Session {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := map[queue.CounterID]Session{}
	for _, one := range slices.Collect(maps.Values(s.byToken)) {
		if one.Counter != "" && one.Expires.After(now) {
			at[one.Counter] = one
		}
	}
	return at
}
