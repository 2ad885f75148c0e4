package setup

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"balcao/internal/branch"
	"balcao/internal/hours"
)

// Weekdays are the keys of the days of a week in paths such as supply/week/mon, Monday first.
var Weekdays = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

var weekdayWords = []string{"Segunda-feira", "Terça-feira", "Quarta-feira", "Quinta-feira", "Sexta-feira", "Sábado", "Domingo"}

// weekdayAt returns the weekday of a key.
func weekdayAt(key string) (time.Weekday, bool) {
	i := slices.Index(Weekdays, key)
	return time.Weekday((i + 1) % 7), i >= 0
}

// weekPath reads a path such as supply/services/cc/week/mon: it stands for one day of a list of patterns.
func weekPath(path string) (level string, day time.Weekday, is bool) {
	level, key, cut := cut3(path, "/week/")
	day, known := weekdayAt(key)
	return level, day, cut && known && (level == "supply" || strings.HasPrefix(level, "supply/"))
}

// hoursAt returns the patterns of a level: supply, supply/bodies/ID or supply/services/ID.
func hoursAt(b *branch.Branch, level string) *[]hours.Weekly {
	if level == "supply" {
		return &b.Supply.Hours
	}
	for i := range b.Supply.Bodies {
		if level == "supply/bodies/"+b.Supply.Bodies[i].Body {
			return &b.Supply.Bodies[i].Hours
		}
	}
	for i := range b.Supply.Services {
		if level == "supply/services/"+b.Supply.Services[i].Service {
			return &b.Supply.Services[i].Hours
		}
	}
	return nil
}

// exceptionsAt returns the dated exceptions of a level.
func exceptionsAt(b *branch.Branch, level string) *[]hours.Exception {
	if level == "supply" {
		return &b.Supply.Exceptions
	}
	for i := range b.Supply.Bodies {
		if level == "supply/bodies/"+b.Supply.Bodies[i].Body {
			return &b.Supply.Bodies[i].Exceptions
		}
	}
	for i := range b.Supply.Services {
		if level == "supply/services/"+b.Supply.Services[i].Service {
			return &b.Supply.Services[i].Exceptions
		}
	}
	return nil
}

// Exceptions returns the dates of a level's exceptions in order, each once.
func Exceptions(b *branch.Branch, level string) []hours.Date {
	list := exceptionsAt(b, level)
	if list == nil {
		return nil
	}
	var dates []hours.Date
	for _, e := range *list {
		if !slices.Contains(dates, e.Date) {
			dates = append(dates, e.Date)
		}
	}
	slices.SortFunc(dates, hours.Date.Compare)
	return dates
}

// HasWeek reports whether a level has weekly hours of its own.
func HasWeek(b *branch.Branch, level string) bool {
	list := hoursAt(b, level)
	return list != nil && len(*list) > 0
}

func dayOf(weekly []hours.Weekly, day time.Weekday) []hours.Span {
	var spans []hours.Span
	for _, w := range weekly {
		if w.Days.Has(day) {
			spans = append(spans, w.Spans...)
		}
	}
	return spans
}

// setDays gives some days of a level the same spans, and writes days with the same spans as one pattern.
func setDays(list *[]hours.Weekly, spans []hours.Span, days ...time.Weekday) {
	var fresh []hours.Weekly
	for i := range Weekdays {
		day := time.Weekday((i + 1) % 7)
		own := dayOf(*list, day)
		if slices.Contains(days, day) {
			own = spans
		}
		if len(own) == 0 {
			continue
		}
		same := slices.IndexFunc(fresh, func(w hours.Weekly) bool { return slices.Equal(w.Spans, own) })
		if same < 0 {
			same, fresh = len(fresh), append(fresh, hours.Weekly{Spans: slices.Clone(own)})
		}
		fresh[same].Days |= 1 << day
	}
	*list = fresh
}

// CopyMonday gives Tuesday to Friday of a level the hours of Monday.
func CopyMonday(b *branch.Branch, level string) error {
	list := hoursAt(b, level)
	if list == nil {
		return ErrNoField
	}
	setDays(list, dayOf(*list, time.Monday), time.Tuesday, time.Wednesday, time.Thursday, time.Friday)
	return nil
}

var (
	spanForm  = regexp.MustCompile(`(\d{1,2})(?:[:h.](\d{2})?)?\s*(?:-|–|—|às|ás|à|a|até)\s*(?:as|às)?\s*(\d{1,2})(?:[:h.](\d{2})?)?`)
	clockForm = regexp.MustCompile(`^(\d{1,2})(?:[:h.](\d{2})?)?$`)
	spanGlue  = regexp.MustCompile(`^(?:[\s,;/]|\b(?:e|das|da|de)\b)*$`)
)

// readSpans reads hours as people write them: «08:30-12:30, 14:00-19:30», «das 9h às 17h». Nothing is closed.
func readSpans(value string) ([]hours.Span, error) {
	plain := strings.ToLower(strings.TrimSpace(value))
	if plain == "" || plain == "fechado" || plain == "encerrado" {
		return nil, nil
	}
	wrong := fmt.Errorf("«%s» não se percebe: escreva como 08:30-12:30, 14:00-19:30", value)
	var spans []hours.Span
	for _, m := range spanForm.FindAllStringSubmatch(plain, -1) {
		from, ferr := readClock(m[1], m[2])
		to, terr := readClock(m[3], m[4])
		if errors.Join(ferr, terr) != nil {
			return nil, wrong
		}
		spans = append(spans, hours.Span{From: from, To: to})
	}
	if len(spans) == 0 || !spanGlue.MatchString(spanForm.ReplaceAllString(plain, " ")) {
		return nil, wrong
	}
	return spans, nil
}

func readClock(hour, minute string) (hours.Clock, error) {
	var c hours.Clock
	err := c.UnmarshalText(fmt.Appendf(nil, "%02s:%02s", hour, minute))
	return c, err
}

func spansText(spans []hours.Span) string {
	words := make([]string, len(spans))
	for i, s := range spans {
		words[i] = s.String()
	}
	return strings.Join(words, ", ")
}

var (
	spansType  = reflect.TypeFor[[]hours.Span]()
	municipal  = reflect.TypeFor[hours.Municipal]()
	clockType  = reflect.TypeFor[hours.Clock]()
	monthWords = []string{"janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro", "novembro", "dezembro"}
)

// assignHours reads a value into a field of hours as people write it; false if the field is none.
func assignHours(v reflect.Value, value string) (is bool, err error) {
	switch v.Type() {
	case spansType:
		spans, err := readSpans(value)
		if err == nil {
			v.Set(reflect.ValueOf(spans))
		}
		return true, err
	case clockType:
		if value == "" {
			v.SetZero()
			return true, nil
		}
		m := clockForm.FindStringSubmatch(strings.ToLower(value))
		if m == nil {
			return true, fmt.Errorf("«%s» não é uma hora: escreva como 20:00", value)
		}
		c, err := readClock(m[1], m[2])
		if err != nil {
			return true, fmt.Errorf("«%s» não é uma hora: escreva como 20:00", value)
		}
		v.Set(reflect.ValueOf(c))
		return true, nil
	case municipal:
		var m hours.Municipal
		if err := m.UnmarshalText([]byte(dayAndMonth(value))); err != nil {
			return true, fmt.Errorf("«%s» não é um dia do ano: escreva como 13/06, ou páscoa+39", value)
		}
		v.Set(reflect.ValueOf(m))
		return true, nil
	default:
		return false, nil
	}
}

var (
	dayMonth   = regexp.MustCompile(`^(\d{1,2})\s*/\s*(\d{1,2})$`)
	dayOfMonth = regexp.MustCompile(`^(\d{1,2})(?:\s+de)?\s+(\p{L}+)$`)
	monthDay   = regexp.MustCompile(`^(\d{2})-(\d{2})$`)
)

// dayAndMonth writes «13/06», «13 de junho» and «páscoa+39» as the description holds them: 06-13, easter+39.
func dayAndMonth(value string) string {
	plain := strings.ToLower(strings.TrimSpace(value))
	if m := dayMonth.FindStringSubmatch(plain); m != nil {
		return fmt.Sprintf("%02s-%02s", m[2], m[1])
	}
	if m := dayOfMonth.FindStringSubmatch(plain); m != nil {
		if i := slices.Index(monthWords, m[2]); i >= 0 {
			return fmt.Sprintf("%02d-%02s", i+1, m[1])
		}
	}
	plain = strings.NewReplacer("páscoa", "easter", "pascoa", "easter", " ", "").Replace(plain)
	return plain
}

// municipalText writes a municipal holiday as the form shows it: 13/06, páscoa+39.
func municipalText(held string) string {
	if m := monthDay.FindStringSubmatch(held); m != nil {
		return m[2] + "/" + m[1]
	}
	return strings.Replace(held, "easter", "páscoa", 1)
}

// readDate reads 24/12/2026 and 2026-12-24.
func readDate(text string) (hours.Date, error) {
	text = strings.TrimSpace(text)
	if t, err := time.Parse("2/1/2006", text); err == nil {
		return hours.DateOf(t), nil
	}
	d, err := hours.ParseDate(text)
	if err != nil {
		return d, fmt.Errorf("«%s» não é uma data: escreva como 24/12/2026", text)
	}
	return d, nil
}

// addException adds a closed date to a level's exceptions.
func addException(b *branch.Branch, level, name string) (string, error) {
	if strings.TrimSpace(name) == "" {
		return "", errors.New("escolha primeiro a data")
	}
	date, err := readDate(name)
	if err != nil {
		return "", err
	}
	ensureLine(b, level+"/exceptions")
	list := exceptionsAt(b, level)
	if list == nil {
		return "", ErrNoField
	}
	if slices.ContainsFunc(*list, func(e hours.Exception) bool { return e.Date == date }) {
		return "", errors.New("esse dia já está nas exceções")
	}
	*list = append(slices.Clip(*list), hours.Exception{Date: date})
	return date.String(), nil
}

// ensureLine makes the line that a path of own hours, limits or shares stands on, if what it is for exists.
func ensureLine(b *branch.Branch, path string) {
	if strings.HasPrefix(path, "slip/") {
		ownSlip(b)
	}
	parts := strings.Split(path, "/")
	if len(parts) < 4 {
		return
	}
	list, id := parts[0]+"/"+parts[1], parts[2]
	if Get(b, list+"/"+id+"/"+ownerKey[list]) != "" {
		return
	}
	switch {
	case list == "supply/bodies" && Get(b, "bodies/"+id+"/id") != "":
		b.Supply.Bodies = append(slices.Clip(b.Supply.Bodies), branch.BodySupply{Body: id})
	case list == "supply/services" && Get(b, "services/"+id+"/id") != "":
		b.Supply.Services = append(slices.Clip(b.Supply.Services), branch.ServiceSupply{Service: id})
	case list == "bookings/shares" && Get(b, "divisions/"+id+"/id") != "":
		b.Bookings.Shares = append(slices.Clip(b.Bookings.Shares), branch.Share{Division: id})
	}
}

// ownerKey are the lists whose lines are there only while they say something, with the key of their ids.
var ownerKey = map[string]string{"supply/bodies": "body", "supply/services": "service", "bookings/shares": "division"}

// dropBare takes away the lines that say nothing any more.
func dropBare(b *branch.Branch) {
	b.Supply.Bodies = slices.DeleteFunc(slices.Clone(b.Supply.Bodies), func(o branch.BodySupply) bool { return bareLine(reflect.ValueOf(o)) })
	b.Supply.Services = slices.DeleteFunc(slices.Clone(b.Supply.Services), func(o branch.ServiceSupply) bool { return bareLine(reflect.ValueOf(o)) })
	b.Bookings.Shares = slices.DeleteFunc(slices.Clone(b.Bookings.Shares), func(o branch.Share) bool { return bareLine(reflect.ValueOf(o)) })
}

// bareLine reports whether a line says nothing but whose it is.
func bareLine(v reflect.Value) bool {
	for i := range v.NumField() {
		f := v.Field(i)
		empty := f.IsZero() || (f.Kind() == reflect.Slice || f.Kind() == reflect.Map) && f.Len() == 0
		if !empty && !slices.Contains(identities, v.Type().Field(i).Name) {
			return false
		}
	}
	return true
}

// weekWords says a list of patterns in one line.
func weekWords(path string, weekly []hours.Weekly) string {
	if len(weekly) == 0 {
		switch {
		case path == "supply/hours":
			return "sempre aberto"
		case strings.HasPrefix(path, "supply/services/"):
			return "como a entidade"
		}
		return "como a loja"
	}
	var lines []string
	for _, line := range (hours.Schedule{Levels: []hours.Level{{Weekly: weekly}}}).Week() {
		lines = append(lines, line.In("pt"))
	}
	return strings.Join(lines, "; ")
}

// supplyLabel names the fields of hours and limits.
func supplyLabel(path string, parts []string) (string, bool) {
	last := parts[len(parts)-1]
	if _, _, is := weekPath(path); is {
		return weekdayWords[slices.Index(Weekdays, last)], true
	}
	if i := slices.Index(parts, "exceptions"); parts[0] == "supply" && i > 0 && len(parts) > i+1 {
		return "Exceção de " + dateWords(parts[i+1]) + map[string]string{"pt": ", motivo", "en": ", motivo em inglês"}[last], true
	}
	if len(parts) > 3 && (parts[0] == "supply" || parts[0] == "bookings") {
		if w, known := labels[strings.Join(append([]string{parts[0], parts[1], "*"}, parts[3:]...), "/")]; known {
			return w, true
		}
	}
	return "", false
}

// dateWords writes 2026-12-24 as 24/12/2026.
func dateWords(date string) string {
	d, err := hours.ParseDate(date)
	if err != nil {
		return "data em falta"
	}
	return fmt.Sprintf("%02d/%02d/%d", d.Day, d.Month, d.Year)
}

// sayHours says a value of hours in words; false if the field is none.
func sayHours(b *branch.Branch, path, value string) (string, bool) {
	level, _, week := weekPath(path)
	at := strings.LastIndex(path, "/exceptions/")
	dated := at >= 0 && !strings.Contains(path[at+len("/exceptions/"):], "/")
	switch {
	case week && value == "" && !HasWeek(b, level):
		return weekWords(level+"/hours", nil), true
	case week && value == "":
		return "fechado", true
	case strings.HasPrefix(path, "supply/") && strings.HasSuffix(path, "/spans") && value == "", dated && value == "novo" && Get(b, path+"/spans") == "":
		return "encerrado", true
	case dated && value == "novo":
		return Get(b, path+"/spans"), true
	case path == "supply/municipal_holiday":
		return municipalText(value), true
	}
	return "", false
}
