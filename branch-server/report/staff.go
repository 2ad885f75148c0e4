package report

// Person is what somebody did under the pseudonym of a month.
type Person struct {
	Pseudonym string
	Figures
}

// ByPerson adds up legs by the pseudonym of who served or called them, in the order of the pseudonyms, which are random:
// it is no order of merit. Those who served fewer visits to an end than fewest are only counted, in the second result,
// because so few say more of chance than of a person.
func ByPerson(terms Terms, fewest int, days ...Record) (shown []Person, few int) {
	for _, r := range group(terms, days, func(_ *Record, l *Leg) string { return l.Staff }) {
		switch {
		case r.Key == "": // nobody, or a branch that does not report by person
		case r.Finished+r.PassedOn < fewest:
			few++
		default:
			shown = append(shown, Person{Pseudonym: r.Key, Figures: r.Figures})
		}
	}
	return shown, few
}
