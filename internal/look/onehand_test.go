package look_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What only a voice, a body, two fingers or a movement of the whole device could do (EN 301 549, 5.1.7, 5.3, 5.5.1, 5.9).
var beyondOneHand = []string{
	"SpeechRecognition", "getUserMedia", "navigator.credentials", "devicemotion", "deviceorientation", "touchstart", "touchmove",
	"gesturestart", "ontouch", "touches.length", "isPrimary",
}

func TestNoPageAsksForVoiceBodyOrTwoFingers(t *testing.T) {
	seen := 0
	for _, root := range []string{"../../kiosk", "../../branch-server", "../../hq", "../demo", "assets"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || filepath.Ext(path) != ".js" && filepath.Ext(path) != ".html" {
				return err
			}
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			seen++
			for _, word := range beyondOneHand {
				if strings.Contains(string(b), word) {
					t.Errorf("%s uses %s", path, word)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if seen < 40 {
		t.Errorf("looked at %d scripts and pages", seen)
	}
}
