package web

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"balcao/internal/branch/setup"
	"balcao/internal/slip"
)

// logoBlock is the picture of one part of the slip.
type logoBlock struct {
	Part, Key     string
	Picture       string // address; empty while there is none
	Width, Height int
}

// logoSaid are the notices about a file that became no picture, by what was wrong with it.
var logoSaid = []struct {
	err  error
	code string
}{
	{slip.ErrTooLarge, "logo-grande"},
	{slip.ErrNotPNG, "logo-formato"},
	{slip.ErrBroken, "logo-estragado"},
	{slip.ErrTooWide, "logo-pontos"},
	{slip.ErrTooSmall, "logo-pequeno"},
	{slip.ErrEmpty, "logo-vazio"},
	{http.ErrMissingFile, "logo-nenhum"},
	{setup.ErrTooManyPictures, "logo-muitas"},
	{setup.ErrNoField, "logo-parte"},
}

// logo is the picture of a part, for its block.
func (f form) logo(p slip.Part) *logoBlock {
	one := &logoBlock{Part: p.ID, Key: fieldID(p.ID)}
	if bits, err := slip.ReadPicture(p.Picture); err == nil && p.Picture != "" {
		q := url.Values{"parte": {p.ID}, "marca": {setup.Hash([]byte(p.Picture))[:12]}}
		one.Picture, one.Width, one.Height = "/configuracao/talao/logotipo?"+q.Encode(), bits.Width, bits.Height
	}
	return one
}

// logoPicture is GET /configuracao/talao/logotipo?parte=…: the picture of the draft, as it is printed.
func (w *Web) logoPicture(rw http.ResponseWriter, r *http.Request, _ visitor) {
	d, err := w.openDesk(r.Context())
	if err != nil {
		w.fault(rw, r, err)
		return
	}
	for _, p := range d.read.Branch.Slip.In() {
		if p.ID != r.URL.Query().Get("parte") || p.Picture == "" {
			continue
		}
		bits, err := slip.ReadPicture(p.Picture)
		if err != nil {
			break
		}
		rw.Header().Set("Content-Type", "image/png")
		rw.Header().Set("Cache-Control", "no-store")
		_, _ = rw.Write(bits.PNG()) // whoever asked may have gone
		return
	}
	http.NotFound(rw, r)
}

// logoUpload is POST /configuracao/talao/logotipo: a file becomes the picture of a part of the draft, or the picture is
// taken off.
func (w *Web) logoUpload(rw http.ResponseWriter, r *http.Request, v visitor) {
	part, text, err := readLogo(rw, r)
	code := "logo"
	if err == nil {
		if text == "" {
			code = "logo-tirado"
		}
		err = w.changeDraft(r.Context(), v, func(d desk) ([]byte, error) {
			if len(d.read.Form) > 0 {
				return nil, errBroken
			}
			b := d.read.Branch
			if err := setup.SetPicture(&b, part, text); err != nil {
				return nil, err
			}
			return setup.Write(&b), nil
		})
	}
	for _, s := range logoSaid {
		if errors.Is(err, s.err) {
			code, err = s.code, nil
		}
	}
	switch {
	case errors.Is(err, errBroken):
		http.Redirect(rw, r, address("texto", "", ""), http.StatusSeeOther)
	case err != nil:
		w.fault(rw, r, err)
	default:
		http.Redirect(rw, r, address("talao", "", code)+"#"+partID(part), http.StatusSeeOther)
	}
}

// readLogo reads the form: the part, and its new picture as it stands in a layout; empty takes it off.
func readLogo(rw http.ResponseWriter, r *http.Request) (part, text string, err error) {
	const form = 16 << 10 // around the file
	r.Body = http.MaxBytesReader(rw, r.Body, slip.MostUpload+form)
	var tooLarge *http.MaxBytesError
	switch err := r.ParseMultipartForm(slip.MostUpload + form); {
	case errors.As(err, &tooLarge):
		return "", "", slip.ErrTooLarge
	case err != nil:
		return "", "", http.ErrMissingFile
	}
	defer func() { _ = r.MultipartForm.RemoveAll() }() // it was small enough for memory
	if part = r.PostForm.Get("tirar"); part != "" {
		return part, "", nil
	}
	part = r.PostForm.Get("parte")
	file, _, err := r.FormFile("imagem:" + part)
	if err != nil {
		return part, "", http.ErrMissingFile
	}
	defer func() { _ = file.Close() }() // it was only read
	raw, err := io.ReadAll(file)
	if err != nil {
		return part, "", fmt.Errorf("read the picture of %s: %w", part, err)
	}
	if len(raw) == 0 {
		return part, "", http.ErrMissingFile
	}
	bits, err := slip.ReadUpload(raw)
	if err != nil {
		return part, "", err
	}
	return part, bits.Text(), nil
}
