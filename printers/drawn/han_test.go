package drawn_test

import (
	"os"
	"path/filepath"
	"testing"

	"balcao/printers"
	"balcao/printers/drawn"
)

// TestChineseLooksAsItDidWithAFontOfTheMachine: the font of the test is a true one, cut down to a few letters.
func TestChineseLooksAsItDidWithAFontOfTheMachine(t *testing.T) {
	font, err := os.ReadFile(filepath.Join("testdata", "han.ttf"))
	if err != nil {
		t.Fatal(err)
	}
	l, err := drawn.New(font)
	if err != nil {
		t.Fatal(err)
	}
	for name, line := range map[string]printers.Line{
		"chinese":            strong("公民身份证 办理"),
		"chinese-with-latin": strong("Cartão / 公民身份证 2026"),
	} {
		t.Run(name, func(t *testing.T) {
			p, lacking := l.Paint(line, media)
			if len(lacking) > 0 {
				t.Errorf("lacking %q", string(lacking))
			}
			golden(t, name, p)
		})
	}
	if _, lacking := l.Paint(strong("公民 龘"), media); string(lacking) != "龘" {
		t.Errorf("a letter that the font has not: lacking %q", string(lacking))
	}
}

// TestChineseWithoutAFontIsSaidToBeLacking: every letter is named, so that the printer puts a question mark for it.
func TestChineseWithoutAFontIsSaidToBeLacking(t *testing.T) {
	if _, lacking := letters(t).Paint(strong("Cartão / 公民"), media); string(lacking) != "公民" {
		t.Errorf("lacking %q", string(lacking))
	}
}
