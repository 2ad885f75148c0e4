package look

import (
	"strings"
	"testing"
)

func TestAGuideIsEscaped(t *testing.T) {
	t.Parallel()
	v := MakeGuide("# A <b>\n\n- um **<i>**\n  dois\n- `F2`\n\n| a | b |\n|---|---|\n| <u> | x |\n\n1. um\n2. dois\n\n## Não é nada\n\ntexto", noPicture)
	want := "<h1>A &lt;b&gt;</h1>\n<ul><li>um <b>&lt;i&gt;</b> dois</li><li><kbd>F2</kbd></li></ul>\n"
	if !strings.HasPrefix(string(v.Body), want) {
		t.Errorf("body = %s", v.Body)
	}
	if strings.Contains(string(v.Body), "<u>") || len(v.Contents) != 1 || v.Contents[0].ID != "nao-e-nada" {
		t.Errorf("contents = %v, body = %s", v.Contents, v.Body)
	}
}

func noPicture(string) (width, height int) { return 0, 0 }

func TestThePlaceOfAPictureIsKeptUntilItIsThere(t *testing.T) {
	t.Parallel()
	v := MakeGuide("![A fila](pictures/guia/fila.png)", func(picture string) (width, height int) {
		if picture != "fila.png" {
			t.Errorf("asked for %q", picture)
		}
		return 1366, 768
	})
	if want := `<img src="/ajuda/fila.png" alt="A fila" width="1366" height="768" loading="lazy">`; !strings.Contains(string(v.Body), want) {
		t.Errorf("body = %s, want %s in it", v.Body, want)
	}
}
