package people

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"balcao/internal/signin"
)

// Table keeps people; the store does.
type Table interface {
	// People returns everybody, by sign-in name.
	People(ctx context.Context) ([]Record, error)
	// PutPerson keeps a person.
	PutPerson(ctx context.Context, r Record) error
}

// Roster is the people of headquarters as they are now: it may be changed while others sign in.
type Roster struct {
	table Table

	changing sync.Mutex // one change at a time, so that none is decided on people who changed meanwhile

	mu   sync.RWMutex
	book *signin.Book[Person]
	all  []Record
}

// NewRoster reads the table; an empty one is first filled with the people of the configuration.
func NewRoster(ctx context.Context, table Table, file []Record) (*Roster, error) {
	r := &Roster{table: table}
	all, err := table.People(ctx)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		for _, one := range file {
			if err := table.PutPerson(ctx, one); err != nil {
				return nil, err
			}
		}
	}
	return r, r.Reload(ctx)
}

// Reload reads the table again: another process may have changed it.
func (r *Roster) Reload(ctx context.Context) error {
	all, err := r.table.People(ctx)
	if err != nil {
		return err
	}
	book := signin.NewBook[Person]()
	for _, one := range all {
		if one.Gone {
			continue
		}
		if err := book.Add(one.ID, one.Hash, one.Person()); err != nil {
			return err
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.book, r.all = book, all
	return nil
}

// SignIn returns the person with a name and password, or signin.ErrWrong.
func (r *Roster) SignIn(ctx context.Context, name, password string) (Person, error) {
	r.mu.RLock()
	book := r.book
	r.mu.RUnlock()
	return book.SignIn(ctx, name, password)
}

// Find returns who may sign in with a name.
func (r *Roster) Find(id string) (Person, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.book.Find(id)
}

// Name returns what somebody is called, whether or not they may still sign in; their sign-in name where they are unknown.
func (r *Roster) Name(id string) string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if i := slices.IndexFunc(r.all, func(one Record) bool { return one.ID == id }); i >= 0 {
		return r.all[i].Name
	}
	return id
}

// All returns everybody, by sign-in name, without their hashes.
func (r *Roster) All() []Record {
	r.mu.RLock()
	defer r.mu.RUnlock()
	all := slices.Clone(r.all)
	for i := range all {
		all[i].Hash = ""
	}
	return all
}

// Wish is what somebody wants a person to be. An empty password leaves it as it is.
type Wish struct {
	Record

	Password string
	New      bool // nobody may have the sign-in name yet
}

const leastPassword = 8

// Put makes a person what is wished and returns in words what changed, empty if nothing did. It refuses what would leave
// nobody to say who may do what.
func (r *Roster) Put(ctx context.Context, author Person, w Wish) (string, error) {
	r.changing.Lock()
	defer r.changing.Unlock()
	w.Name = strings.TrimSpace(w.Name)
	if err := r.Reload(ctx); err != nil {
		return "", err
	}
	r.mu.RLock()
	all := slices.Clone(r.all)
	r.mu.RUnlock()
	i := slices.IndexFunc(all, func(one Record) bool { return one.ID == w.ID })
	if err := allowed(author, w, all, i); err != nil {
		return "", err
	}
	var was Record
	now := w.Record
	now.Hash = ""
	if i >= 0 {
		was = all[i]
		now.Hash = was.Hash
	}
	if w.Password != "" || w.New {
		hash, err := signin.Hash(w.Password)
		if err != nil || len(w.Password) < leastPassword {
			return "", ErrSecret
		}
		now.Hash = hash
	}
	what := difference(was, now, i < 0)
	if what == "" {
		return "", nil
	}
	if err := r.table.PutPerson(ctx, now); err != nil {
		return "", fmt.Errorf("change %s: %w", now.ID, err)
	}
	return what, r.Reload(ctx)
}

func allowed(author Person, w Wish, all []Record, i int) error {
	switch err := w.fault(); {
	case err != nil:
		return err
	case w.New && i >= 0:
		return ErrTaken
	case !w.New && i < 0:
		return ErrUnknown
	case !author.covers(w.Record), i >= 0 && !author.covers(all[i]):
		return ErrBeyond
	case author.ID == w.ID && (w.Gone || w.Role != Administrator):
		return ErrYourself
	}
	// Where somebody may say everything, somebody is left who may.
	stays := func(one Record) bool {
		return !one.Gone && one.Role == Administrator && (author.Limited() || !one.Person().Limited())
	}
	left := stays(w.Record)
	for j, one := range all {
		left = left || j != i && stays(one)
	}
	if !left {
		return ErrLast
	}
	return nil
}

// difference says in words what changes, for the audit.
func difference(was, now Record, fresh bool) string {
	if fresh {
		return "criada, " + now.Role.InWords() + ", " + now.Where(nil)
	}
	var all []string
	if was.Name != now.Name {
		all = append(all, "nome")
	}
	if was.Role != now.Role {
		all = append(all, "função: "+was.Role.InWords()+" → "+now.Role.InWords())
	}
	if !slices.Equal(was.Districts, now.Districts) || !slices.Equal(was.Bodies, now.Bodies) {
		all = append(all, "onde: "+was.Where(nil)+" → "+now.Where(nil))
	}
	if was.Hash != now.Hash {
		all = append(all, "palavra-passe nova")
	}
	switch {
	case !was.Gone && now.Gone:
		all = append(all, "deixa de entrar")
	case was.Gone && !now.Gone:
		all = append(all, "volta a entrar")
	}
	return strings.Join(all, ", ")
}
