package branch

// StaffReport says whether the branch reports by person. It is off by itself: then nothing in the journal says who sat at
// a counter. Where it is on, counters open under the pseudonym that a person has in that month, the coordination sees
// figures by pseudonym, never in an order of merit, and nobody with fewer visits than Least: few visits say more of chance
// than of a person. When the pseudonyms' keys are destroyed (retention.staff_days) nobody can tell whose they were.
type StaffReport struct {
	On    bool `yaml:"on"`
	Least int  `yaml:"least"` // fewest visits served that are shown; 0 is the usual 30
}

// Bounds of the fewest visits that are shown of a person.
const (
	usualLeast = 30
	leastLeast = 10
	mostLeast  = 1000
)

// Fewest returns how many visits somebody must have served to be shown.
func (r StaffReport) Fewest() int {
	if r.Least == 0 {
		return usualLeast
	}
	return r.Least
}

func (c checker) staffReport() {
	if r := c.b.StaffReport; r.Least != 0 {
		c.within("staff_report.least", r.Least, leastLeast, mostLeast)
	}
}
