package docs_test

import (
	"regexp"
	"testing"

	"balcao/docs"
)

func TestEveryPictureOfAGuideIsThereAndHasASize(t *testing.T) {
	picture := regexp.MustCompile(`\(pictures/guia/([a-z0-9-]+\.png)\)`)
	for _, guide := range []string{"guia-balcao.md", "guia-coordenacao.md", "guia-sede.md"} {
		text, err := docs.Guides.ReadFile(guide)
		if err != nil {
			t.Fatal(err)
		}
		all := picture.FindAllSubmatch(text, -1)
		if len(all) == 0 {
			t.Errorf("%s has no picture", guide)
		}
		for _, one := range all {
			if w, h := docs.PictureSize(string(one[1])); w < 300 || h < 300 {
				t.Errorf("%s: %s is %d by %d pixels", guide, one[1], w, h)
			}
		}
	}
	if w, h := docs.PictureSize("nada.png"); w != 0 || h != 0 {
		t.Errorf("a picture that is not there is %d by %d pixels", w, h)
	}
}
