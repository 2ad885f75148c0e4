// Package replica decides how a log gets to a parent over a pipe that may
// lose, double, delay and reorder anything. The sender's side says what to
// send next, the receiver's side what to do with what arrives; both are pure:
// time comes in as an argument, and nothing here sends, stores or waits.
package replica
