package media_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"balcao/internal/media"
	"balcao/internal/wire"
)

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, f *media.Folder, path string) *httptest.ResponseRecorder {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle("GET /media/{sha}/{file}", f)
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
	return w
}

func TestABoardIsGivenTheVideoByItsBytesOrNone(t *testing.T) {
	dir, told := t.TempDir(), 0
	f := media.Open(dir, func() { told++ }, slog.New(slog.DiscardHandler))
	zones := func() []wire.BoardZone {
		z := []wire.BoardZone{{ID: "piso-0", Video: &wire.BoardVideo{File: "cmd.webm"}}, {ID: "piso-1"}}
		f.Fill(z)
		return z
	}
	look := func() {
		t.Helper()
		if err := f.Look(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	look()
	if z := zones(); z[0].Video != nil || told != 0 {
		t.Fatalf("an empty folder shows %+v and told %d times", z[0].Video, told)
	}
	put(t, filepath.Join(dir, "cmd.webm"), "first")
	look()
	if z := zones(); z[0].Video != nil || !strings.Contains(f.Files()[0].Problem, "cmd.vtt") || told != 1 {
		t.Errorf("without captions: %+v, %+v, told %d times", z[0].Video, f.Files(), told)
	}
	put(t, filepath.Join(dir, "cmd.vtt"), "WEBVTT\n")
	look()
	first := zones()[0].Video
	if first == nil || len(first.SHA256) != 64 || told != 2 {
		t.Fatalf("with captions: %+v, told %d times", first, told)
	}
	put(t, filepath.Join(dir, "cmd.webm"), "second film")
	look()
	second := zones()[0].Video
	if second == nil || second.SHA256 == first.SHA256 || told != 3 {
		t.Errorf("other bytes under the same name: %+v, told %d times", second, told)
	}
	look()
	if told != 3 {
		t.Errorf("told %d times although nothing changed", told)
	}
	if z := zones(); z[1].Video != nil {
		t.Errorf("a zone without video shows %+v", z[1].Video)
	}
}

func TestOnlyVideosOfTheFolderWithTheseBytesAreServed(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"cmd.webm": "film", "cmd.vtt": "WEBVTT\n", "bare.mp4": "no captions", "Secret.webm": "no name", "notes.txt": "no film"} {
		put(t, filepath.Join(dir, name), text)
	}
	outside := filepath.Join(t.TempDir(), "out.webm")
	put(t, outside, "outside")
	put(t, filepath.Join(dir, "link.vtt"), "WEBVTT\n")
	if err := os.Symlink(outside, filepath.Join(dir, "link.webm")); err != nil {
		t.Fatal(err)
	}
	f := media.Open(dir, nil, slog.New(slog.DiscardHandler))
	if err := f.Look(t.Context()); err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, file := range f.Files() {
		files[file.Name] = file.SHA256
	}
	if len(files) != 2 {
		t.Fatalf("the folder has %v, want cmd.webm and bare.mp4", files)
	}
	if w := get(t, f, "/media/"+files["cmd.webm"]+"/cmd.webm"); w.Code != http.StatusOK || w.Body.String() != "film" || w.Header().Get("Content-Type") != "video/webm" {
		t.Errorf("the video: %d %q", w.Code, w.Body)
	}
	if w := get(t, f, "/media/"+files["cmd.webm"]+"/cmd.vtt"); w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/vtt") {
		t.Errorf("its captions: %d %q", w.Code, w.Header())
	}
	for _, path := range []string{
		"/media/" + files["bare.mp4"] + "/bare.mp4", "/media/" + files["bare.mp4"] + "/cmd.webm", "/media/" + strings.Repeat("0", 64) + "/cmd.webm",
		"/media/" + files["cmd.webm"] + "/notes.txt", "/media/" + files["cmd.webm"] + "/..%2Fcmd.webm",
	} {
		if w := get(t, f, path); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d, want 404", path, w.Code)
		}
	}
	if w := get(t, nil, "/media/"+files["cmd.webm"]+"/cmd.webm"); w.Code != http.StatusNotFound {
		t.Errorf("without a folder: %d, want 404", w.Code)
	}
}
