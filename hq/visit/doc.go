// Package visit turns the facts of a branch into what headquarters says about it: who waits and is served now, and how
// long today's visits waited and were served.
//
// It follows a branch with the same queue.Day that the branch itself lives by, so there is one reading of every fact.
// Beside the Day it keeps tallies, so that a figure costs the same at six visits and at six thousand. The definitions,
// in one place:
//
//   - wait: issued to first call; while nobody has called, issued to now.
//   - service time: start to finish.
//   - abandonment: visits ended as no-show ÷ visits issued.
//   - issued, served, waiting are counts of visits; a number that was reserved and never issued, or that became void,
//     is in none of them.
//
// Means stand beside medians and 90th percentiles; those are interpolated between the two nearest values.
package visit
