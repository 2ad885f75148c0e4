package config

import (
	"encoding"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Encode writes a value as a YAML document that Decode reads back as the same value, given that the defaults are zero:
// keys stand in the order of their fields, what is zero is left out, texts are always in quotes. It is the whole value
// and nothing else: comments of a file it was once read from are gone. It panics for kinds of values that no
// configuration has, such as channels. A map, such as [File.Value] returns, is written with its keys in order, zeros
// and all.
func Encode(from any) []byte {
	var b strings.Builder
	if v := reflect.ValueOf(from); v.Kind() == reflect.Map {
		encodeMap(&b, v, 0)
	} else {
		encodeStruct(&b, v, 0)
	}
	return []byte(b.String())
}

var (
	durationType = reflect.TypeFor[time.Duration]()
	textMaker    = reflect.TypeFor[encoding.TextMarshaler]()
)

// encodeStruct writes the keys of a struct, each at the start of a line; it reports whether it wrote any.
func encodeStruct(b *strings.Builder, v reflect.Value, depth int) bool {
	v = reflect.Indirect(v)
	wrote := false
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if !f.IsExported() || name == "-" {
			continue
		}
		if f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct {
			wrote = encodeStruct(b, v.Field(i), depth) || wrote
			continue
		}
		if v.Field(i).IsZero() {
			continue
		}
		if name == "" {
			name = strings.ToLower(f.Name)
		}
		b.WriteString(strings.Repeat("  ", depth) + name + ":")
		encodeValue(b, v.Field(i), depth)
		wrote = true
	}
	return wrote
}

// encodeValue writes what stands after a key or a dash, the end of the line included.
func encodeValue(b *strings.Builder, v reflect.Value, depth int) {
	v = bare(v)
	if text, is := scalar(v); is {
		b.WriteString(" " + text + "\n")
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		encodeValue(b, v.Elem(), depth)
	case reflect.Struct:
		var inner strings.Builder
		if !encodeStruct(&inner, v, depth+1) {
			b.WriteString(" {}\n")
			return
		}
		b.WriteString("\n" + inner.String())
	case reflect.Map:
		if v.Len() == 0 {
			b.WriteString(" {}\n")
			return
		}
		b.WriteString("\n")
		encodeMap(b, v, depth+1)
	case reflect.Slice, reflect.Array:
		encodeList(b, v, depth)
	default:
		panic(fmt.Sprintf("config: a %s cannot be written", v.Type()))
	}
}

// encodeMap writes the keys of a map in their order, each at the start of a line; it reports whether it wrote any.
func encodeMap(b *strings.Builder, v reflect.Value, depth int) bool {
	keys := map[string]reflect.Value{}
	for _, k := range v.MapKeys() {
		keys[k.String()] = k
	}
	for _, k := range slices.Sorted(maps.Keys(keys)) {
		b.WriteString(strings.Repeat("  ", depth) + strconv.Quote(k) + ":")
		encodeValue(b, v.MapIndex(keys[k]), depth)
	}
	return len(keys) > 0
}

// encodeList writes plain values in one line, others with a dash each.
func encodeList(b *strings.Builder, v reflect.Value, depth int) {
	var plain []string
	for i := range v.Len() {
		if text, is := scalar(bare(v.Index(i))); is {
			plain = append(plain, text)
		}
	}
	if len(plain) == v.Len() {
		b.WriteString(" [" + strings.Join(plain, ", ") + "]\n")
		return
	}
	b.WriteString("\n")
	for i := range v.Len() {
		var inner strings.Builder
		item := reflect.Indirect(bare(v.Index(i)))
		b.WriteString(strings.Repeat("  ", depth+1) + "-")
		wrote := false
		switch item.Kind() {
		case reflect.Struct:
			wrote = encodeStruct(&inner, item, depth+2)
		case reflect.Map:
			wrote = encodeMap(&inner, item, depth+2)
		default:
			panic(fmt.Sprintf("config: a list of %s cannot be written", item.Kind()))
		}
		if !wrote {
			b.WriteString(" {}\n")
			continue
		}
		b.WriteString(" " + strings.TrimLeft(inner.String(), " "))
	}
}

// bare takes a value out of the interface it is held in.
func bare(v reflect.Value) reflect.Value {
	if v.Kind() == reflect.Interface {
		return v.Elem()
	}
	return v
}

// scalar returns a value that stands in one word, if it is one.
func scalar(v reflect.Value) (string, bool) {
	if v.Type() == durationType {
		return Brief(time.Duration(v.Int())), true
	}
	if v.Kind() != reflect.Pointer && v.Type().Implements(textMaker) {
		if m, is := reflect.TypeAssert[encoding.TextMarshaler](v); is {
			if text, err := m.MarshalText(); err == nil {
				return quoted(string(text)), true
			}
		}
	}
	switch v.Kind() {
	case reflect.String:
		return quoted(v.String()), true
	case reflect.Bool:
		return strconv.FormatBool(v.Bool()), true
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.FormatInt(v.Int(), 10), true
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return strconv.FormatUint(v.Uint(), 10), true
	case reflect.Float32, reflect.Float64:
		return strconv.FormatFloat(v.Float(), 'f', -1, 64), true
	default:
		return "", false
	}
}

// quoted writes a text in double quotes, with the escapes that YAML shares with Go.
func quoted(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteRune('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		case r < ' ' || r == 0x7f || r == 0x85 || r == 0x2028 || r == 0x2029 || r == 0xfeff:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// Brief writes a duration without its zero parts, as people do in files: 45m, 1h30m, 20s.
func Brief(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
