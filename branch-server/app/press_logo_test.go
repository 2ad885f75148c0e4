package app_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"balcao/internal/slip"
)

// upload sends a file as the picture of a part.
func (g *guest) upload(part string, file []byte) string {
	g.p.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	if err := form.WriteField("parte", part); err != nil {
		g.p.t.Fatal(err)
	}
	if file != nil {
		w, err := form.CreateFormFile("imagem:"+part, "brasão.png")
		if err != nil {
			g.p.t.Fatal(err)
		}
		if _, err := w.Write(file); err != nil {
			g.p.t.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		g.p.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(g.p.t.Context(), http.MethodPost, g.p.url+"/configuracao/talao/logotipo", &body)
	if err != nil {
		g.p.t.Fatal(err)
	}
	r.Header.Set("Content-Type", form.FormDataContentType())
	_, page := g.do(r)
	return page
}

func crest(t *testing.T, width, height int) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, width, height))
	for i := range img.Pix {
		img.Pix[i] = 0xff
		if x, y := i%width, i/width; x > width/4 && x < width/2 && y > height/4 {
			img.Pix[i] = 0
		}
	}
	img.SetGray(0, 0, color.Gray{Y: 0xff})
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestACoordinatorPutsALogoOnTheSlip: a file becomes black and white dots that the preview shows where they are
// printed; what is no good is refused in words; the draft tells the change, and what is taken off is gone.
func TestACoordinatorPutsALogoOnTheSlip(t *testing.T) {
	p := serve(t, t.TempDir())
	g := p.as("joana", "1234")
	says(t, g.press("add:slip/parts", url.Values{"under:slip/parts": {slip.KindLogo}}), "Ficheiro PNG até 512 KB")
	_, before, _ := g.picture("mm=58")

	for words, file := range map[string][]byte{
		"Escolha primeiro o ficheiro":        nil,
		"O ficheiro não é PNG":               []byte("\xff\xd8\xff\xe0 uma fotografia"),
		"O ficheiro está estragado":          crest(t, 200, 100)[:60],
		"O ficheiro tem mais de 512 KB":      make([]byte, 700<<10),
		"Tem mais de 2000 pontos":            crest(t, 2100, 40),
		"são precisos 16 ou mais":            crest(t, 8, 8),
		"ficava toda de uma cor":             crest(t, 20, 1000)[:0:0],
		"já não está no rascunho: outra pes": nil,
	} {
		part := "logo"
		switch {
		case strings.Contains(words, "rascunho"):
			part, file = "logo-9", crest(t, 200, 100)
		case strings.Contains(words, "uma cor"):
			img := image.NewGray(image.Rect(0, 0, 64, 64))
			var out bytes.Buffer
			if err := png.Encode(&out, img); err != nil {
				t.Fatal(err)
			}
			file = out.Bytes()
		}
		page := g.upload(part, file)
		says(t, page, words)
		says(t, page, "A imagem não foi posta")
	}

	page := g.upload("logo", crest(t, 800, 200))
	says(t, page, "Imagem posta no rascunho")
	says(t, page, "384 × 96 pontos")
	if _, after, _ := g.picture("mm=58"); after != before+96 {
		t.Errorf("the slip is %d dots longer, want 96", after-before)
	}
	img, err := png.Decode(strings.NewReader(g.get("/configuracao/talao/logotipo?parte=logo")))
	if err != nil || img.Bounds().Dx() != 384 || img.Bounds().Dy() != 96 {
		t.Errorf("the picture of the draft: %v, %v", img, err)
	}
	status, body := g.post("/configuracao/publicar", publishForm(page, "key-logo-0001"))
	if status != http.StatusOK {
		t.Fatal(status)
	}
	says(t, body, "Já está em vigor")
	says(t, g.upload("logo", crest(t, 160, 160)), "<del>uma imagem de 384 × 96 pontos</del> <ins>uma imagem de 160 × 160 pontos</ins>")

	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.url+"/configuracao/talao/logotipo", strings.NewReader("--x\r\nContent-Disposition: form-data; name=\"tirar\"\r\n\r\nlogo\r\n--x--\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
	_, page = g.do(r)
	says(t, page, "Imagem tirada do rascunho")
	if _, after, _ := g.picture("mm=58"); after != before {
		t.Errorf("the slip is still %d dots longer", after-before)
	}
}
