package staff

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"balcao/internal/signin"
)

// User is one person as the table of users keeps them. Who is not active cannot sign in, and keeps their name in
// reports.
type User struct {
	Record

	Active bool
}

// Change is one change of a person: who made it, whose it was and what it was, in words. It never says a PIN.
type Change struct {
	At     time.Time
	Author string
	ID     string
	What   string
}

// Table keeps people; the store does.
type Table interface {
	// SeedUsers puts people into the table if it is empty, and reports whether it did.
	SeedUsers(ctx context.Context, users []User) (bool, error)
	// Users returns everybody, by sign-in name.
	Users(ctx context.Context) ([]User, error)
	// PutUser keeps a person and notes the change, in one commit.
	PutUser(ctx context.Context, u User, c Change) error
	// UserChanges returns the last changes, newest first.
	UserChanges(ctx context.Context, limit int) ([]Change, error)
}

// Refusals of changes.
var (
	ErrLogin     = errors.New("a sign-in name has up to 32 lower case letters, digits, dots and dashes")
	ErrTaken     = errors.New("somebody has this sign-in name")
	ErrNoName    = errors.New("a person needs a name")
	ErrRole      = errors.New("no such role")
	ErrPIN       = errors.New("a PIN has 4 to 128 characters")
	ErrUnknown   = errors.New("nobody has this sign-in name")
	ErrLast      = errors.New("somebody must be left who coordinates")
	ErrYourself  = errors.New("nobody takes away their own right to set up")
	ErrAboveOwn  = errors.New("only an administrator makes, changes or ends an administrator")
	ErrNotOffice = errors.New("only who coordinates changes people")
)

// Roster is the people of a branch as they are now: it may be changed while others sign in. It owns the Book that
// answers, and replaces it at each change.
type Roster struct {
	table Table

	changing sync.Mutex // one change at a time, so that none is decided on people who changed meanwhile

	mu    sync.RWMutex
	book  *Book
	users []User
}

// NewRoster reads the table; an empty one is first filled with the people of a file.
func NewRoster(ctx context.Context, table Table, file []Record) (*Roster, error) {
	seed := make([]User, len(file))
	for i, r := range file {
		seed[i] = User{Record: r, Active: true}
	}
	if _, err := table.SeedUsers(ctx, seed); err != nil {
		return nil, err
	}
	r := &Roster{table: table}
	return r, r.reload(ctx)
}

func (r *Roster) reload(ctx context.Context) error {
	users, err := r.table.Users(ctx)
	if err != nil {
		return err
	}
	var active []Record
	for _, u := range users {
		if u.Active {
			active = append(active, u.Record)
		}
	}
	book, err := New(active)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.book, r.users = book, users
	return nil
}

func (r *Roster) present() *Book {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.book
}

// SignIn returns the person with a name and PIN, or ErrWrong.
func (r *Roster) SignIn(ctx context.Context, name, pin string) (Person, error) {
	return r.present().SignIn(ctx, name, pin)
}

// Find returns the active person with an id.
func (r *Roster) Find(id string) (Person, bool) { return r.present().Find(id) }

// Users returns everybody, by sign-in name.
func (r *Roster) Users() []User {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return slices.Clone(r.users)
}

// Changes returns the last changes, newest first.
func (r *Roster) Changes(ctx context.Context, limit int) ([]Change, error) {
	return r.table.UserChanges(ctx, limit)
}

// Wish is what somebody wants a person to be. An empty PIN leaves it as it is.
type Wish struct {
	ID     string
	Name   string
	Role   Role
	PIN    string
	Active bool
	New    bool // nobody may have the sign-in name yet
}

// Put makes a person what is wished, and notes who wished it. It refuses what would leave nobody to set the branch up.
func (r *Roster) Put(ctx context.Context, author Person, w Wish, at time.Time) error {
	r.changing.Lock()
	defer r.changing.Unlock()
	w.Name = strings.TrimSpace(w.Name)
	users := r.Users()
	i := slices.IndexFunc(users, func(u User) bool { return u.ID == w.ID })
	if err := allowed(author, w, users, i); err != nil {
		return err
	}
	u := User{Record: Record{ID: w.ID, Name: w.Name, Role: w.Role}, Active: w.Active}
	var before User
	if i >= 0 {
		before = users[i]
		u.Hash = before.Hash
	}
	if w.PIN != "" || w.New {
		hash, err := signin.Hash(w.PIN)
		if err != nil {
			return ErrPIN
		}
		u.Hash = hash
	}
	what := difference(before, u, i < 0)
	if what == "" {
		return nil
	}
	if err := r.table.PutUser(ctx, u, Change{At: at, Author: author.ID, ID: u.ID, What: what}); err != nil {
		return fmt.Errorf("change %s: %w", u.ID, err)
	}
	return r.reload(ctx)
}

func allowed(author Person, w Wish, users []User, i int) error {
	office := func(role Role) bool { return role == Coordinator || role == Administrator }
	switch {
	case !office(author.Role):
		return ErrNotOffice
	case !login.MatchString(w.ID):
		return ErrLogin
	case w.New && i >= 0:
		return ErrTaken
	case !w.New && i < 0:
		return ErrUnknown
	case w.Name == "" || len(w.Name) > 80:
		return ErrNoName
	case !known(w.Role):
		return ErrRole
	case author.Role != Administrator && (w.Role == Administrator || i >= 0 && users[i].Role == Administrator):
		return ErrAboveOwn
	case author.ID == w.ID && (!w.Active || !office(w.Role)):
		return ErrYourself
	}
	left := office(w.Role) && w.Active
	for j, u := range users {
		left = left || j != i && u.Active && office(u.Role)
	}
	if !left {
		return ErrLast
	}
	return nil
}

// difference says in words what changes, for the history.
func difference(was, now User, fresh bool) string {
	if fresh {
		return "criada, " + roleWords[now.Role]
	}
	var all []string
	if was.Name != now.Name {
		all = append(all, "nome")
	}
	if was.Role != now.Role {
		all = append(all, "função: "+roleWords[was.Role]+" → "+roleWords[now.Role])
	}
	if was.Hash != now.Hash {
		all = append(all, "PIN novo")
	}
	switch {
	case was.Active && !now.Active:
		all = append(all, "deixa de entrar")
	case !was.Active && now.Active:
		all = append(all, "volta a entrar")
	}
	return strings.Join(all, ", ")
}

var roleWords = map[Role]string{
	Clerk: "atendimento", Receptionist: "receção", Coordinator: "coordenação", Administrator: "administração",
}

// InWords returns what a role is called on screens.
func (r Role) InWords() string { return roleWords[r] }
