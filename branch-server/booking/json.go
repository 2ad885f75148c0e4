package booking

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
)

// json reads {"bookings": [...]} or a plain list. Keys are those of the CSV columns; values are texts or numbers.
func (b *builder) json(data []byte) {
	d := json.NewDecoder(bytes.NewReader(data))
	if !b.list(d) {
		return
	}
	line, counted := 1, 0
	for d.More() {
		before := d.InputOffset()
		var raw json.RawMessage
		err := d.Decode(&raw)
		from := int(before) + len(data[before:]) - len(bytes.TrimLeft(data[before:], " \t\r\n,"))
		if err == nil {
			from = int(d.InputOffset()) - len(raw)
		}
		line += bytes.Count(data[counted:from], []byte("\n"))
		counted = from
		if err != nil {
			b.fault(line, "O JSON está partido; daqui em diante não foi lido.", "Corrija-o ou exporte-o de novo.")
			return
		}
		if b.full(line) {
			return
		}
		b.item(line, raw)
	}
	if _, err := d.Token(); err != nil && !errors.Is(err, io.EOF) {
		b.fault(0, "O JSON acaba a meio.", "Exporte-o de novo.")
	}
}

// list moves to the first booking; it has told what is wrong if there is none.
func (b *builder) list(d *json.Decoder) bool {
	t, err := d.Token()
	if err == nil && t == json.Delim('{') {
		for d.More() {
			key, err := d.Token()
			if err != nil {
				break
			}
			if name, _ := key.(string); name == "bookings" || plain(name) == "marcacoes" {
				t, err = d.Token()
				if err == nil && t == json.Delim('[') {
					return true
				}
				break
			}
			var skipped json.RawMessage
			if d.Decode(&skipped) != nil {
				break
			}
		}
	}
	if err == nil && t == json.Delim('[') {
		return true
	}
	b.fault(0, "O JSON não tem uma lista de marcações.", `Escreva {"bookings": [{"id": "…", "service": "…", "start": "2026-11-23T10:45"}]}.`)
	return false
}

func (b *builder) item(line int, raw []byte) {
	if len(raw) > MaxLine {
		b.fault(line, "A marcação tem texto demais.", "Deixe só os campos que são precisos.")
		return
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil || fields == nil {
		b.fault(line, "Isto não é uma marcação.", `Cada uma é um objeto: {"id": "…", "service": "…", "start": "…"}.`)
		return
	}
	rec := record{line: line}
	var seen [fieldCount]bool
	for name, value := range fields {
		f := fieldNames[plain(name)]
		if f == fieldNone {
			if shown := quote(name); !slices.Contains(b.sheet.Ignored, shown) {
				b.ignore(name)
			}
			continue
		}
		text, ok := scalar(value)
		if !ok || seen[f] {
			b.fault(line, "O campo "+quote(name)+" não serve.", "É um texto ou um número, uma vez só.")
			return
		}
		rec.text[f], seen[f] = text, true
	}
	b.add(rec)
}

// scalar is a JSON text or number as text; null is nothing.
func scalar(raw json.RawMessage) (string, bool) {
	var s *string
	if json.Unmarshal(raw, &s) == nil {
		if s == nil {
			return "", true
		}
		return *s, true
	}
	var n json.Number
	if json.Unmarshal(raw, &n) == nil {
		return n.String(), true
	}
	return "", false
}
