package screen

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
)

// maxCaption bounds the words of a screen that become captions.
const maxCaption = 600

// serveSign serves the recordings in Portuguese sign language: NAME.webm, and NAME.vtt for its captions, out of the
// folder of the configuration. Where a recording has no captions of its own, they are the words of the screen, which
// the page sends along. The name is that of the screen.
func (s *Screen) serveSign(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("file")
	stem, kind, _ := strings.Cut(name, ".")
	if !letters(stem) || stem == "" || kind != "webm" && kind != "vtt" {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "no-cache")
	if s.cfg.Sign != "" {
		file := http.Dir(s.cfg.Sign)
		if f, err := file.Open("/" + filepath.Base(name)); err == nil {
			defer f.Close()
			if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
				http.ServeContent(w, r, name, info.ModTime(), f)
				return
			}
		}
	}
	if kind != "vtt" {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/vtt; charset=utf-8")
	_, _ = fmt.Fprintf(w, "WEBVTT\n\n00:00.000 --> 10:00.000\n%s\n", cue(r.URL.Query().Get("text")))
}

// cue is a text as a line of WebVTT (W3C, WebVTT §4.2.2): no markup, no line of its own that could end it.
func cue(text string) string {
	letters := []rune(strings.Join(strings.Fields(text), " "))
	text = string(letters[:min(len(letters), maxCaption)])
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}
