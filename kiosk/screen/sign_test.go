package screen

import (
	"strings"
	"testing"
)

func TestCaptionsCannotBreakOutOfTheirCue(t *testing.T) {
	if got := cue("a\n\n00:01.000 --> 00:02.000\n<b>x</b>"); got != "a 00:01.000 --&gt; 00:02.000 &lt;b&gt;x&lt;/b&gt;" {
		t.Errorf("cue = %q", got)
	}
	if got := len([]rune(cue(strings.Repeat("é", 2000)))); got != maxCaption {
		t.Errorf("a long caption has %d letters", got)
	}
}
