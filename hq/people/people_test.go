package people_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"balcao/hq/people"
	"balcao/internal/signin"
)

type table []people.Record

func (t *table) People(context.Context) ([]people.Record, error) { return slices.Clone(*t), nil }

func (t *table) PutPerson(_ context.Context, r people.Record) error {
	if i := slices.IndexFunc(*t, func(one people.Record) bool { return one.ID == r.ID }); i >= 0 {
		(*t)[i] = r
		return nil
	}
	*t = append(*t, r)
	return nil
}

func hashed(t *testing.T, secret string) string {
	t.Helper()
	h, err := signin.Hash(secret)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestAChangeOfPeopleHoldsAtTheNextSignIn(t *testing.T) {
	t.Parallel()
	ctx, kept := t.Context(), table{}
	file := []people.Record{{ID: "helena", Name: "Helena S.", Role: people.Administrator, Hash: hashed(t, "sardinheira")}}
	r, err := people.NewRoster(ctx, &kept, file)
	if err != nil {
		t.Fatal(err)
	}
	helena, err := r.SignIn(ctx, "Helena", "sardinheira")
	if err != nil {
		t.Fatal(err)
	}
	vasco := people.Wish{Record: people.Record{ID: "vasco", Name: "Vasco T.", Role: people.Operator, Districts: []string{"Faro"}}, Password: "alfarrobeira", New: true}
	if what, err := r.Put(ctx, helena, vasco); err != nil || what != "criada, operação, Faro" {
		t.Fatalf("%q, %v", what, err)
	}
	p, err := r.SignIn(ctx, "vasco", "alfarrobeira")
	if err != nil || !p.Sees("Faro") || p.Sees("Braga") || p.Sees("") || !p.Role.May(people.Viewer) || p.Role.May(people.Editor) {
		t.Errorf("vasco: %+v, %v", p, err)
	}
	vasco.New, vasco.Password, vasco.Gone = false, "", true
	if what, err := r.Put(ctx, helena, vasco); err != nil || what != "deixa de entrar" {
		t.Errorf("%q, %v", what, err)
	}
	if _, err := r.SignIn(ctx, "vasco", "alfarrobeira"); !errors.Is(err, signin.ErrWrong) {
		t.Errorf("who is gone signs in: %v", err)
	}
	if r.Name("vasco") != "Vasco T." || r.All()[0].Hash != "" {
		t.Error("a name is lost, or a hash is told")
	}
	again, err := people.NewRoster(ctx, &kept, nil)
	if err != nil || len(again.All()) != 2 {
		t.Errorf("after a restart %d people: %v", len(again.All()), err)
	}
}

func TestSomebodyIsAlwaysLeftWhoSaysWhoMayDoWhat(t *testing.T) {
	t.Parallel()
	ctx, kept := t.Context(), table{}
	admin := people.Record{ID: "helena", Name: "Helena S.", Role: people.Administrator, Hash: hashed(t, "sardinheira")}
	r, err := people.NewRoster(ctx, &kept, []people.Record{admin})
	if err != nil {
		t.Fatal(err)
	}
	other, self := people.Person{ID: "other", Role: people.Administrator}, admin.Person()
	for _, c := range []struct {
		author people.Person
		change func(*people.Wish)
		want   error
	}{
		{other, func(w *people.Wish) { w.Gone = true }, people.ErrLast},
		{other, func(w *people.Wish) { w.Role = people.Viewer }, people.ErrLast},
		{self, func(w *people.Wish) { w.Gone = true }, people.ErrYourself},
		{other, func(w *people.Wish) { w.ID = "Helena S" }, people.ErrLogin},
		{other, func(w *people.Wish) { w.ID = "rosa" }, people.ErrUnknown},
		{other, func(w *people.Wish) { w.New = true }, people.ErrTaken},
		{other, func(w *people.Wish) { w.Name = " " }, people.ErrNoName},
		{other, func(w *people.Wish) { w.Role = "chief" }, people.ErrRole},
		{other, func(w *people.Wish) { w.Password = "short" }, people.ErrSecret},
		{other, func(w *people.Wish) { w.ID, w.New = "rosa", true }, people.ErrSecret},
	} {
		w := people.Wish{Record: people.Record{ID: "helena", Name: "Helena S.", Role: people.Administrator}}
		c.change(&w)
		if _, err := r.Put(ctx, c.author, w); !errors.Is(err, c.want) {
			t.Errorf("%+v: %v, want %v", w, err, c.want)
		}
	}
}

func TestPeopleInAFileNameEveryFault(t *testing.T) {
	t.Parallel()
	_, err := people.Parse("people.yaml", []byte("people:\n  - {id: A, name: a, role: x, hash: secret}\n  - {id: b, role: viewer}\n  - {id: b, name: b, role: viewer}\n"))
	for _, want := range []string{"people[0]", "people[0].hash", "people[1]", "people[2].id"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not name %s", err, want)
		}
	}
	if err != nil && strings.Contains(err.Error(), "secret") {
		t.Error("the message tells what stood in the place of the hash")
	}
}
