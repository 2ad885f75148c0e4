// Package layout keeps the house as docs/architecture.md draws it: which
// package stands on which floor, which outside library has its door where,
// what lies at the top level, and what every package, Makefile target and fuzz
// test owes the next reader. It is tests only; a failure says what to do.
package layout
