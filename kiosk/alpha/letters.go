package alpha

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// extended are the letters of a sign from 80H to A9H (manual, appendix G): those of code page 437, and the degree sign.
const extended = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿°"

// plain are letters that signs do not have and that no accent explains.
var plain = map[rune]string{
	'–': "-", '—': "-", '−': "-", '‘': "'", '’': "'", '“': `"`, '”': `"`, '…': "...", '«': "<", '»': ">", '→': ">", '·': ".", '€': "EUR",
	'\u00A0': " ", '\u202F': " ", 'ß': "ss", 'Ø': "O", 'ø': "o", 'ł': "l", 'Ł': "L", '~': "-",
}

// Letters writes text in the letters of a sign, in seven bits. A letter without its own sign is written without its accent
// (ã as a), another one as a question mark, and control characters are left out: no text is a command. The tilde of ASCII
// is half a space on signs and written as a dash.
func Letters(text string) []byte {
	var out []byte
	for _, r := range norm.NFC.String(text) {
		out = appendLetter(out, r)
	}
	return out
}

func appendLetter(out []byte, r rune) []byte {
	if other, known := plain[r]; known {
		return append(out, other...)
	}
	switch {
	case r >= ' ' && r < 0x7F:
		return append(out, byte(r))
	case unicode.IsControl(r), unicode.Is(unicode.Cf, r):
		return out
	}
	if i := indexOf(r); i >= 0 {
		// 80H is written 08H 20H (manual, appendix G, extended character set).
		return append(out, codeExtended, 0x20+byte(i))
	}
	base := []rune(norm.NFD.String(string(r)))[0]
	if base >= ' ' && base < 0x7F {
		return append(out, byte(base))
	}
	return append(out, '?')
}

// indexOf is where a letter stands among the extended ones, -1 if it does not.
func indexOf(r rune) int {
	i := 0
	for _, e := range extended {
		if e == r {
			return i
		}
		i++
	}
	return -1
}

// Width is how many letters a text takes on a sign.
func Width(text string) int {
	n := 0
	for _, c := range Letters(text) {
		if c != codeExtended {
			n++
		}
	}
	return n
}

// Letter returns the letter behind a code of the extended set, as it stands after 08H; false for one that is none.
func Letter(code byte) (rune, bool) {
	all := []rune(extended)
	i := int(code) - 0x20
	if i < 0 || i >= len(all) {
		return 0, false
	}
	return all[i], true
}

// cut shortens a text to so many letters.
func cut(text string, letters int) string {
	var b strings.Builder
	n := 0
	for _, r := range norm.NFC.String(text) {
		if n += Width(string(r)); n > letters {
			break
		}
		b.WriteRune(r)
	}
	return strings.TrimSpace(b.String())
}
