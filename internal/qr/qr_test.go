package qr_test

import (
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"balcao/internal/qr"
)

// paint draws a code's path as a browser does: every run of squares is one rectangle.
func paint(t *testing.T, c qr.Code) string {
	t.Helper()
	const square = 6
	img := image.NewGray(image.Rect(0, 0, c.Side*square, c.Side*square))
	for i := range img.Pix {
		img.Pix[i] = 0xff
	}
	for run := range strings.SplitSeq(strings.TrimSuffix(c.Path, "z"), "z") {
		var x, y, wide, back int
		if _, err := fmt.Sscanf(run, "M%d %dh%dv1h-%d", &x, &y, &wide, &back); err != nil || wide != back {
			t.Fatalf("%q is no rectangle: %v", run, err)
		}
		for at := x * square; at < (x+wide)*square; at++ {
			for row := y * square; row < (y+1)*square; row++ {
				img.Set(at, row, color.Black)
			}
		}
	}
	name := filepath.Join(t.TempDir(), "code.png")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(f, img); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestATelephoneReadsTheCodeOnTheScreen(t *testing.T) {
	zbar, err := exec.LookPath("zbarimg")
	if err != nil {
		if os.Getenv("BALCAO_REQUIRE_REAL") != "" {
			t.Fatal("zbarimg is missing: .ci/install test")
		}
		t.Skip("zbarimg is not installed")
	}
	for _, text := range []string{"https://senhas.example.pt/s/7K2MA234", "x", strings.Repeat("https://", 20)} {
		code, err := qr.Draw(text)
		if err != nil {
			t.Fatal(err)
		}
		out, err := exec.CommandContext(t.Context(), zbar, "--quiet", "--raw", paint(t, code)).Output()
		if got := strings.TrimSpace(string(out)); err != nil || got != text {
			t.Errorf("zbar reads %q (%v), want %q", got, err, text)
		}
	}
}

func TestATextThatNoCodeHolds(t *testing.T) {
	if _, err := qr.Draw(strings.Repeat("x", 5000)); err == nil {
		t.Error("drawn")
	}
}
