package visit

import (
	"slices"

	"balcao/internal/queue"
)

// BodyIDs returns the bodies that had a number today, by id.
func (b *Branch) BodyIDs() []queue.BodyID {
	var all []queue.BodyID
	for _, t := range b.services {
		if !slices.Contains(all, t.body) {
			all = append(all, t.body)
		}
	}
	slices.Sort(all)
	return all
}
