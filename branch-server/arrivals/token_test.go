package arrivals_test

import (
	"testing"

	"balcao/branch-server/arrivals"
	"balcao/internal/citizen"
	"balcao/internal/queue"
	"balcao/internal/sqlite"
)

const (
	multipass = "4D50BA1CA0000000BA1CA00000000001"
	another   = "4D50BA1CA0000000BA1CA00000000002"
)

// pass is the claim of a card on the reader that gave its token.
func (r *reception) pass(text string) arrivals.Claim {
	r.t.Helper()
	key, err := r.desk.Key(today)
	if err != nil {
		r.t.Fatal(err)
	}
	token, err := citizen.ParseToken([]byte(text))
	if err != nil {
		r.t.Fatal(err)
	}
	d, err := key.TokenDigest(token)
	if err != nil {
		r.t.Fatal(err)
	}
	return arrivals.Claim{Card: &d}
}

// TestABookingIsFoundByWhatItsFileBrought: the document in the slot, the token on the reader, or both; once, whichever
// comes first.
func TestABookingIsFoundByWhatItsFileBrought(t *testing.T) {
	const file = "id;servico;data;hora;codigo;documento;multipass\n" +
		"both;cc;2026-11-23;10:00;222222;" + document + ";" + multipass + "\n" +
		"token;p;2026-11-23;10:00;333333;;" + another + "\n" +
		"neither;p;2026-11-23;10:30;444444;;\n"
	for name, ways := range map[string][2]func(*reception) arrivals.Claim{
		"the card first":  {func(r *reception) arrivals.Claim { return r.card(document) }, func(r *reception) arrivals.Claim { return r.pass(multipass) }},
		"the token first": {func(r *reception) arrivals.Claim { return r.pass(multipass) }, func(r *reception) arrivals.Claim { return r.card(document) }},
	} {
		t.Run(name, func(t *testing.T) {
			r := newReception(t)
			if got := r.load(file); got.Added != 3 || got.Faulty != 0 {
				t.Fatalf("import = %+v", got)
			}
			if again := r.load(file); again.Same != 3 {
				t.Errorf("the same file again = %+v", again.Import)
			}
			r.clock("09:45")
			for i, step := range []struct {
				claim   arrivals.Claim
				verdict arrivals.Verdict
				number  string
			}{
				{ways[0](r), arrivals.Received, "A001 booked"},
				{ways[1](r), arrivals.Again, "A001 booked"},
				{r.pass(another), arrivals.Received, "P001 booked"},
				{r.pass("4D50BA1CA0000000BA1CA00000000003"), arrivals.NotFound, ""},
			} {
				if verdict, number := r.come(step.claim, queue.RequestID(string(rune('a'+i)))); verdict != step.verdict || number != step.number {
					t.Errorf("step %d: %s %q, want %s %q", i, verdict, number, step.verdict, step.number)
				}
			}
		})
	}
}

// TestALaterFileAddsTheTokenAndUndoingTakesItAway: what a file leaves out stays, and another day has another key.
func TestALaterFileAddsTheTokenAndUndoingTakesItAway(t *testing.T) {
	r := newReception(t)
	r.load("id;servico;data;hora;codigo;documento\n1;cc;2026-11-23;10:00;222222;" + document + "\n")
	added := r.load("id;servico;data;hora;multipass\n1;cc;2026-11-23;10:00;" + multipass + "\n")
	if added.Moved != 1 {
		t.Fatalf("import = %+v", added.Import)
	}
	kept := func() (document, token bool) {
		all, err := r.store.Bookings(t.Context(), today)
		if err != nil || len(all) != 1 {
			t.Fatalf("%d bookings, %v", len(all), err)
		}
		return all[0].Digest != nil, all[0].Pass != nil
	}
	if d, p := kept(); !d || !p {
		t.Errorf("document kept %v, token kept %v", d, p)
	}
	if _, _, err := r.desk.Undo(t.Context(), added.ID); err != nil {
		t.Fatal(err)
	}
	if d, p := kept(); !d || p {
		t.Errorf("undone: document kept %v, token kept %v", d, p)
	}
	r.load("id;servico;data;hora;multipass\n1;cc;2026-11-23;10:00;" + multipass + "\n")
	r.load("id;servico;data;hora\n1;cc;2026-11-24;10:00\n")
	if d, p := kept(); d || p {
		t.Errorf("moved to a day with another key: document kept %v, token kept %v", d, p)
	}
}

// TestAnEarlierVersionsTokenIsStillFound: before the two were apart, the token's digest stood where the document's does.
func TestAnEarlierVersionsTokenIsStillFound(t *testing.T) {
	r := newReception(t)
	r.load("id;servico;data;hora;multipass\n1;cc;2026-11-23;10:00;" + multipass + "\n")
	if err := r.store.Database().Write(t.Context(), func(tx *sqlite.Tx) error {
		_, err := tx.ExecContext(t.Context(), `UPDATE bookings SET digest = pass, pass = NULL`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	r.clock("09:45")
	if v, n := r.come(r.pass(multipass), "r1"); v != arrivals.Received || n != "A001 booked" {
		t.Errorf("%s %s", v, n)
	}
}
