package screen

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"balcao/kiosk/flow"
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
	if f, at := s.recording(name); f != nil {
		defer f.Close()
		http.ServeContent(w, r, name, at, f)
		return
	}
	if kind != "vtt" {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/vtt; charset=utf-8")
	_, _ = fmt.Fprintf(w, "WEBVTT\n\n00:00.000 --> 10:00.000\n%s\n", cue(r.URL.Query().Get("text")))
}

// recording opens a file of the folder of recordings, and says when it was made; nil is none.
func (s *Screen) recording(name string) (http.File, time.Time) {
	if s.cfg.Sign == "" {
		return nil, time.Time{}
	}
	f, err := http.Dir(s.cfg.Sign).Open("/" + filepath.Base(name))
	if err != nil {
		return nil, time.Time{}
	}
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		_ = f.Close() // it is no recording
		return nil, time.Time{}
	}
	return f, info.ModTime()
}

// withRecording takes the label of the sample off a view whose recording is there, so that a page asks for what there is.
func (s *Screen) withRecording(v flow.View) flow.View {
	if v.Video == nil {
		return v
	}
	if f, _ := s.recording(v.Video.Name + ".webm"); f != nil {
		_ = f.Close() // its being there was the question
		video := *v.Video
		video.Sample, v.Video = "", &video
	}
	return v
}

// cue is a text as a line of WebVTT (W3C, WebVTT §4.2.2): no markup, no line of its own that could end it.
func cue(text string) string {
	letters := []rune(strings.Join(strings.Fields(text), " "))
	text = string(letters[:min(len(letters), maxCaption)])
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}
