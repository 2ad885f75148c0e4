package store

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"balcao/branch-server/arrivals"
	"balcao/internal/citizen"
	"balcao/internal/queue"
)

// DayKeys keeps the keys of bookings' days: one file a day in a folder of their own, readable by the program alone, so
// that a copy of the database tells nothing. The folder stays out of backups.
type DayKeys struct {
	folder string

	mu sync.Mutex // one maker at a time
}

// NewDayKeys returns the keys in a folder, which is made with the first of them.
func NewDayKeys(folder string) *DayKeys { return &DayKeys{folder: folder} }

const (
	keyEnding = ".key"
	keyBytes  = 32
)

func (k *DayKeys) path(day queue.Date) (string, error) {
	if _, err := time.Parse(time.DateOnly, string(day)); err != nil {
		return "", fmt.Errorf("key of a day: %q is no day", day)
	}
	return filepath.Join(k.folder, string(day)+keyEnding), nil
}

// Key returns the key of a day, made now and on disk if create is set and there is none; else arrivals.ErrNoKey.
func (k *DayKeys) Key(day queue.Date, create bool) (citizen.DayKey, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	path, err := k.path(day)
	if err != nil {
		return citizen.DayKey{}, err
	}
	raw, err := os.ReadFile(path) //nolint:gosec // the name is a date
	defer clear(raw)
	switch {
	case err == nil:
		key, err := citizen.NewDayKey(raw)
		if err != nil {
			return citizen.DayKey{}, fmt.Errorf("key of %s: %w", day, err)
		}
		return key, nil
	case !errors.Is(err, fs.ErrNotExist):
		return citizen.DayKey{}, fmt.Errorf("read key of %s: %w", day, err)
	case !create:
		return citizen.DayKey{}, fmt.Errorf("key of %s: %w", day, arrivals.ErrNoKey)
	}
	return k.create(path, day)
}

// create makes a key: whole on disk under another name first, so that a power cut leaves no half of it.
func (k *DayKeys) create(path string, day queue.Date) (citizen.DayKey, error) {
	secret := make([]byte, keyBytes)
	defer clear(secret)
	_, _ = rand.Read(secret) // never fails: crypto/rand ends the program instead
	if err := os.MkdirAll(k.folder, 0o700); err != nil {
		return citizen.DayKey{}, fmt.Errorf("make folder of keys: %w", err)
	}
	f, err := os.CreateTemp(k.folder, "new-*") // readable by its owner alone
	if err != nil {
		return citizen.DayKey{}, fmt.Errorf("make key of %s: %w", day, err)
	}
	_, err = f.Write(secret)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err == nil {
		err = syncFolder(k.folder)
	}
	if err != nil {
		_ = os.Remove(f.Name()) // it has failed already
		return citizen.DayKey{}, fmt.Errorf("make key of %s: %w", day, err)
	}
	return citizen.NewDayKey(secret)
}

func syncFolder(path string) error {
	f, err := os.Open(path) //nolint:gosec // the folder of keys
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// DestroyBefore overwrites and removes the keys of all days before one, and returns how many. On a disk that keeps
// older versions of a block, the overwriting does nothing; the removal is what counts.
func (k *DayKeys) DestroyBefore(day queue.Date) (int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	files, err := os.ReadDir(k.folder)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("list keys: %w", err)
	}
	n := 0
	var errs []error
	for _, f := range files {
		name, isKey := strings.CutSuffix(f.Name(), keyEnding)
		if isKey && name >= string(day) || !isKey && !strings.HasPrefix(f.Name(), "new-") {
			continue
		}
		path := filepath.Join(k.folder, f.Name())
		if err := errors.Join(overwrite(path), os.Remove(path)); err != nil {
			errs = append(errs, fmt.Errorf("destroy key of %s: %w", name, err))
			continue
		}
		n++
	}
	return n, errors.Join(errs...)
}

func overwrite(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0) //nolint:gosec // a file of the folder of keys
	if err != nil {
		return err
	}
	_, err = f.Write(make([]byte, keyBytes))
	return errors.Join(err, f.Sync(), f.Close())
}
