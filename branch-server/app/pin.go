package app

import (
	"fmt"
	"io"
	"strings"

	"balcao/internal/signin"
)

// PrintHash reads a PIN from in and writes its hash for the staff file to out.
func PrintHash(in io.Reader, out io.Writer) error {
	raw, err := io.ReadAll(io.LimitReader(in, 256))
	if err != nil {
		return fmt.Errorf("read the PIN: %w", err)
	}
	hash, err := signin.Hash(strings.TrimSpace(string(raw)))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, hash)
	return err
}
