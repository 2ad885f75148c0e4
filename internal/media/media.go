// Package media is a folder of videos that a branch shows beside the calls of
// its callboards. A video is known by its name and the SHA-256 of its bytes, so
// that a callboard with a folder of its own shows exactly what the branch
// chose, or nothing. Every video has captions beside it: boards are silent.
package media

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"balcao/internal/wire"
)

// lookEvery is how often the folder is looked at for files that came or changed.
const lookEvery = 15 * time.Second

// MaxBytes bounds a video: a board reads it again and again from the disk.
const MaxBytes = 512 << 20

var fileName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,59}\.(webm|mp4)$`)

// Valid reports whether a name can be that of a video: small letters, digits
// and dashes, and .webm or .mp4.
func Valid(name string) bool { return fileName.MatchString(name) }

// File is one video of a folder.
type File struct {
	Name    string
	SHA256  string // hexadecimal
	Bytes   int64
	Problem string // in Portuguese, why it cannot be shown; empty if it can

	changed time.Time
}

// Folder is a folder of videos and what is known of them. Its methods may be
// called from any goroutine; a nil Folder has no videos.
type Folder struct {
	dir     string
	changed func()
	log     *slog.Logger

	mu    sync.Mutex
	known []File
}

// Open returns the folder at dir; an empty dir has no videos, and so has one
// that is not there yet. It reads nothing before Run. The function changed, if
// there is one, is called when other videos can be shown than before.
func Open(dir string, changed func(), log *slog.Logger) *Folder {
	return &Folder{dir: dir, changed: changed, log: log}
}

// Run looks at the folder now and then until the context ends.
func (f *Folder) Run(ctx context.Context) error {
	if f == nil || f.dir == "" {
		<-ctx.Done()
		return nil
	}
	again := time.NewTicker(lookEvery)
	defer again.Stop()
	for {
		if err := f.Look(ctx); err != nil && ctx.Err() == nil {
			f.log.Warn("look at the folder of videos", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-again.C:
		}
	}
}

// Look reads the folder once. Only files that changed are read through.
func (f *Folder) Look(ctx context.Context) error {
	entries, err := os.ReadDir(f.dir)
	if os.IsNotExist(err) {
		entries, err = nil, nil
	}
	if err != nil {
		return fmt.Errorf("read the folder of videos: %w", err)
	}
	old := f.Files()
	var now []File
	for _, e := range entries {
		if !Valid(e.Name()) || e.Type()&os.ModeSymlink != 0 {
			continue
		}
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		file := File{Name: e.Name(), Bytes: info.Size(), changed: info.ModTime()}
		i := slices.IndexFunc(old, func(o File) bool {
			return o.Name == file.Name && o.Bytes == file.Bytes && o.changed.Equal(file.changed)
		})
		switch {
		case file.Bytes > MaxBytes:
			file.Problem = "tem mais de 512 MB"
		case i >= 0 && old[i].SHA256 != "":
			file.SHA256 = old[i].SHA256
		default:
			if file.SHA256, err = sum(ctx, filepath.Join(f.dir, file.Name)); err != nil {
				return fmt.Errorf("read the video %s: %w", file.Name, err)
			}
		}
		if c, err := os.Stat(filepath.Join(f.dir, captions(file.Name))); file.Problem == "" && (err != nil || !c.Mode().IsRegular()) {
			file.Problem = "faltam as legendas: ponha " + captions(file.Name) + " ao lado"
		}
		now = append(now, file)
	}
	f.mu.Lock()
	f.known = now
	f.mu.Unlock()
	if f.changed != nil && !slices.Equal(old, now) {
		f.changed()
	}
	return nil
}

func captions(name string) string { return strings.TrimSuffix(name, filepath.Ext(name)) + ".vtt" }

func sum(ctx context.Context, path string) (string, error) {
	in, err := os.Open(path)
	if err != nil {
		return "", err //nolint:wrapcheck // names the file
	}
	defer in.Close()
	h := sha256.New()
	for {
		if _, err := io.CopyN(h, in, 1<<20); errors.Is(err, io.EOF) {
			return hex.EncodeToString(h.Sum(nil)), nil
		} else if err != nil {
			return "", err //nolint:wrapcheck // names the file
		}
		if err := ctx.Err(); err != nil {
			return "", err //nolint:wrapcheck // the end of the program
		}
	}
}

// Files are the videos of the folder, by name.
func (f *Folder) Files() []File {
	if f == nil {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.known)
}

// Fill gives the videos of zones the hash of the file, and takes away those
// that cannot be shown.
func (f *Folder) Fill(zones []wire.BoardZone) {
	files := f.Files()
	for i, z := range zones {
		if z.Video == nil {
			continue
		}
		zones[i].Video = nil
		for _, file := range files {
			if file.Name == z.Video.File && file.Problem == "" {
				zones[i].Video = &wire.BoardVideo{File: file.Name, SHA256: file.SHA256}
			}
		}
	}
}

// ServeHTTP answers GET /media/{sha}/{file}: a video of the folder whose bytes
// have that hash, and the captions (.vtt) beside it. Anything else is not found.
func (f *Folder) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	sha, name := r.PathValue("sha"), r.PathValue("file")
	for _, file := range f.Files() {
		if file.SHA256 != sha || file.Problem != "" || name != file.Name && name != captions(file.Name) {
			continue
		}
		in, err := os.Open(filepath.Join(f.dir, name))
		if err != nil {
			break
		}
		defer in.Close()
		kind := "video/webm"
		switch filepath.Ext(name) {
		case ".mp4":
			kind = "video/mp4"
		case ".vtt":
			kind = "text/vtt; charset=utf-8"
		}
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Cache-Control", "no-cache")
		http.ServeContent(w, r, name, file.changed, in)
		return
	}
	http.NotFound(w, r)
}
