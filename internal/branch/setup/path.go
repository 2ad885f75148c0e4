package setup

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"balcao/internal/branch"
	"balcao/internal/config"
	"balcao/internal/hours"
)

// ErrNoField means that a path leads nowhere: the line it stood on is gone, or never was.
var ErrNoField = errors.New("este campo já não existe no rascunho")

// identities are the fields that tell the lines of a list apart, the first that a line has.
var identities = []string{"ID", "Body", "Service", "Division"}

// identity returns what tells a line of a list apart from the others.
func identity(v reflect.Value) (string, bool) {
	if v.Kind() != reflect.Struct {
		return "", false
	}
	if date := v.FieldByName("Date"); date.IsValid() && v.Type() == exceptionType {
		return fmt.Sprint(date.Interface()), true
	}
	for _, name := range identities {
		if f, has := v.Type().FieldByName(name); has && f.Type.Kind() == reflect.String {
			return v.FieldByIndex(f.Index).String(), true
		}
	}
	return "", false
}

var exceptionType = reflect.TypeFor[hours.Exception]()

// fields returns the fields of a struct by their keys, in order.
func fields(v reflect.Value) (keys []string, values []reflect.Value) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		key, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case key == "-" || !f.IsExported():
		case f.Anonymous && key == "" && f.Type.Kind() == reflect.Struct:
			k, vs := fields(v.Field(i))
			keys, values = append(keys, k...), append(values, vs...)
		default:
			if key == "" {
				key = strings.ToLower(f.Name)
			}
			keys, values = append(keys, key), append(values, v.Field(i))
		}
	}
	return keys, values
}

// Get returns the value of a field as people write it; empty if it is not set or not there.
func Get(b *branch.Branch, path string) string {
	if counter, service, is := skillPath(path); is {
		return string(Skill(b, counter, service))
	}
	if counter, division, is := divisionPath(path); is {
		return string(divisionSkill(b, counter, division))
	}
	if board, kind, value, is := boardPath(path); is {
		return getBoard(b, board, kind, value)
	}
	if level, day, is := weekPath(path); is {
		if list := hoursAt(b, level); list != nil {
			return spansText(dayOf(*list, day))
		}
		return ""
	}
	v := reflect.ValueOf(b).Elem()
	key := ""
	for part := range strings.SplitSeq(path, "/") {
		key = part
		var ok bool
		if v, ok = step(v, part); !ok {
			return ""
		}
	}
	return text(v, key)
}

// step goes one part of a path down.
func step(v reflect.Value, part string) (reflect.Value, bool) {
	switch v.Kind() {
	case reflect.Struct:
		keys, values := fields(v)
		if i := slices.Index(keys, part); i >= 0 {
			return values[i], true
		}
	case reflect.Slice:
		for i := range v.Len() {
			if id, has := identity(v.Index(i)); has && id == part {
				return v.Index(i), true
			}
		}
	case reflect.Map:
		if e := v.MapIndex(reflect.ValueOf(part).Convert(v.Type().Key())); e.IsValid() {
			return e, true
		}
	default:
	}
	return reflect.Value{}, false
}

// Set gives a field a value as people write it. The error is a sentence for them; then nothing has changed.
func Set(b *branch.Branch, path, value string) error {
	value = strings.TrimSpace(value)
	if counter, service, is := skillPath(path); is {
		return SetSkill(b, counter, service, SkillKind(value))
	}
	if counter, division, is := divisionPath(path); is {
		return setDivisionSkill(b, counter, division, SkillKind(value))
	}
	if board, kind, one, is := boardPath(path); is {
		return setBoard(b, board, kind, one, value == "true" || value == "on")
	}
	ensureLine(b, path)
	defer dropBare(b)
	if level, day, is := weekPath(path); is {
		list := hoursAt(b, level)
		if list == nil {
			return ErrNoField
		}
		spans, err := readSpans(value)
		if err == nil {
			setDays(list, spans, day)
		}
		return err
	}
	parts := strings.Split(path, "/")
	v := reflect.ValueOf(b).Elem()
	for i, part := range parts {
		if v.Kind() == reflect.Map && i == len(parts)-1 {
			return setEntry(v, part, value)
		}
		next, ok := step(v, part)
		if !ok {
			return ErrNoField
		}
		v = next
	}
	return assign(v, parts[len(parts)-1], value)
}

// setEntry writes one text of a map; an empty one is taken out.
func setEntry(m reflect.Value, key, value string) error {
	if m.Type().Elem().Kind() != reflect.String {
		return ErrNoField
	}
	k := reflect.ValueOf(key).Convert(m.Type().Key())
	if value == "" {
		if !m.IsNil() {
			m.SetMapIndex(k, reflect.Value{})
			if m.Len() == 0 {
				m.SetZero()
			}
		}
		return nil
	}
	fresh := reflect.MakeMap(m.Type()) // the old one may be shared with another description
	for _, old := range m.MapKeys() {
		fresh.SetMapIndex(old, m.MapIndex(old))
	}
	fresh.SetMapIndex(k, reflect.ValueOf(value).Convert(m.Type().Elem()))
	m.Set(fresh)
	return nil
}

var durationType = reflect.TypeFor[time.Duration]()

// assign reads a value into a field of any kind that a page shows.
func assign(v reflect.Value, key, value string) error {
	if v.Kind() == reflect.Pointer {
		if value == "" {
			v.SetZero()
			return nil
		}
		fresh := reflect.New(v.Type().Elem())
		if err := assign(fresh.Elem(), key, value); err != nil {
			return err
		}
		v.Set(fresh)
		return nil
	}
	if v.Type() == durationType {
		d, err := readDuration(key, value)
		if err != nil {
			return err
		}
		v.SetInt(int64(d))
		return nil
	}
	if is, err := assignHours(v, value); is {
		return err
	}
	if u, is := reflect.TypeAssert[encoding.TextUnmarshaler](v.Addr()); is {
		if value == "" {
			v.SetZero()
			return nil
		}
		if err := u.UnmarshalText([]byte(value)); err != nil {
			return fmt.Errorf("«%s» não se percebe", value)
		}
		return nil
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(value)
	case reflect.Bool:
		v.SetBool(value == "on" || value == "true")
	case reflect.Int:
		if value == "" {
			v.SetInt(0)
			return nil
		}
		n, err := strconv.Atoi(strings.ReplaceAll(value, " ", ""))
		if err != nil || n > 1_000_000 || n < -1_000_000 {
			return fmt.Errorf("«%s» não é um número inteiro", value)
		}
		v.SetInt(int64(n))
	case reflect.Slice:
		return assignList(v, value)
	default:
		return ErrNoField
	}
	return nil
}

// assignList reads words apart by commas or spaces.
func assignList(v reflect.Value, value string) error {
	words := strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' || r == ';' })
	fresh := reflect.MakeSlice(v.Type(), len(words), len(words))
	for i, w := range words {
		if err := assign(fresh.Index(i), "", w); err != nil {
			return err
		}
	}
	if len(words) == 0 {
		v.SetZero()
		return nil
	}
	v.Set(fresh)
	return nil
}

// inSeconds are the fields whose plain numbers are seconds; those of all others are minutes.
var inSeconds = []string{"silence", "reprint", "recall_pause", "takeover"}

// Unit returns what a plain number means in a field of time: s or min.
func Unit(key string) string {
	if slices.Contains(inSeconds, key[strings.LastIndex(key, "/")+1:]) {
		return "s"
	}
	return "min"
}

func readDuration(key, value string) (time.Duration, error) {
	if value == "" {
		return 0, nil
	}
	unit := time.Minute
	if Unit(key) == "s" {
		unit = time.Second
	}
	if n, err := strconv.Atoi(value); err == nil && n > -10_000 && n < 10_000 {
		return time.Duration(n) * unit, nil
	}
	d, err := time.ParseDuration(strings.ReplaceAll(strings.ReplaceAll(value, " ", ""), "min", "m"))
	if err != nil {
		return 0, fmt.Errorf("«%s» não é um tempo: escreva só o número", value)
	}
	return d, nil
}

// text returns a value as people write it.
func text(v reflect.Value, key string) string {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return ""
		}
		return plain(v.Elem(), key, true)
	}
	return plain(v, key, false)
}

// plain writes a value; a zero is written only where it means something of its own.
func plain(v reflect.Value, key string, zero bool) string {
	if v.IsZero() && !zero {
		return ""
	}
	if v.Type() == durationType {
		d, unit := time.Duration(v.Int()), time.Minute
		if Unit(key) == "s" {
			unit = time.Second
		}
		if d%unit == 0 {
			return strconv.FormatInt(int64(d/unit), 10)
		}
		return config.Brief(d)
	}
	if spans, is := reflect.TypeAssert[[]hours.Span](v); is {
		return spansText(spans)
	}
	if m, is := reflect.TypeAssert[hours.Municipal](v); is {
		held, _ := m.MarshalText()
		return municipalText(string(held))
	}
	if m, is := reflect.TypeAssert[encoding.TextMarshaler](v); is {
		if b, err := m.MarshalText(); err == nil {
			return string(b)
		}
	}
	switch v.Kind() {
	case reflect.String:
		return v.String()
	case reflect.Bool:
		return strconv.FormatBool(v.Bool())
	case reflect.Int:
		return strconv.FormatInt(v.Int(), 10)
	case reflect.Slice:
		words := make([]string, v.Len())
		for i := range v.Len() {
			words[i] = plain(v.Index(i), "", true)
		}
		return strings.Join(words, " ")
	default:
		return ""
	}
}

// pathOf turns the key of a fault, such as divisions[2].quota, into a path of ids. It stops where no id can be named.
func pathOf(b *branch.Branch, key string) string {
	v := reflect.ValueOf(b).Elem()
	var path []string
	for part := range strings.SplitSeq(key, ".") {
		name, index, listed := strings.Cut(part, "[")
		next, ok := step(v, name)
		if !ok {
			return strings.Join(append(path, name), "/")
		}
		path, v = append(path, name), next
		if !listed {
			continue
		}
		i, err := strconv.Atoi(strings.TrimSuffix(index, "]"))
		if err != nil || v.Kind() != reflect.Slice || i < 0 || i >= v.Len() {
			return strings.Join(path, "/")
		}
		if w, is := reflect.TypeAssert[hours.Weekly](v.Index(i)); is && strings.Contains(key, ".spans[") && w.Days != 0 {
			day := slices.IndexFunc(Weekdays, func(k string) bool { d, _ := weekdayAt(k); return w.Days.Has(d) })
			return strings.Join(append(path[:len(path)-1], "week", Weekdays[day]), "/")
		}
		id, has := identity(v.Index(i))
		if !has {
			return strings.Join(path, "/")
		}
		if list := strings.Join(path, "/"); ownerKey[list] != "" && !owned(b, list, id) {
			return list
		}
		path, v = append(path, id), v.Index(i)
	}
	return strings.Join(path, "/")
}

// owned reports whether what a line of own hours, limits or shares is for exists.
func owned(b *branch.Branch, list, id string) bool {
	owners := map[string]string{"supply/bodies": "bodies", "supply/services": "services", "bookings/shares": "divisions"}
	return Get(b, owners[list]+"/"+id+"/id") != ""
}
