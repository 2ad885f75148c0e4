package screen

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"balcao/kiosk/flow"
)

func TestCaptionsCannotBreakOutOfTheirCue(t *testing.T) {
	if got := cue("a\n\n00:01.000 --> 00:02.000\n<b>x</b>"); got != "a 00:01.000 --&gt; 00:02.000 &lt;b&gt;x&lt;/b&gt;" {
		t.Errorf("cue = %q", got)
	}
	if got := len([]rune(cue(strings.Repeat("é", 2000)))); got != maxCaption {
		t.Errorf("a long caption has %d letters", got)
	}
}

// TestAPageKnowsWhetherThereIsARecording: it asks for what there is, and says of nothing else that it is a sample.
func TestAPageKnowsWhetherThereIsARecording(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "home.webm"), []byte("a film"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(folder, "bodies.webm"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, sample := range map[string]string{"home": "", "bodies": "Amostra", "services": "Amostra"} {
		view := flow.View{Video: &flow.Video{Name: name, Sample: "Amostra"}}
		if got := (&Screen{cfg: Config{Sign: folder}}).withRecording(view); got.Video.Sample != sample {
			t.Errorf("%s: said over it is %q, want %q", name, got.Video.Sample, sample)
		}
		if view.Video.Sample == "" {
			t.Errorf("%s: the state of the dialogue was changed", name)
		}
	}
	if got := (&Screen{}).withRecording(flow.View{Video: &flow.Video{Name: "home", Sample: "Amostra"}}); got.Video.Sample == "" {
		t.Error("without a folder there is a recording")
	}
}
