package cardtest

import (
	"bytes"
	"slices"
)

// Bank makes a card that answers 6A82 to all, as bank cards do to strangers.
func Bank() *Card {
	return odd(atrBank, func([]byte) []byte { return status(0x6A82) })
}

// Transport makes a card that knows no instruction of ours.
func Transport() *Card {
	return odd(atrBank, func([]byte) []byte { return status(0x6E00) })
}

// Passport makes an identity document of another country: it has the ICAO
// application and wants PACE before it shows more.
func Passport() *Card {
	icao := []byte{0xA0, 0x00, 0x00, 0x02, 0x47, 0x10, 0x01}
	return odd(atrCC2, func(apdu []byte) []byte {
		if bytes.Contains(apdu, icao) {
			return status(0x6982)
		}
		return status(0x6A82)
	})
}

// Contactless makes a CC2 on a contactless reader: it is there, and gives
// nothing before PACE.
func Contactless() *Card {
	national := []byte{0x60, 0x46, 0x32, 0xFF, 0, 0, 5}
	return odd(atrContactless, func(apdu []byte) []byte {
		if len(apdu) > 5 && apdu[1] == 0xA4 && apdu[2] == 4 && !bytes.Contains(apdu, national) {
			return status(0x6A82)
		}
		return status(0x6982)
	})
}

// Mute makes a card that gives no answer to reset, as one put in upside down.
func Mute() *Card { return odd("", func([]byte) []byte { return nil }) }

// Silent makes a card that gives an answer to reset and then never another.
func Silent() *Card { return odd(atrCC1, func([]byte) []byte { return nil }) }

// Garbage makes a card whose answers are not what was asked for.
func Garbage() *Card {
	n := 0
	return odd(atrCC2, func(_ []byte) []byte {
		n++
		return append(bytes.Repeat([]byte{0xA5, byte(n)}, 9), 0x12, 0x34)
	})
}

// OneByte makes a card that answers with half a status word.
func OneByte() *Card { return odd(atrCC1, func([]byte) []byte { return []byte{0x90} }) }

// FallsSilent makes c go silent for ever when it has answered n commands.
func FallsSilent(c *Card, n int) *Card { return c.after(n, func([]byte) []byte { return nil }) }

// PulledAfter calls pull in the middle of the exchange that follows n answered
// ones, and gives no bytes, as pcscd reports a card pulled in mid-exchange.
func PulledAfter(c *Card, n int, pull func()) *Card {
	return c.after(n, func([]byte) []byte { pull(); return []byte{} })
}

func (c *Card) after(n int, then func([]byte) []byte) *Card {
	good := *c
	good.Reset()
	c.odd = func(apdu []byte) []byte {
		if n == 0 {
			return then(apdu)
		}
		n--
		return good.Answer(apdu)
	}
	return c
}

func odd(atr string, answer func([]byte) []byte) *Card {
	return &Card{atr: fromHex(atr), odd: answer, app: -1}
}

// Deck returns the names under which Named makes a card, in a fixed order:
// good cards first, then the ones that a kiosk must survive.
func Deck() []string { return slices.Clone(deckNames[:]) }

var deckNames = [...]string{
	"maria", "joao", "conceicao", "ines", "alvaro", "long", "suryavarman",
	"bank", "transport", "passport", "mute", "silent", "garbage", "one-byte", "contactless",
	"signer-expired", "card-expired", "impostor", "unknown-issuer", "citizen-signed", "altered-name", "missing-group",
	"unsigned", "pss", "double-group", "broken-signature", "garbled-object", "signer-unfit", "expired-then", "undated",
	"copied", "chip-key-missing", "chip-key-altered", "chip-refuses",
	"maria-contactless", "ines-contactless", "copied-contactless",
}

// Named makes a fresh card of the deck; ok is false for a name it has not. The
// people take turns through the generations: maria and ines have a CC2, joao
// the first T=0 card, the others a CC1.
func Named(name string) (c *Card, ok bool) {
	if id, ok := Identities()[name]; ok {
		switch name {
		case "maria", "ines", "long":
			return New(id, CC2), true
		case "joao":
			return New(id, CC1T0), true
		default:
			return New(id, CC1), true
		}
	}
	if c, ok := sealedNamed(name); ok {
		return c, true
	}
	switch name {
	case "bank":
		return Bank(), true
	case "transport":
		return Transport(), true
	case "passport":
		return Passport(), true
	case "mute":
		return Mute(), true
	case "silent":
		return Silent(), true
	case "garbage":
		return Garbage(), true
	case "one-byte":
		return OneByte(), true
	case "contactless":
		return Contactless(), true
	case "maria-contactless":
		return ContactlessCC2(Identities()["maria"], DemoCAN, Sealed), true
	case "ines-contactless":
		return ContactlessCC2(Identities()["ines"], DemoCAN, Sealed), true
	case "copied-contactless":
		return ContactlessCC2(Identities()["maria"], DemoCAN, CopiedChip), true
	default:
		return nil, false
	}
}

// ForVerdict says whether the card of this name differs from a good one only
// in what a check of its signature finds.
func ForVerdict(name string) bool {
	_, ok := sealedNamed(name)
	return ok
}

// sealedNamed makes the cards whose fault shows only to those who check the
// signature.
func sealedNamed(name string) (c *Card, ok bool) {
	id := invented("TERESA ISABEL", "CARVALHO LOPES", 8)
	switch name {
	case "signer-expired":
		id.ValidFrom, id.ValidUntil = "10 03 2020", "09 03 2030"
		return NewSealed(id, CC1, ExpiredSigner), true
	case "card-expired":
		id.ValidFrom, id.ValidUntil = "01 02 2018", "31 01 2023"
		return New(id, CC1), true
	case "impostor":
		return NewSealed(id, CC2, ImpostorIssuer), true
	case "unknown-issuer":
		return NewSealed(id, CC1, UnknownIssuer), true
	case "citizen-signed":
		return NewSealed(id, CC2, SignedByCitizen), true
	case "altered-name":
		return NewSealed(id, CC1, AlteredName), true
	case "missing-group":
		return NewSealed(id, CC2, MissingGroup), true
	case "unsigned":
		return NewSealed(id, CC2, NoObject), true
	case "pss":
		return NewSealed(id, CC1, SealedPSS), true
	case "double-group":
		return NewSealed(id, CC2, DoubleGroup), true
	case "broken-signature":
		return NewSealed(id, CC1, BrokenSignature), true
	case "garbled-object":
		return NewSealed(id, CC2, GarbledObject), true
	case "signer-unfit":
		return NewSealed(id, CC1, SignedByIssuersOnly), true
	case "expired-then":
		return NewSealed(id, CC2, ExpiredThen), true
	case "undated":
		id.ValidFrom = ""
		return NewSealed(id, CC1, SealedUntimed), true
	case "copied":
		return NewSealed(id, CC2, CopiedChip), true
	case "chip-key-missing":
		return NewSealed(id, CC2, ChipKeyLeftOut), true
	case "chip-key-altered":
		return NewSealed(id, CC2, ChipKeyChanged), true
	case "chip-refuses":
		return NewSealed(id, CC2, ChipWithoutAnswer), true
	default:
		return nil, false
	}
}

// Label describes a card of the deck for a page, in Portuguese, with the name
// of the invented person or what is wrong with the card; empty if unknown.
func Label(name string) string {
	switch name {
	case "maria":
		return "Maria João Silva Ferreira, CC2"
	case "joao":
		return "João Miguel dos Santos, CC1 de 2007 (T=0)"
	case "conceicao":
		return "Conceição de Jesus Guimarães Brandão, CC1"
	case "ines":
		return "Inês Araújo e Sá, CC2"
	case "alvaro":
		return "Álvaro Óscar, CC1, acentos decompostos"
	case "long":
		return "Ana-Maria …, nome muito longo, CC2"
	case "suryavarman":
		return "Suryavarman, um só nome, CC1"
	case "bank":
		return "Cartão bancário"
	case "transport":
		return "Cartão de transportes"
	case "contactless":
		return "Cartão de Cidadão encostado a um leitor sem contacto"
	case "passport":
		return "Passaporte ou cartão de outro país"
	case "mute":
		return "Cartão ao contrário"
	case "silent":
		return "Cartão que deixa de responder"
	case "garbage":
		return "Cartão avariado: respostas sem sentido"
	case "one-byte":
		return "Cartão avariado: respostas de um byte"
	case "signer-expired":
		return "Teresa …, CC1 verdadeiro cujo assinante expirou entretanto"
	case "card-expired":
		return "Teresa …, CC1 caducado"
	case "impostor":
		return "Falso: quem assinou faz-se passar pela entidade emissora, CC2"
	case "unknown-issuer":
		return "Assinado por entidade desconhecida, CC1"
	case "citizen-signed":
		return "Falso: assinado com o certificado de um cidadão, CC2"
	case "altered-name":
		return "Falso: nome alterado depois da assinatura, CC1"
	case "missing-group":
		return "A assinatura não abrange a identidade, CC2"
	case "unsigned":
		return "Cartão sem assinatura, CC2"
	case "pss":
		return "Assinatura de tipo não suportado (RSA-PSS), CC1"
	case "double-group":
		return "Falso: lista assinada com um grupo repetido, CC2"
	case "broken-signature":
		return "Assinatura errada, CC1"
	case "garbled-object":
		return "Assinatura estragada, CC2"
	case "signer-unfit":
		return "Assinado por quem não o podia fazer, CC1"
	case "expired-then":
		return "Assinado com um certificado já expirado, CC2"
	case "undated":
		return "Sem data de assinatura nem de emissão, CC1"
	case "copied":
		return "Falso: dados verdadeiros copiados para outro chip, CC2"
	case "chip-key-missing":
		return "Falso: cópia sem a chave do chip, CC2"
	case "chip-key-altered":
		return "Falso: cópia com outra chave do chip, CC2"
	case "maria-contactless":
		return "Maria …, CC2 encostado ao leitor; CAN " + DemoCAN
	case "ines-contactless":
		return "Inês …, CC2 encostado ao leitor, sem MultiPass em nenhuma marcação; CAN " + DemoCAN
	case "copied-contactless":
		return "Falso: cópia do cartão da Maria, encostada ao leitor; CAN " + DemoCAN
	case "chip-refuses":
		return "O chip não prova que é o original, CC2"
	default:
		return ""
	}
}
