package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// reserveName is the file that holds the reserve, in the data folder.
const reserveName = "reserve"

func reservePath(folder string) string { return filepath.Join(folder, reserveName) }

// held returns the size of the reserve that lies in a folder; 0 where there is none.
func held(folder string) (uint64, error) {
	info, err := os.Stat(reservePath(folder))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return 0, nil
	case err != nil:
		return 0, fmt.Errorf("look for the reserve: %w", err)
	}
	return uint64(max(0, info.Size())), nil //nolint:gosec // not negative
}

// set makes the reserve, with its blocks taken. Half a reserve is none.
func set(folder string, bytes uint64) error {
	err := func() error {
		f, err := os.OpenFile(reservePath(folder), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
		if err != nil {
			return err
		}
		err = unix.Fallocate(int(f.Fd()), 0, 0, int64(bytes)) //nolint:gosec // a few megabytes
		if errors.Is(err, unix.EOPNOTSUPP) {
			_, err = f.Write(make([]byte, bytes))
		}
		if err == nil {
			err = f.Sync()
		}
		return errors.Join(err, f.Close())
	}()
	if err != nil {
		_ = release(folder) // half a reserve is in the way
		return fmt.Errorf("set the reserve aside: %w", err)
	}
	return nil
}

// release gives the reserve to whoever writes.
func release(folder string) error {
	if err := os.Remove(reservePath(folder)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("release the reserve: %w", err)
	}
	return nil
}
