package setup

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"balcao/internal/branch"
	"balcao/internal/slip"
)

// partNames are the words of the parts of a slip.
var partNames = map[string]string{
	"header": "Loja, dia e hora", "service": "Serviço", "body": "Entidade", "copy": "2.ª via (só ao repetir)", "number": "Número",
	"priority": "Prioridade ou marcação", "place": "Onde esperar", "ahead": "Pessoas à frente", "wait": "Tempo de espera", slip.KindQR: "Código QR",
	"validity": "Validade", "ticket": "Código de apoio", slip.KindText: "Texto da loja", slip.KindRule: "Linha", slip.KindGap: "Espaço", slip.KindLogo: "Logótipo",
}

// KindName returns what a kind of part of a slip is called on screens.
func KindName(kind string) string { return or(partNames[kind], kind) }

// PartName returns what a part of the slip is called on screens; an unknown one has its id.
func PartName(b *branch.Branch, id string) string {
	parts := b.Slip.In()
	i := slices.IndexFunc(parts, func(p slip.Part) bool { return p.ID == id })
	if i < 0 {
		return id
	}
	name := KindName(parts[i].Kind)
	if words := strings.Fields(parts[i].Text["pt"]); len(words) > 0 {
		name += " «" + strings.Join(words[:min(3, len(words))], " ") + "»"
	}
	return name
}

// slipLabel names the fields of a part of the slip.
func slipLabel(parts []string) (string, bool) {
	if len(parts) < 3 || parts[0] != "slip" || parts[1] != "parts" {
		return "", false
	}
	if len(parts) == 3 {
		return "Parte do talão", true
	}
	label, known := map[string]string{
		"id": "Código", "part": "Parte", "text": "Texto", "text/pt": "Texto em português", "text/en": "Texto em inglês", "text/es": "Texto em espanhol", "text/fr": "Texto em francês", "bold": "Carregado", "centred": "Ao centro",
		"strong": "Letra larga", "dots": "Altura", "module": "Tamanho do código", "logo": "Número da imagem", "picture": "Imagem",
	}[strings.Join(parts[3:], "/")]
	return or(label, parts[len(parts)-1]), known
}

func whereOnSlip(b *branch.Branch, parts []string) string {
	if len(parts) > 2 && parts[1] == "parts" {
		return "Talão, " + PartName(b, parts[2])
	}
	return ""
}

// ownSlip gives the branch a slip of its own, so that its parts can be changed: a copy of the standard one if it has
// none. It never changes parts that another description may share.
func ownSlip(b *branch.Branch) { b.Slip.Parts = slices.Clone(b.Slip.In()) }

// AddPart puts a part of a kind onto the slip, before its validity, and returns its id. A kind that stands there
// already, and may stand there once, is found where it is.
func AddPart(b *branch.Branch, kind string) (string, error) {
	if !slices.Contains(slip.Kinds(), kind) {
		return "", ErrNoField
	}
	parts := b.Slip.In()
	if i := slices.IndexFunc(parts, func(p slip.Part) bool { return p.Kind == kind }); i >= 0 && !slip.Repeatable(kind) {
		return parts[i].ID, nil
	}
	ownSlip(b)
	p := b.Slip.Fresh(kind)
	at := slices.IndexFunc(b.Slip.Parts, func(p slip.Part) bool { return p.Kind == "validity" })
	if at < 0 {
		at = len(b.Slip.Parts)
	}
	b.Slip.Parts = slices.Insert(b.Slip.Parts, at, p)
	return p.ID, nil
}

// MovePart moves a part of the slip, up where by is negative.
func MovePart(b *branch.Branch, id string, by int) error {
	if !slices.ContainsFunc(b.Slip.In(), func(p slip.Part) bool { return p.ID == id }) {
		return ErrNoField
	}
	b.Slip.Parts = slip.Move(b.Slip.In(), id, by)
	return nil
}

// ErrTooManyPictures means that a slip has as many pictures as it may have.
var ErrTooManyPictures = errors.New("o talão já tem todas as imagens que pode ter")

// SetPicture gives a logo of the slip its picture, as it stands in a layout; an empty one takes it off.
func SetPicture(b *branch.Branch, id, picture string) error {
	ownSlip(b)
	i := slices.IndexFunc(b.Slip.Parts, func(p slip.Part) bool { return p.ID == id && p.Kind == slip.KindLogo })
	if i < 0 {
		return ErrNoField
	}
	others := 0
	for at, p := range b.Slip.Parts {
		if at != i && p.Picture != "" {
			others++
		}
	}
	if picture != "" && others >= slip.MostPictures {
		return ErrTooManyPictures
	}
	b.Slip.Parts[i].Picture, b.Slip.Parts[i].Logo = picture, 0
	if picture == "" {
		b.Slip.Parts[i].Logo = 1
	}
	return nil
}

// pictureWords says what a picture of the slip is.
func pictureWords(picture string) string {
	bits, err := slip.ReadPicture(picture)
	if err != nil {
		return "uma imagem que não se lê"
	}
	return fmt.Sprintf("uma imagem de %d × %d pontos", bits.Width, bits.Height)
}

// StandardSlip goes back to the standard layout.
func StandardSlip(b *branch.Branch) { b.Slip = slip.Layout{} }

// nameParts gives every part of a layout an id: one that was written by hand may have none.
func nameParts(b *branch.Branch) {
	if !slices.ContainsFunc(b.Slip.Parts, func(p slip.Part) bool { return p.ID == "" }) {
		return
	}
	ownSlip(b)
	for i, p := range b.Slip.Parts {
		if p.ID == "" {
			b.Slip.Parts[i].ID = b.Slip.Fresh(p.Kind).ID
		}
	}
}
