// Package rollup keeps what a Day of a branch comes to, small enough that a year of the whole country is read in a
// second: counts, sums and histograms by service and local half hour. A Day's lines are made of the facts of its log,
// months of its Days; both can be made again from the log at any time and come out the same.
//
// The definitions are those of hq/visit:
//
//   - issued, finished, no-shows, cancelled: visits by what became of them. A number that was never issued, or became
//     void, is in none of them. They stand with the visit's first service.
//   - wait: issued to first call, in the half hour of the call, with the service first called for.
//   - walk: call to start; service time: start to end without what was held. One of each for every service of a visit.
//   - inaccurate visits are counted, and are in no time.
//   - open, busy, paused: how long counters were open, had somebody called or served, and were on a break. They stand
//     with no service.
//
// Times are kept to the second in histograms whose buckets are no wider than a sixteenth of their value: a median or a
// 90th percentile read from them is off by at most three in a hundred, and by half a second below sixteen.
package rollup
