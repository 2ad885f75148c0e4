package card

import "time"

// Reason is why a Verdict is what it is: a code that stays the same over
// versions, for screens, tests and a technician. It never holds data of a card.
type Reason string

// The reasons. Genuine and SignerExpired let the data pass as verified; every
// other one means «não verificado».
const (
	// NotAsked: the purpose decides nothing, so the signature was not looked at.
	NotAsked Reason = "not-asked"
	// Genuine: the State signed this data, and everything is in date.
	Genuine Reason = "genuine"
	// SignerExpired: the State signed this data and the signer was in date
	// then; it has expired since. Ordinary for an old card.
	SignerExpired Reason = "signer-expired-since"

	// NoObject: the card has no security object or does not give it.
	NoObject Reason = "no-security-object"
	// Malformed: the security object is not what ICAO 9303-10 §4.6.2 says.
	Malformed Reason = "security-object-malformed"
	// DuplicateGroup: the list of hashes names a data group twice.
	DuplicateGroup Reason = "hash-list-duplicate"
	// Unsupported: an algorithm that is weak or unknown here, RSA-PSS among them.
	Unsupported Reason = "algorithm-unsupported"
	// NotCovered: the list of hashes does not name what was read.
	NotCovered Reason = "data-not-covered"
	// Altered: what was read is not what was signed.
	Altered Reason = "data-altered"
	// BadSignature: the signature over the list of hashes does not hold.
	BadSignature Reason = "signature-wrong"
	// NoTrust: no trusted certificate is installed on this kiosk.
	NoTrust Reason = "no-trusted-certificates"
	// UnknownSigner: the issuer of the signer is not in the trust folder.
	UnknownSigner Reason = "signer-unknown"
	// Impostor: the signer names a trusted issuer that never signed it.
	Impostor Reason = "signer-impostor"
	// SignerUnfit: the signer's certificate is not one for signing.
	SignerUnfit Reason = "signer-unfit"
	// SignerNotValidThen: signer or issuer was not in date when this was signed.
	SignerNotValidThen Reason = "signer-not-valid-then"
	// NoDate: neither the signature nor the card says when it was made, or
	// what they say has not come yet.
	NoDate Reason = "signing-time-unknown"

	// ChipCopied: the data is the State's, and the chip has not the key that
	// belongs to it: somebody has copied a card.
	ChipCopied Reason = "chip-copied"
	// ChipKeyMissing: the State signed a key of the chip that the chip does not
	// show.
	ChipKeyMissing Reason = "chip-key-missing"
	// ChipKeyAltered: the chip shows another key than the one that was signed.
	ChipKeyAltered Reason = "chip-key-altered"
	// ChipRefused: the chip does not answer the challenge.
	ChipRefused Reason = "chip-proof-refused"

	// ChipOriginal: the chip proved that it is the one the State issued.
	ChipOriginal Reason = "chip-original"
	// ChipNotOffered: the card has no key by which its chip could be known, as
	// every CC1.
	ChipNotOffered Reason = "chip-proof-not-offered"
	// ChipUnsupported: the chip's key or signature is of a kind unknown here.
	ChipUnsupported Reason = "chip-key-unsupported"

	// AddressHashFault: cards issued from 2017-01-01 to 2018-02-20 carry a wrong
	// hash of the address, a known fault of production.
	AddressHashFault Reason = "address-hash-fault"
	// ActivationFault: cards issued from 2019-09-01 to 2021-04-19 were not
	// marked as active, a known fault of production.
	ActivationFault Reason = "activation-mark-fault"
)

// Reasons returns all reasons a Verdict can have, best first.
func Reasons() []Reason {
	return []Reason{
		Genuine, SignerExpired, NotAsked, NoObject, Malformed, DuplicateGroup, Unsupported, NotCovered, Altered, BadSignature,
		NoTrust, UnknownSigner, Impostor, SignerUnfit, SignerNotValidThen, NoDate,
		ChipCopied, ChipKeyMissing, ChipKeyAltered, ChipRefused,
	}
}

// Verified says whether data with this reason may be relied on.
func (r Reason) Verified() bool { return r == Genuine || r == SignerExpired }

// Suspicious says whether somebody seems to have meant it: forged or altered
// data, as opposed to a check that could not be made.
func (r Reason) Suspicious() bool {
	switch r {
	case DuplicateGroup, Altered, BadSignature, Impostor, SignerUnfit, ChipCopied, ChipKeyMissing, ChipKeyAltered:
		return true
	default:
		return false
	}
}

// Texts tells the reason to a person, in Portuguese and in English.
func (r Reason) Texts() (pt, en string) {
	t, ok := reasonTexts()[r]
	if !ok {
		return "não verificado", "not verified"
	}
	return t[0], t[1]
}

func reasonTexts() map[Reason][2]string {
	return map[Reason][2]string{
		NotAsked:           {"assinatura não pedida", "signature not asked for"},
		Genuine:            {"verificado: assinado pelo Estado", "verified: signed by the State"},
		SignerExpired:      {"verificado: o certificado de quem assinou expirou entretanto", "verified: the signer's certificate has expired since"},
		NoObject:           {"não verificado: o cartão não dá a assinatura", "not verified: the card gives no signature"},
		Malformed:          {"não verificado: a assinatura está mal formada", "not verified: the signature is malformed"},
		DuplicateGroup:     {"não verificado: a lista assinada repete um grupo de dados", "not verified: the signed list repeats a data group"},
		Unsupported:        {"não verificado: algoritmo não suportado", "not verified: algorithm not supported"},
		NotCovered:         {"não verificado: a assinatura não abrange estes dados", "not verified: the signature does not cover this data"},
		Altered:            {"não verificado: os dados não são os que foram assinados", "not verified: the data is not what was signed"},
		BadSignature:       {"não verificado: a assinatura está errada", "not verified: the signature is wrong"},
		NoTrust:            {"não verificado: este quiosque não tem certificados de confiança", "not verified: this kiosk has no trusted certificates"},
		UnknownSigner:      {"não verificado: entidade emissora desconhecida", "not verified: unknown issuer"},
		Impostor:           {"não verificado: alguém se faz passar pela entidade emissora", "not verified: somebody poses as the issuer"},
		SignerUnfit:        {"não verificado: o certificado não serve para assinar cartões", "not verified: the certificate is not one for signing cards"},
		SignerNotValidThen: {"não verificado: o certificado não era válido na data da assinatura", "not verified: the certificate was not valid when this was signed"},
		NoDate:             {"não verificado: data da assinatura desconhecida", "not verified: date of the signature unknown"},
		ChipCopied:         {"não verificado: os dados são verdadeiros, mas o chip não é o original", "not verified: the data is genuine, but the chip is not the original one"},
		ChipKeyMissing:     {"não verificado: falta a chave do chip, que o Estado assinou", "not verified: the chip's key, which the State signed, is missing"},
		ChipKeyAltered:     {"não verificado: a chave do chip não é a que foi assinada", "not verified: the chip's key is not the one that was signed"},
		ChipRefused:        {"não verificado: o chip não prova que é o original", "not verified: the chip does not prove that it is the original one"},
		ChipOriginal:       {"o chip provou que é o original", "the chip proved that it is the original one"},
		ChipNotOffered:     {"não verificado: o chip, que neste cartão não tem com que provar que é o original", "not verified: the chip, which on this card has nothing to prove itself with"},
		ChipUnsupported:    {"não verificado: o chip, cuja chave é de tipo não suportado", "not verified: the chip, whose key is of a kind that is not supported"},
		AddressHashFault:   {"não verificado: o hash da morada, por falha de produção conhecida (2017-01-01 a 2018-02-20)", "not verified: the hash of the address, by a known fault of production (2017-01-01 to 2018-02-20)"},
		ActivationFault:    {"não verificado: a marca de ativação, por falha de produção conhecida (2019-09-01 a 2021-04-19)", "not verified: the mark of activation, by a known fault of production (2019-09-01 to 2021-04-19)"},
	}
}

// Verdict is what passive authentication found, and the chip's proof. The zero value means that
// nobody asked. It holds nothing about the holder.
type Verdict struct {
	// Reason is what came of it.
	Reason Reason
	// ExpiredSince is when the signer or its issuer went out of date, with
	// SignerExpired.
	ExpiredSince time.Time
	// CardExpired says that the card itself is out of date, by a date that was
	// verified. What an expired card may still be used for is not decided here.
	CardExpired bool
	// NotChecked names the checks that are left out for this card because of
	// faults of production, or because the chip has no key to prove itself with;
	// they are never counted as passed.
	NotChecked []Reason
	// Chip is what the chip's own proof came to; empty if it was not asked for.
	Chip Reason
}

// Verified says whether the data may be relied on. It proves who made the data;
// that the chip is the original one only if Chip is ChipOriginal.
func (v Verdict) Verified() bool { return v.Reason.Verified() }

// String gives the code of the reason.
func (v Verdict) String() string {
	if v.Reason == "" {
		return string(NotAsked)
	}
	return string(v.Reason)
}

// productionFaults are the windows of CardPteid.cpp, both days included.
func productionFaults(issued time.Time) []Reason {
	if issued.IsZero() {
		return nil
	}
	var out []Reason
	for _, w := range []struct {
		from, to string
		reason   Reason
	}{
		{"2017-01-01", "2018-02-20", AddressHashFault},
		{"2019-09-01", "2021-04-19", ActivationFault},
	} {
		if day := issued.UTC().Format(time.DateOnly); w.from <= day && day <= w.to {
			out = append(out, w.reason)
		}
	}
	return out
}
