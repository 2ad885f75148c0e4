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

// EachService yields the services that had a number today, in no order.
func (b *Branch) EachService(yield func(queue.ServiceID, queue.BodyID)) {
	for id, t := range b.services {
		yield(id, t.body)
	}
}
