package card

import "time"

// Field is one piece of text that a Citizen Card holds about its holder or
// about itself.
type Field uint8

// The fields of both generations, in the order of the CC1 (CardPteidDef.h). A
// CC2 has no PAN.
const (
	IssuingEntity Field = iota
	IssuingCountry
	DocumentType
	DocumentNumber
	PAN
	DocumentVersion
	ValidFrom
	PlaceOfRequest
	ValidUntil
	Surname
	GivenName
	Sex
	Nationality
	BirthDate
	Height
	CivilNumber
	MotherSurname
	MotherGivenName
	FatherSurname
	FatherGivenName
	NIF
	NISS
	HealthNumber
	Indications

	fieldCount = iota
)

// place is where a field stands on either generation: offset and width in EF02
// of a CC1 (CardPteidDef.h), tag in DG13 of a CC2 (asn1_idfile.cpp; 0 for none).
type place struct {
	field         Field
	offset, width int
	tag           uint32
	name, nome    string // for the documents and for a technician
}

// textCC1 is the part of EF02 that holds text and is covered by the hash of
// data group 1; what follows is the MRZ, the card's key and the photograph,
// none of which is ever read.
const textCC1 = 1282

// places is indexed by Field.
var places = [fieldCount]place{
	{IssuingEntity, 0, 40, 0xC0, "issuing entity", "entidade emissora"},
	{IssuingCountry, 40, 80, 0xC1, "issuing country", "país"},
	{DocumentType, 120, 34, 0xC2, "document type", "tipo de documento"},
	{DocumentNumber, 154, 28, 0xC3, "document number", "número do documento"},
	{PAN, 182, 16, 0, "card number (PAN)", "número do cartão (PAN)"},
	{DocumentVersion, 214, 16, 0xC4, "document version", "versão do documento"},
	{ValidFrom, 230, 20, 0xC5, "valid from", "válido desde"},
	{PlaceOfRequest, 250, 60, 0xC6, "place of request", "local do pedido"},
	{ValidUntil, 310, 20, 0xC7, "valid until", "válido até"},
	{Surname, 330, 120, 0xC8, "surname", "apelido"},
	{GivenName, 450, 120, 0xC9, "given name", "nome próprio"},
	{Sex, 570, 2, 0xCA, "sex", "sexo"},
	{Nationality, 572, 6, 0xCB, "nationality", "nacionalidade"},
	{BirthDate, 578, 20, 0xCC, "birth date", "data de nascimento"},
	{Height, 598, 8, 0xCD, "height", "altura"},
	{CivilNumber, 606, 18, 0xD0, "civil number", "número de identificação civil"},
	{MotherSurname, 624, 120, 0xD3, "mother's surname", "apelido da mãe"},
	{MotherGivenName, 744, 120, 0xD4, "mother's given name", "nome próprio da mãe"},
	{FatherSurname, 864, 120, 0xD1, "father's surname", "apelido do pai"},
	{FatherGivenName, 984, 120, 0xD2, "father's given name", "nome próprio do pai"},
	{NIF, 1104, 18, 0xD5, "tax number (NIF)", "NIF"},
	{NISS, 1122, 22, 0xD6, "social security number (NISS)", "NISS"},
	{HealthNumber, 1144, 18, 0xD7, "health number", "número de utente"},
	{Indications, 1162, 120, 0xD8, "indications", "indicações eventuais"},
}

// hashedCC1 is the order in which the fields of a CC1 enter the hash of data
// group 1 (PackIdData in CardPteid.cpp): that of the file, but for the
// indications, which stand before the numbers.
var hashedCC1 = [fieldCount]Field{
	IssuingEntity, IssuingCountry, DocumentType, DocumentNumber, PAN, DocumentVersion, ValidFrom, PlaceOfRequest,
	ValidUntil, Surname, GivenName, Sex, Nationality, BirthDate, Height, CivilNumber, MotherSurname, MotherGivenName,
	FatherSurname, FatherGivenName, Indications, NIF, NISS, HealthNumber,
}

// String names the field in English; it never holds what a card says.
func (f Field) String() string {
	if int(f) >= len(places) {
		return "unknown field"
	}
	return places[f].name
}

// Portuguese names the field in Portuguese.
func (f Field) Portuguese() string {
	if int(f) >= len(places) {
		return "campo desconhecido"
	}
	return places[f].nome
}

// parseDate reads a date as both generations write it, "DD MM YYYY", as noon
// in UTC; ok is false for anything else.
func parseDate(text []byte) (day time.Time, ok bool) {
	day, err := time.Parse("02 01 2006", string(text))
	if err != nil {
		return time.Time{}, false
	}
	return day.Add(12 * time.Hour), true
}

// span is a range of bytes of a file.
type span struct{ from, to int }

// spansCC1 gives the ranges of EF02 that hold the fields, in their order;
// fields that touch are fetched together.
func spansCC1(fields []Field) []span {
	var spans []span
	for _, f := range fields {
		p := places[f]
		s := span{p.offset, p.offset + p.width}
		if n := len(spans); n > 0 && (spans[n-1].to == s.from || spans[n-1].from == s.to) {
			spans[n-1] = span{min(spans[n-1].from, s.from), max(spans[n-1].to, s.to)}
			continue
		}
		spans = append(spans, s)
	}
	return spans
}
