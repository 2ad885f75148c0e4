package card

import (
	"fmt"
	"slices"
	"strings"
)

// Purpose is what a citizen chose to have the card read for.
type Purpose uint8

// The purposes there are. A plain ticket is none of them: it reads nothing.
const (
	// Greeting shows a first name and an initial on the kiosk's screen.
	ForGreeting Purpose = iota + 1
	// ForCheckIn finds the booking of the holder.
	ForCheckIn
	// ForForm fills in a form on the kiosk once it offers any.
	ForForm
)

// Use is a row of the table of purposes: what is read, in which order, why it
// may be, and how long it stays.
type Use struct {
	// Purpose is what the row is about; Name says it in one or two words.
	Purpose Purpose
	// Name and Portuguese name the purpose.
	Name, Portuguese string
	// Fields are what is kept of the card, in the order in which they are read.
	Fields []Field
	// Verified says that the State's signature is checked before anything is
	// done with the fields.
	Verified bool
	// Told says that the signature is checked only to tell the holder, where
	// the kiosk has certificates to check it with: the purpose decides nothing.
	Told bool
	// Chip says that the chip is asked to prove that it is the original, where
	// the card offers it and the kiosk has it switched on: after the fields are
	// read and verified, and before anything is done with them.
	Chip bool
	// Basis is the legal basis, with its source.
	Basis string
	// Kept says where the fields are and when they are gone.
	Kept string
}

// Uses returns the table of purposes. It is the only place that says which
// fields a purpose may have; docs/privacy.md is made from it.
func Uses() []Use {
	return []Use{
		{
			Purpose: ForGreeting, Name: "greeting", Portuguese: "saudação", Fields: []Field{GivenName, Surname}, Told: true,
			Basis: "consent by putting the card in after choosing to be greeted (GDPR art. 6(1)(a), 7(4)): free, since a ticket " +
				"without a card is always offered; nothing is copied or kept, so that Lei 7/2007 art. 5(2) is not touched",
			Kept: "first name and one initial, in the kiosk's memory, until the screen is left",
		},
		{
			Purpose: ForCheckIn, Name: "check-in", Portuguese: "confirmação de chegada", Verified: true, Chip: true,
			Fields: []Field{DocumentNumber},
			Basis: "task of a public body at the citizen's request (GDPR art. 6(1)(e); minimal and pseudonymous: art. 5(1)(c), 25); " +
				"the code of the booking, typed, is always an alternative; no number serves across services (CRP art. 35(5))",
			Kept: "the number in the kiosk's memory until its keyed digest for that day is made, at once",
		},
		{
			Purpose: ForForm, Name: "form", Portuguese: "preenchimento de formulário", Verified: true, Chip: true,
			Fields: []Field{GivenName, Surname, DocumentNumber, ValidUntil, BirthDate, NIF},
			Basis: "task of a public body at the citizen's request (GDPR art. 6(1)(c), (e)); what the body may ask for is set by the " +
				"law of each form, and has to be named before the form is offered; not offered yet",
			Kept: "in the kiosk's memory until the form is sent or left, 60 s at most",
		},
	}
}

func useOf(p Purpose) (Use, bool) {
	uses := Uses()
	i := slices.IndexFunc(uses, func(u Use) bool { return u.Purpose == p })
	if i < 0 {
		return Use{}, false
	}
	return uses[i], true
}

// String names the purpose.
func (p Purpose) String() string {
	if u, ok := useOf(p); ok {
		return u.Name
	}
	return "no purpose"
}

// UsesTable writes the table of purposes as the section of docs/privacy.md
// that tells what is read of a card, with the bytes of either generation.
func UsesTable() string {
	var b strings.Builder
	b.WriteString("| purpose | kept of the card, in this order | CC1 (EF02, bytes) | CC2 (DG13, tags) | signature | legal basis | where and how long |\n")
	b.WriteString("|---|---|---|---|---|---|---|\n")
	b.WriteString("| plain ticket (senha) | nothing | | | | | |\n")
	for _, u := range Uses() {
		var names, ranges, tags []string
		for _, f := range u.Fields {
			names = append(names, f.String())
			tags = append(tags, fmt.Sprintf("%X", places[f].tag))
		}
		for _, s := range spansCC1(u.Fields) {
			ranges = append(ranges, fmt.Sprintf("%d–%d", s.from, s.to-1))
		}
		signature := "not checked"
		switch {
		case u.Verified:
			signature = "checked"
		case u.Told:
			signature = "checked after the name is shown, if the kiosk has certificates, to show «verificado» or «não verificado»"
		}
		if u.Chip {
			signature += "; then the chip's proof, if the kiosk has it switched on (CC2: data groups 14 and 15)"
		}
		fmt.Fprintf(&b, "| %s (%s) | %s | %s | %s | %s | %s | %s |\n", u.Name, u.Portuguese,
			strings.Join(names, ", "), strings.Join(ranges, ", "), strings.Join(tags, ", "), signature, u.Basis, u.Kept)
	}
	b.WriteString("| check-in by a card on the reader, where that is switched on | token of MultiPass: 16 bytes that say nothing of the " +
		"person | | application 60 46 32 FF 00 00 06, C0 | checked, and the chip's proof (Chip Authentication) | as check-in; " +
		"pseudonymous (GDPR art. 4(5)) | in the kiosk's memory until its keyed digest for that day is made, at once |\n")
	fmt.Fprintf(&b, "\nWhere the signature is checked, the text fields (CC1: bytes 0–%d, without MRZ, key and photograph; "+
		"CC2: data group 13) and the security object pass through memory once, as what the hash is made of, and are wiped; "+
		"only the fields of the row are kept. "+
		"Never read, for any purpose: photograph, address, fingerprints, MRZ, PINs.\n", textCC1-1)
	return b.String()
}
