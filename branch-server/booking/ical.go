package booking

import (
	"bytes"
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// calendar reads the events of an iCalendar file (RFC 5545): UID, DTSTART with TZID, in UTC or local, DTEND or
// DURATION, CATEGORIES or else SUMMARY for the service, STATUS and METHOD:CANCEL. The code stands in X-BALCAO-CODE,
// the document number in X-BALCAO-DOCUMENT, the token of
// MultiPass in X-BALCAO-MULTIPASS. Repeated events are not bookings; alarms and time zones are passed over.
func (b *builder) calendar(data []byte) {
	var (
		e         *event
		inside    []string // components around the line, outermost first
		cancelled bool
	)
	for at, text := range unfold(data) {
		name, params, value := property(text)
		switch name {
		case "BEGIN":
			inside = append(inside, strings.ToUpper(value))
			if len(inside) == 2 && inside[1] == "VEVENT" {
				if b.full(at) {
					return
				}
				e = &event{line: at}
			}
			if len(inside) > 8 {
				b.fault(at, "O calendário está partido.", "Exporte-o de novo.")
				return
			}
			continue
		case "END":
			if len(inside) == 2 && e != nil {
				b.event(*e, cancelled)
				e = nil
			}
			if len(inside) > 0 {
				inside = inside[:len(inside)-1]
			}
			continue
		case "METHOD":
			cancelled = cancelled || len(inside) == 1 && strings.EqualFold(value, "CANCEL")
		}
		if e != nil && len(inside) == 2 {
			if e.size += len(text); e.size > MaxLine*4 {
				e.long = true
				continue
			}
			e.take(name, params, value)
		}
	}
	if e != nil {
		b.fault(e.line, "O ficheiro acaba a meio desta marcação.", "Exporte-o de novo.")
	}
}

// event is one VEVENT as text.
type event struct {
	line, size                 int
	long, repeats              bool
	id, category, summary      string
	start, zone, end, duration string
	status, code, document     string
	token                      string
}

func (e *event) take(name, params, value string) {
	switch name {
	case "UID":
		e.id = unescape(value)
	case "CATEGORIES":
		e.category, _, _ = strings.Cut(value, ",")
		e.category = unescape(e.category)
	case "SUMMARY":
		e.summary = unescape(value)
	case "DTSTART":
		e.start, e.zone = value, parameter(params, "TZID")
	case "DTEND":
		e.end = value
	case "DURATION":
		e.duration = value
	case "STATUS":
		e.status = value
	case "RRULE", "RDATE":
		e.repeats = true
	case "X-BALCAO-CODE":
		e.code = value
	case "X-BALCAO-DOCUMENT":
		e.document = value
	case "X-BALCAO-MULTIPASS":
		e.token = value
	}
}

func (b *builder) event(e event, cancelled bool) {
	switch {
	case e.long:
		b.fault(e.line, "A marcação tem texto demais.", "Tire a descrição e os anexos antes de exportar.")
		return
	case e.repeats:
		b.fault(e.line, "A marcação repete-se.", "Cada marcação é de uma vez só: exporte cada uma por si.")
		return
	}
	rec := record{line: e.line}
	rec.text[fieldID], rec.text[fieldCode], rec.text[fieldDocument] = e.id, e.code, e.document
	rec.text[fieldToken] = e.token
	if rec.text[fieldService] = e.category; e.category == "" {
		rec.text[fieldService] = e.summary
	}
	if rec.text[fieldState] = e.status; cancelled {
		rec.text[fieldState] = "CANCELLED"
	}
	var err error
	if e.start != "" {
		if rec.slot, err = b.when(e.start, e.zone); err != nil {
			b.fault(e.line, "A hora "+quote(e.start)+" "+quote(e.zone)+" não se entende.", "Exporte com hora UTC (20261123T104500Z) ou com um fuso como Europe/Lisbon.")
			return
		}
	}
	if length := b.lasts(e, rec.slot); length > 0 {
		rec.text[fieldLength] = strconv.Itoa(int(length / time.Minute))
	}
	b.add(rec)
}

const (
	stampLocal = "20060102T150405"
	stampUTC   = "20060102T150405Z"
)

func (b *builder) when(text, zone string) (time.Time, error) {
	if at, err := time.Parse(stampUTC, text); err == nil {
		return at, nil
	}
	wall, err := time.Parse(stampLocal, text)
	if err != nil {
		return time.Time{}, errMoment
	}
	in := b.r.Zone
	if zone != "" {
		if len(zone) > 64 {
			return time.Time{}, errMoment
		}
		if in, err = b.r.Zones(zone); err != nil {
			return time.Time{}, errors.Join(errMoment, err)
		}
	}
	return local(wall, in)
}

var lasting = regexp.MustCompile(`^P(?:(\d{1,2})D)?(?:T(?:(\d{1,3})H)?(?:(\d{1,4})M)?(?:\d{1,5}S)?)?$`)

func (b *builder) lasts(e event, start time.Time) time.Duration {
	if m := lasting.FindStringSubmatch(e.duration); m != nil {
		var d time.Duration
		for i, unit := range []time.Duration{24 * time.Hour, time.Hour, time.Minute} {
			n, _ := strconv.Atoi(m[i+1]) // empty is none of that unit
			d += time.Duration(n) * unit
		}
		return d
	}
	if e.end != "" && !start.IsZero() {
		if end, err := b.when(e.end, e.zone); err == nil {
			return end.Sub(start)
		}
	}
	return 0
}

// unfold yields the content lines with the line on which each begins: a line that starts with a blank goes on the one
// before (RFC 5545 §3.1). Lines in neither UTF-8 nor Windows-1252 are left out.
func unfold(data []byte) func(yield func(int, string) bool) {
	return func(yield func(int, string) bool) {
		var whole []byte
		line, began := 0, 1
		give := func() bool {
			text, err := decode(whole)
			if err != nil || len(whole) == 0 {
				return true
			}
			return yield(began, text)
		}
		for raw := range bytes.Lines(data) {
			line++
			raw = bytes.TrimRight(raw, "\r\n")
			if len(raw) > 0 && (raw[0] == ' ' || raw[0] == '\t') {
				if len(whole) <= MaxLine*4 {
					whole = append(whole, raw[1:]...)
				}
				continue
			}
			if !give() {
				return
			}
			whole, began = append(whole[:0], raw[:min(len(raw), MaxLine*4+1)]...), line
		}
		give()
	}
}

// property cuts a content line into its name, its parameters and its value; a colon in quotes is part of a parameter.
func property(line string) (name, params, value string) {
	inQuotes := false
	for i := range len(line) {
		switch {
		case line[i] == '"':
			inQuotes = !inQuotes
		case line[i] == ':' && !inQuotes:
			head := line[:i]
			name, params, _ = strings.Cut(head, ";")
			return strings.ToUpper(strings.TrimSpace(name)), params, strings.TrimSpace(line[i+1:])
		}
	}
	return "", "", ""
}

func parameter(params, name string) string {
	for p := range strings.SplitSeq(params, ";") {
		if key, value, ok := strings.Cut(p, "="); ok && strings.EqualFold(key, name) {
			return strings.Trim(value, `"`)
		}
	}
	return ""
}

var escaped = strings.NewReplacer(`\n`, " ", `\N`, " ", `\,`, ",", `\;`, ";", `\\`, `\`)

func unescape(s string) string { return escaped.Replace(s) }
