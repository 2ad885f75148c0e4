package main

import (
	"embed"
	"fmt"
	"os"
	"path/filepath"
)

//go:embed files/media
var videos embed.FS

// writeVideos makes the folder of videos with its example, for the branch
// server and the callboard alike. What somebody put beside it stays.
func (p *plan) writeVideos() error {
	dir := filepath.Join(p.Dir, "media")
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return fmt.Errorf("make the folder of videos: %w", err)
	}
	for _, name := range []string{"exemplo.vtt", "exemplo.webm"} {
		b, err := videos.ReadFile("files/media/" + name)
		if err != nil {
			return fmt.Errorf("read the example video: %w", err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o640); err != nil {
			return fmt.Errorf("write the example video: %w", err)
		}
	}
	return nil
}
