package cardtest

import (
	"encoding/binary"
)

// sizeEF02 is the size of a CC1's identity file (FCI in FciData.cpp).
const sizeEF02 = 15500

// sizeEF06 is what the file of a CC1's security object holds, zeros included.
const sizeEF06 = 4000

// The texts that every card of a generation has.
const (
	issuingEntity  = "República Portuguesa"
	issuingCountry = "Portugal"
	documentType   = "Cartão de Cidadão"
	pan            = "0000000000000000"
	versionCC1     = "006.007.23"
	versionCC2     = "007.001.01"
	placeOfRequest = "Balcão de Demonstração"
	nationality    = "PRT"
)

// identityFileCC1 lays an identity out as EF02 of a CC1: fixed fields, padded
// with zeros (CardPteidDef.h). The photograph stays empty.
func identityFileCC1(id Identity) []byte {
	f := make([]byte, sizeEF02)
	for _, field := range []struct {
		offset, width int
		text          string
	}{
		{0, 40, issuingEntity},
		{40, 80, issuingCountry},
		{120, 34, documentType},
		{154, 28, id.DocumentNumber},
		{182, 16, pan},
		{214, 16, versionCC1},
		{230, 20, id.ValidFrom},
		{250, 60, placeOfRequest},
		{310, 20, id.ValidUntil},
		{330, 120, id.Surname},
		{450, 120, id.GivenName},
		{570, 2, id.Sex},
		{572, 6, nationality},
		{578, 20, id.BirthDate},
		{598, 8, id.Height},
		{606, 18, id.CivilNumber},
		{624, 120, id.MotherSurname},
		{744, 120, id.MotherGivenName},
		{864, 120, id.FatherSurname},
		{984, 120, id.FatherGivenName},
		{1104, 18, id.NIF},
		{1122, 22, id.NISS},
		{1144, 18, id.HealthNumber},
		{1162, 120, id.Indications},
	} {
		copy(f[field.offset:field.offset+field.width], field.text)
	}
	return f
}

// identityFileCC2 lays an identity out as DG13 of a CC2: one DER sequence of
// private tags (asn1_idfile.cpp).
func identityFileCC2(id Identity) []byte {
	var body []byte
	for _, field := range []struct {
		tag  byte
		text string
	}{
		{0xC0, issuingEntity},
		{0xC1, issuingCountry},
		{0xC2, documentType},
		{0xC3, id.DocumentNumber},
		{0xC4, versionCC2},
		{0xC5, id.ValidFrom},
		{0xC6, placeOfRequest},
		{0xC7, id.ValidUntil},
		{0xC8, id.Surname},
		{0xC9, id.GivenName},
		{0xCA, id.Sex},
		{0xCB, nationality},
		{0xCC, id.BirthDate},
		{0xCD, id.Height},
		{0xD0, id.CivilNumber},
		{0xD1, id.FatherSurname},
		{0xD2, id.FatherGivenName},
		{0xD3, id.MotherSurname},
		{0xD4, id.MotherGivenName},
		{0xD5, id.NIF},
		{0xD6, id.NISS},
		{0xD7, id.HealthNumber},
	} {
		body = appendTLV(body, []byte{field.tag}, []byte(field.text))
	}
	if id.Indications != "" { // the only value that may be absent
		body = appendTLV(body, []byte{0xD8}, []byte(id.Indications))
	}
	return appendTLV(nil, []byte{0x6D}, body)
}

func appendTLV(dst, tag, value []byte) []byte {
	dst = append(dst, tag...)
	switch n := len(value); {
	case n < 0x80:
		dst = append(dst, byte(n))
	case n < 0x100:
		dst = append(dst, 0x81, byte(n))
	default:
		dst = binary.BigEndian.AppendUint16(append(dst, 0x82), uint16(n))
	}
	return append(dst, value...)
}

// fci builds the file control information of a file in the form its generation
// uses (unit test comment of FciData.cpp).
func fci(g Generation, f file) []byte {
	size := binary.BigEndian.AppendUint16(nil, uint16(len(f.content)))
	id := binary.BigEndian.AppendUint16(nil, f.id)
	var body []byte
	if g == CC2 {
		body = appendTLV(body, []byte{0x80}, append([]byte{0}, size...))
		body = appendTLV(body, []byte{0x82}, []byte{1})
		body = appendTLV(body, []byte{0x83}, id)
		body = append(body, 0x86, 3, 0x40, 0x01, 0xFF)
		return appendTLV(nil, []byte{0x6F}, body)
	}
	read := byte(0)
	if f.locked {
		read = 0x93
	}
	body = appendTLV(body, []byte{0x81}, size)
	body = appendTLV(body, []byte{0x82}, []byte{1})
	body = appendTLV(body, []byte{0x83}, id)
	body = append(body, 0x8A, 1, 5, 0x8C, 5, 0x1B, 0xFF, 0xFF, 0xFF, read)
	return appendTLV(nil, []byte{0x6F}, body)
}
