package journal

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"

	"balcao/internal/queue"
)

// Account says what became of the numbers of a division, or of a whole day. Given is always the sum of the others.
type Account struct {
	Division queue.DivisionID // empty for the whole day
	Prefix   string
	First    int // first and last number given
	Last     int

	Given     int // numbers taken
	Served    int
	NoShow    int
	Cancelled int
	Void      int // nobody's: the slip is known not to have come out
	Pending   int // the slip is being printed
	Waiting   int
	AtCounter int // called or being served
	Held      int
	Away      int // to come back today

	Walked     int // of those given: served without a ticket
	Inaccurate int // of those given: their times are left out of statistics
}

// Still returns how many are not done: waiting, at a counter, held or to come back.
func (a Account) Still() int { return a.Waiting + a.AtCounter + a.Held + a.Away }

// Balanced reports whether every number given is in exactly one place.
func (a Account) Balanced() bool {
	return a.Given == a.Served+a.NoShow+a.Cancelled+a.Void+a.Pending+a.Still()
}

// Reconcile says what became of every number of a day: first each division in order of its letter, then the whole.
func Reconcile(d *queue.Day) (divisions []Account, whole Account) {
	byDivision := map[queue.DivisionID]*Account{}
	for _, v := range d.Visits() {
		a, known := byDivision[v.Division]
		if !known {
			a = &Account{Division: v.Division, Prefix: v.Number.Prefix, First: v.Number.N}
			byDivision[v.Division] = a
		}
		a.First, a.Last = min(a.First, v.Number.N), max(a.Last, v.Number.N)
		a.add(v)
		whole.add(v)
	}
	for _, a := range byDivision {
		divisions = append(divisions, *a)
	}
	slices.SortFunc(divisions, func(a, b Account) int {
		return cmp.Or(cmp.Compare(a.Prefix, b.Prefix), cmp.Compare(a.Division, b.Division))
	})
	return divisions, whole
}

func (a *Account) add(v queue.Visit) {
	a.Given++
	if v.Walked {
		a.Walked++
	}
	if v.Inaccurate {
		a.Inaccurate++
	}
	switch v.State {
	case queue.StateFinished:
		a.Served++
	case queue.StateNoShow:
		a.NoShow++
	case queue.StateCancelled:
		a.Cancelled++
	case queue.StateVoid:
		a.Void++
	case queue.StateReserved:
		a.Pending++
	case queue.StateWaiting:
		a.Waiting++
	case queue.StateCalled, queue.StateServing:
		a.AtCounter++
	case queue.StateHeld:
		a.Held++
	case queue.StatePostponed:
		a.Away++
	}
}

// WriteAccounts writes a reconciliation as a table of plain text.
func WriteAccounts(out io.Writer, divisions []Account, whole Account) error {
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\tdadas\tatendidas\tausentes\tanuladas\tsem efeito\ta imprimir\tà espera\tao balcão\tsuspensas\tpara voltar\t")
	for _, a := range append(slices.Clone(divisions), whole) {
		name := "total"
		if a.Division != "" {
			name = fmt.Sprintf("%s%03d a %s%03d", a.Prefix, a.First, a.Prefix, a.Last)
		}
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t\n", name, a.Given, a.Served, a.NoShow, a.Cancelled, a.Void,
			a.Pending, a.Waiting, a.AtCounter, a.Held, a.Away)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	verdict := "As contas batem certo: cada número dado está num só sítio."
	if !whole.Balanced() {
		verdict = "AS CONTAS NÃO BATEM CERTO: verifique o diário com «branch-server journal verify»."
	}
	_, err := fmt.Fprintln(out, verdict)
	return err
}
