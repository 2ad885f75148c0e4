// Package e2e holds the tests of Balcão as a whole: the programs as they are shipped, started by the demo, tapped,
// called, killed and compared at the end.
package e2e
