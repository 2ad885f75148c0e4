// Package sim lives a network of one headquarters, its branches and their kiosks in virtual time, from one seed: the
// real sender and receiver of logs, the real rules of numbers and leases, the real stores on their SQLite files, and
// between them links that lose, double, reorder, delay and cut. Programs die and start again, files are put back from
// old copies, clocks are set. What was given to citizens and what was acknowledged is written down beside, by a
// witness who sees paper and acknowledgements alone, and held against the files at the end.
//
// One goroutine does everything in the order of virtual time, so a seed always lives the same days.
package sim
