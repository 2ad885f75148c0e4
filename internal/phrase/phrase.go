// Package phrase puts values into sentences of many languages. A message is
// written as in ICU: {name} stands for a value, and {n, plural, one {…} other
// {…}} chooses among the forms that a language has for a number. What depends
// on a number is thus one string for a translator, not a rule in the program.
package phrase

import (
	"slices"
	"strconv"
	"strings"
)

// Write puts values into a message of a language. The values come in pairs of
// name and value. Inside a plural form # is the number itself. A name without
// a value stays as it is written, so that a slip of the pen is seen and not
// hidden.
func Write(lang, message string, pairs ...string) string {
	if !strings.Contains(message, "{") {
		return message
	}
	w := writer{lang: lang, values: map[string]string{}}
	for i := 0; i+1 < len(pairs); i += 2 {
		w.values[pairs[i]] = pairs[i+1]
	}
	w.write(message, "#")
	return w.b.String()
}

type writer struct {
	lang   string
	values map[string]string
	b      strings.Builder
}

// write takes a message apart; hash is what stands for # in it.
func (w *writer) write(message, hash string) {
	for message != "" {
		open := strings.IndexAny(message, "{#")
		if open < 0 {
			w.b.WriteString(message)
			return
		}
		w.b.WriteString(message[:open])
		if message[open] == '#' {
			w.b.WriteString(hash)
			message = message[open+1:]
			continue
		}
		inside, rest, ok := braced(message[open:])
		if !ok {
			w.b.WriteString(message[open:])
			return
		}
		w.put(inside)
		message = rest
	}
}

// put writes what one pair of braces stands for.
func (w *writer) put(inside string) {
	name, kind, forms := inside, "", ""
	if parts := strings.SplitN(inside, ",", 3); len(parts) == 3 {
		name, kind, forms = strings.TrimSpace(parts[0]), strings.TrimSpace(parts[1]), parts[2]
	}
	value, known := w.values[name]
	if !known || kind != "" && kind != "plural" {
		w.b.WriteString("{" + inside + "}")
		return
	}
	if kind == "" {
		w.b.WriteString(value)
		return
	}
	w.write(choose(w.lang, value, forms), value)
}

// choose is the form of a number: an exact one (=0) before that of its category.
func choose(lang, value, forms string) string {
	n, err := strconv.Atoi(value)
	if err != nil {
		n = -1
	}
	list := Forms(forms)
	if text, exact := list["="+value]; exact {
		return text
	}
	if text, has := list[string(Of(lang, n))]; has {
		return text
	}
	return list[string(Other)]
}

// Forms takes the forms of a plural apart: category or =number, and its text.
func Forms(forms string) map[string]string {
	list := map[string]string{}
	for {
		name, rest, found := strings.Cut(forms, "{")
		if !found {
			return list
		}
		text, after, ok := braced("{" + rest)
		if !ok {
			return list
		}
		list[strings.TrimSpace(name)] = text
		forms = after
	}
}

// braced cuts a text that begins with a brace behind the one that closes it.
func braced(s string) (inside, rest string, ok bool) {
	depth := 0
	for i, r := range s {
		switch r {
		case '{':
			depth++
		case '}':
			depth--
			if depth == 0 {
				return s[1:i], s[i+1:], true
			}
		}
	}
	return "", "", false
}

// Names lists what a message wants put in, each once, in the order they come.
func Names(message string) []string {
	var names []string
	for {
		_, rest, found := strings.Cut(message, "{")
		if !found {
			return names
		}
		inside, after, ok := braced("{" + rest)
		if !ok {
			return names
		}
		name, _, _ := strings.Cut(inside, ",")
		names = appendOnce(names, strings.TrimSpace(name))
		if _, forms, plural := strings.Cut(inside, "plural,"); plural {
			for _, text := range Forms(forms) {
				for _, n := range Names(text) {
					names = appendOnce(names, n)
				}
			}
		}
		message = after
	}
}

func appendOnce(list []string, one string) []string {
	if slices.Contains(list, one) {
		return list
	}
	return append(list, one)
}
