package look

import (
	"strings"
	"testing"
)

func TestAGuideIsEscaped(t *testing.T) {
	t.Parallel()
	v := MakeGuide("# A <b>\n\n- um **<i>**\n  dois\n- `F2`\n\n| a | b |\n|---|---|\n| <u> | x |\n\n1. um\n2. dois\n\n## Não é nada\n\ntexto")
	want := "<h1>A &lt;b&gt;</h1>\n<ul><li>um <b>&lt;i&gt;</b> dois</li><li><kbd>F2</kbd></li></ul>\n"
	if !strings.HasPrefix(string(v.Body), want) {
		t.Errorf("body = %s", v.Body)
	}
	if strings.Contains(string(v.Body), "<u>") || len(v.Contents) != 1 || v.Contents[0].ID != "nao-e-nada" {
		t.Errorf("contents = %v, body = %s", v.Contents, v.Body)
	}
}
