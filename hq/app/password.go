package app

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"balcao/internal/signin"
)

// maxPassword is far more than a password may have.
const maxPassword = 1024

// HashPassword reads a password's line and writes its hash, for the file of people.
func HashPassword(in io.Reader, out io.Writer) error {
	line, err := bufio.NewReader(io.LimitReader(in, maxPassword)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read the password: %w", err)
	}
	hash, err := signin.Hash(strings.TrimRight(line, "\r\n"))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, hash)
	return err
}
