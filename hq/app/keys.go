package app

import (
	"fmt"
	"io"
	"os"

	"balcao/hq/people"
)

// readKeys reads the file of the keys of programs; none where none is named.
func readKeys(path string) (*people.Keys, error) {
	if path == "" {
		return &people.Keys{}, nil
	}
	raw, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, fmt.Errorf("read keys: %w", err)
	}
	return people.ParseKeys(path, raw)
}

// NewKey prints a new key for a program, and the line of the file of keys that lets it in.
func NewKey(name string, out io.Writer) error {
	key, line, err := people.NewKey(name)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "key, shown only now:\n\n  %s\n\nline for the file of keys:\n\nkeys:\n%s\n", key, line)
	return err
}
