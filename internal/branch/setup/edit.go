package setup

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"balcao/internal/branch"
	"balcao/internal/wire"
)

// SkillKind says how a counter serves a service.
type SkillKind string

// How a counter serves a service.
const (
	SkillNone SkillKind = ""     // not
	SkillOwn  SkillKind = "own"  // always: first
	SkillHelp SkillKind = "help" // when it has waited the time of the rule
)

// skillPath reads a path such as counters/3/skill/cc-pedido: it stands for a place in two lists.
func skillPath(path string) (counter, service string, is bool) {
	rest, ok := strings.CutPrefix(path, "counters/")
	if !ok {
		return "", "", false
	}
	return cut3(rest, "/skill/")
}

func cut3(s, sep string) (before, after string, found bool) {
	before, after, found = strings.Cut(s, sep)
	return before, after, found && before != "" && after != ""
}

// Skill returns how a counter serves a service.
func Skill(b *branch.Branch, counter, service string) SkillKind {
	for _, k := range b.Counters {
		switch {
		case k.ID != counter:
		case slices.Contains(k.Primary, service):
			return SkillOwn
		case slices.Contains(k.Secondary, service):
			return SkillHelp
		}
	}
	return SkillNone
}

// SetSkill says how a counter serves a service.
func SetSkill(b *branch.Branch, counter, service string, kind SkillKind) error {
	i := slices.IndexFunc(b.Counters, func(k branch.Counter) bool { return k.ID == counter })
	if i < 0 {
		return ErrNoField
	}
	if kind != SkillNone && kind != SkillOwn && kind != SkillHelp {
		return fmt.Errorf("«%s» não é uma forma de atender", kind)
	}
	if Skill(b, counter, service) == kind {
		return nil
	}
	k := &b.Counters[i]
	k.Primary, k.Secondary = without(k.Primary, service), without(k.Secondary, service)
	switch kind {
	case SkillOwn:
		k.Primary = append(k.Primary, service)
	case SkillHelp:
		k.Secondary = append(k.Secondary, service)
	case SkillNone, SkillMixed:
	}
	return nil
}

// SkillMixed says that a counter serves the services of a division in several ways.
const SkillMixed SkillKind = "mixed"

// divisionPath reads a path such as counters/3/division/cc: it stands for the skills of all services of a division.
func divisionPath(path string) (counter, division string, is bool) {
	rest, ok := strings.CutPrefix(path, "counters/")
	if !ok {
		return "", "", false
	}
	return cut3(rest, "/division/")
}

func divisionSkill(b *branch.Branch, counter, division string) SkillKind {
	var kind SkillKind
	first := true
	for _, s := range b.Services {
		if s.Division != division {
			continue
		}
		own := Skill(b, counter, s.ID)
		if !first && own != kind {
			return SkillMixed
		}
		kind, first = own, false
	}
	return kind
}

func setDivisionSkill(b *branch.Branch, counter, division string, kind SkillKind) error {
	if kind == SkillMixed {
		return nil
	}
	for _, s := range b.Services {
		if s.Division == division {
			if err := SetSkill(b, counter, s.ID, kind); err != nil {
				return err
			}
		}
	}
	return nil
}

// without returns a list of its own that lacks a word.
func without(list []string, word string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return s == word })
}

// ErrNoName means that something new was to be added without saying what it is called.
var ErrNoName = errors.New("escreva primeiro o nome")

// Add adds a line to one of the lists and returns its id, made of its name: bodies, divisions (the name is the letter,
// under a body), services (under a division), counters, callboards, policy/bodies (under is the body), lists of classes, and
// exceptions to hours (the name is the date).
func Add(b *branch.Branch, list, name, under string) (string, error) {
	name = strings.TrimSpace(name)
	if level, is := strings.CutSuffix(list, "/exceptions"); is {
		return addException(b, level, name)
	}
	if list == "slip/parts" {
		return AddPart(b, under)
	}
	if name == "" && list != "policy/bodies" {
		return "", ErrNoName
	}
	switch list {
	case "bodies":
		id := fresh(name, func(id string) bool { return Get(b, "bodies/"+id+"/id") != "" })
		b.Bodies = append(b.Bodies, branch.Body{ID: id, Short: name, Name: wire.Text{"pt": name}})
		return id, nil
	case "divisions":
		letter := strings.ToUpper(name)
		id := fresh(under+"-"+letter, func(id string) bool { return Get(b, "divisions/"+id+"/id") != "" })
		b.Divisions = append(b.Divisions, branch.Division{ID: id, Body: under, Prefix: letter})
		return id, nil
	case "services":
		id := fresh(name, func(id string) bool { return Get(b, "services/"+id+"/id") != "" })
		b.Services = append(b.Services, branch.Service{ID: id, Division: under, Name: wire.Text{"pt": name}})
		return id, nil
	case "counters":
		n := len(b.Counters) + 1
		for Get(b, "counters/"+strconv.Itoa(n)+"/id") != "" {
			n++
		}
		b.Counters = append(b.Counters, branch.Counter{ID: strconv.Itoa(n), Label: name})
		return strconv.Itoa(n), nil
	case "callboards":
		id := fresh(name, func(id string) bool { return Get(b, "callboards/"+id+"/id") != "" })
		b.Callboards = append(b.Callboards, branch.Callboard{ID: id, Name: name})
		return id, nil
	case "policy/bodies":
		if slices.ContainsFunc(b.Policy.Bodies, func(c branch.BodyCalling) bool { return c.Body == under }) {
			return "", errors.New("esta entidade já tem regra própria")
		}
		b.Policy.Bodies = append(b.Policy.Bodies, branch.BodyCalling{Body: under})
		return under, nil
	}
	return addClass(b, list, name)
}

// addClass adds a class to policy/classes or policy/bodies/ID/classes; a list that was empty begins with the usual
// ones, because it takes their place.
func addClass(b *branch.Branch, list, name string) (string, error) {
	classes := classesAt(b, list)
	if classes == nil {
		return "", ErrNoField
	}
	if len(*classes) == 0 {
		*classes = branch.UsualClasses()
	}
	id := fresh(name, func(id string) bool {
		return slices.ContainsFunc(*classes, func(c branch.Class) bool { return c.ID == id })
	})
	*classes = append(slices.Clip(*classes), branch.Class{ID: id, Tier: 1, Text: wire.Text{"pt": name}})
	return id, nil
}

// classesAt returns the list of classes of the branch or of a body with a rule of its own.
func classesAt(b *branch.Branch, list string) *[]branch.Class {
	if list == "policy/classes" {
		return &b.Policy.Classes
	}
	body, ok := strings.CutPrefix(list, "policy/bodies/")
	body, is := strings.CutSuffix(body, "/classes")
	for i := range b.Policy.Bodies {
		if ok && is && b.Policy.Bodies[i].Body == body {
			return &b.Policy.Bodies[i].Classes
		}
	}
	return nil
}

// TaxAuthority gives a body the classes of the list «Prioridades no atendimento» of the Portal das Finanças: those it
// summoned beside priority by law, then lawyers, solicitors, enforcement agents and chartered accountants, all by
// order of arrival (queueing facts, section 1).
func TaxAuthority(b *branch.Branch, body string) {
	const basis = "at-prioridades"
	classes := append(branch.UsualClasses()[:1:1],
		branch.Class{ID: "notificado", Basis: basis, Text: wire.Text{"pt": "Notificados pela Autoridade Tributária", "en": "Summoned by the Tax Authority"}},
		branch.Class{ID: "mandatario", Tier: 1, Basis: basis, Text: wire.Text{"pt": "Advogados, solicitadores e agentes de execução", "en": "Lawyers, solicitors and enforcement agents"}},
		branch.Class{ID: "contabilista", Tier: 1, Basis: basis, Text: wire.Text{"pt": "Contabilistas certificados", "en": "Chartered accountants"}})
	classes = append(classes, branch.UsualClasses()[1:]...)
	for i := range b.Policy.Bodies {
		if b.Policy.Bodies[i].Body == body {
			b.Policy.Bodies[i].Classes = classes
			return
		}
	}
	b.Policy.Bodies = append(b.Policy.Bodies, branch.BodyCalling{Body: body, Calling: branch.Calling{Classes: classes}})
}

// Remove takes a line out of its list, and with it what cannot stand without it: a body takes its hours, a
// division its services, a service its skills, hours and names in files of bookings.
func Remove(b *branch.Branch, path string) error {
	cut := strings.LastIndex(path, "/")
	if cut < 0 {
		return ErrNoField
	}
	if strings.HasPrefix(path, "slip/") {
		ownSlip(b)
	}
	list, id := reflect.ValueOf(b).Elem(), path[cut+1:]
	for part := range strings.SplitSeq(path[:cut], "/") {
		next, ok := step(list, part)
		if !ok {
			return ErrNoField
		}
		list = next
	}
	if list.Kind() != reflect.Slice || !list.CanSet() {
		return ErrNoField
	}
	kept := reflect.MakeSlice(list.Type(), 0, list.Len())
	for i := range list.Len() {
		if own, has := identity(list.Index(i)); !has || own != id {
			kept = reflect.Append(kept, list.Index(i))
		}
	}
	if kept.Len() == list.Len() {
		return ErrNoField
	}
	list.Set(kept)
	defer dropBare(b)
	if strings.HasSuffix(path[:cut], "/classes") {
		dropClass(b, path[:cut], id)
	}
	switch path[:cut] {
	case "bodies":
		b.Supply.Bodies = slices.DeleteFunc(slices.Clone(b.Supply.Bodies), func(o branch.BodySupply) bool { return o.Body == id })
	case "services":
		dropService(b, id)
	case "divisions":
		for _, s := range slices.Clone(b.Services) {
			if s.Division == id {
				if err := Remove(b, "services/"+s.ID); err != nil {
					return err
				}
			}
		}
		b.Bookings.Shares = slices.DeleteFunc(slices.Clone(b.Bookings.Shares), func(s branch.Share) bool { return s.Division == id })
	}
	return nil
}

func dropService(b *branch.Branch, id string) {
	for i := range b.Counters {
		b.Counters[i].Primary, b.Counters[i].Secondary = without(b.Counters[i].Primary, id), without(b.Counters[i].Secondary, id)
	}
	b.Supply.Services = slices.DeleteFunc(slices.Clone(b.Supply.Services), func(s branch.ServiceSupply) bool { return s.Service == id })
	names := map[string]string{}
	for name, service := range b.Bookings.Names {
		if service != id {
			names[name] = service
		}
	}
	if len(names) < len(b.Bookings.Names) {
		b.Bookings.Names = names
	}
}

// fresh makes an id of a name that is not taken yet: lower case letters without accents, digits and dashes.
func fresh(name string, taken func(string) bool) string {
	var id strings.Builder
	for _, r := range strings.ToLower(name) {
		switch i := strings.IndexRune(accented, r); {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			id.WriteRune(r)
		case i >= 0:
			id.WriteByte(unaccented[len([]rune(accented[:i]))])
		case unicode.IsSpace(r), r == '-', r == '·':
			if s := id.String(); s != "" && !strings.HasSuffix(s, "-") {
				id.WriteByte('-')
			}
		}
	}
	base := strings.Trim(id.String(), "-")
	if len(base) > 16 {
		base = strings.Trim(base[:16], "-")
	}
	if base == "" {
		base = "novo"
	}
	for n := 1; ; n++ {
		one := base
		if n > 1 {
			one = base[:min(len(base), 13)] + "-" + strconv.Itoa(n)
		}
		if !taken(one) {
			return one
		}
	}
}

const (
	accented   = "áàâãéêíóôõúç"
	unaccented = "aaaaeeiooouc"
)
