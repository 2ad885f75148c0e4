package booking

import (
	"bytes"
	"errors"
	"strings"
	"unicode/utf8"
)

// csv reads lines of fields with a header. A field in quotes ends on its own line, so that one torn line cannot take
// the rest of the file with it.
func (b *builder) csv(data []byte) {
	var columns []field
	var sep byte
	line := 0
	for raw := range bytes.Lines(data) {
		line++
		raw = bytes.TrimRight(raw, "\r\n")
		if len(bytes.TrimSpace(raw)) == 0 || len(bytes.Trim(raw, ";, \t")) == 0 {
			continue
		}
		if len(raw) > MaxLine {
			b.fault(line, "A linha é longa demais.", "Uma marcação por linha.")
			continue
		}
		text, err := decode(raw)
		if err != nil {
			b.fault(line, "A linha tem bytes que não são texto.", "Exporte o ficheiro de novo, em UTF-8 ou Windows-1252.")
			continue
		}
		if columns == nil {
			if sep, columns = b.header(line, text); columns == nil {
				return
			}
			continue
		}
		if b.full(line) {
			return
		}
		cells, err := split(text, sep)
		switch {
		case err != nil:
			b.fault(line, "As aspas desta linha não fecham.", "Corrija as aspas; uma marcação não passa para a linha seguinte.")
			continue
		case len(cells) != len(columns):
			b.fault(line, "A linha não tem tantas colunas como o cabeçalho.", "Veja se falta ou sobra um separador, ou põe entre aspas o texto que o contém.")
			continue
		}
		rec := record{line: line}
		for i, f := range columns {
			if f != fieldNone {
				rec.text[f] = cells[i]
			}
		}
		b.add(rec)
	}
	if columns == nil {
		b.fault(0, "O ficheiro não tem linhas.", "Exporte-o de novo do sistema de marcações.")
	}
}

// header finds the separator and what each column is; nil if the file cannot be read.
func (b *builder) header(line int, text string) (byte, []field) {
	sep := byte(',')
	for _, s := range []byte(";\t") {
		if strings.Count(text, string(s)) > strings.Count(text, string(sep)) {
			sep = s
		}
	}
	names, err := split(text, sep)
	if err != nil {
		b.fault(line, "As aspas do cabeçalho não fecham.", "A primeira linha diz o nome de cada coluna.")
		return 0, nil
	}
	columns := make([]field, len(names))
	var seen [fieldCount]bool
	for i, name := range names {
		f := fieldNames[plain(name)]
		switch {
		case f == fieldNone:
			b.ignore(name)
		case seen[f]:
			b.fault(line, "Duas colunas dizem o mesmo: "+quote(name)+".", "Deixe só uma.")
			return 0, nil
		}
		columns[i], seen[f] = f, true
	}
	if !seen[fieldID] || !seen[fieldService] || !seen[fieldStart] && (!seen[fieldDate] || !seen[fieldTime]) {
		b.fault(line, "A primeira linha não diz as colunas que são precisas.",
			"São: id; serviço; data; hora. E podem ser: duração; código; documento; MultiPass; estado; loja.")
		return 0, nil
	}
	return sep, columns
}

var errQuotes = errors.New("quotes do not close")

// split cuts a line into fields; a quote inside quotes is written twice (RFC 4180 §2).
func split(line string, sep byte) ([]string, error) {
	var cells []string
	for {
		var cell string
		if trimmed := strings.TrimLeft(line, " "); strings.HasPrefix(trimmed, `"`) {
			end, text := quoted(trimmed[1:])
			if end < 0 {
				return nil, errQuotes
			}
			cell, line = text, strings.TrimLeft(trimmed[1+end:], " ")
			if line != "" && line[0] != sep {
				return nil, errQuotes
			}
		} else {
			end := strings.IndexByte(line, sep)
			if end < 0 {
				end = len(line)
			}
			cell, line = line[:end], line[end:]
			if strings.Contains(cell, `"`) {
				return nil, errQuotes
			}
		}
		cells = append(cells, cell)
		if line == "" {
			return cells, nil
		}
		line = line[1:]
	}
}

// quoted returns where a quoted field ends, after its closing quote, and its text; -1 if it does not.
func quoted(s string) (int, string) {
	var text strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '"' {
			text.WriteByte(s[i])
			continue
		}
		if i+1 < len(s) && s[i+1] == '"' {
			text.WriteByte('"')
			i++
			continue
		}
		return i + 1, text.String()
	}
	return -1, ""
}

var errBytes = errors.New("not text")

// decode reads one line as UTF-8, or else as Windows-1252: each line by itself, so that a file put together from two
// is read too.
func decode(line []byte) (string, error) {
	if bytes.IndexByte(line, 0) >= 0 {
		return "", errBytes
	}
	if utf8.Valid(line) {
		return string(line), nil
	}
	var s strings.Builder
	for _, c := range line {
		r := rune(c)
		if c >= 0x80 && c <= 0x9f {
			if r = windows1252[c-0x80]; r == 0 {
				return "", errBytes
			}
		}
		s.WriteRune(r)
	}
	return s.String(), nil
}

// windows1252 is what 80 to 9F mean there (Unicode mapping table CP1252.TXT); the rest is Latin-1. 0 means nothing.
var windows1252 = [32]rune{
	'€', 0, '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', 0, 'Ž', 0,
	0, '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', 0, 'ž', 'Ÿ',
}
