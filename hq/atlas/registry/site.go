// Package registry is what headquarters knows of a branch before it says anything itself: where it is, what it is, and
// how far its delivery has come. Files of it are read line by line: a bad line is named and the others count.
package registry

import (
	"errors"
	"slices"
	"strings"
	"time"

	"balcao/hq/atlas"
	"balcao/internal/wire"
)

// Kind is what a branch is.
type Kind string

// The kinds there are; empty for one that nothing tells.
const (
	Loja      Kind = "loja"
	Espaco    Kind = "espaco"
	Consulate Kind = "consulado"
)

// Kinds lists the kinds.
func Kinds() []Kind { return []Kind{Loja, Espaco, Consulate} }

// Delivery is how far a new branch of the plan is. Empty is one that is not part of it.
type Delivery string

// The steps of a delivery, in their order.
const (
	Planned   Delivery = "planned"
	Signed    Delivery = "signed" // the protocol with the municipality
	Installed Delivery = "installed"
	Opened    Delivery = "open"
)

// Steps lists the steps of a delivery, in their order.
func Steps() []Delivery { return []Delivery{Planned, Signed, Installed, Opened} }

// Site is one branch of the registry. Dates are YYYY-MM-DD, empty where nobody knows.
type Site struct {
	ID           wire.NodeID
	Name         string
	Kind         Kind
	Address      string
	Municipality string
	District     string // of atlas.Districts; empty for a consulate
	Position     atlas.Position
	Zone         string   // of the tz database; empty is that of headquarters
	Opens        string   // when the plan says that it opens
	Opened       string   // when it did
	Delivery     Delivery // empty for a branch that is not part of the plan
	Blocked      string   // why it does not go on; empty where it does
	Waits        string   // for whom it waits, such as município
}

// Faults of a site.
var (
	ErrID       = errors.New("o código não é o de um local, como L017")
	ErrName     = errors.New("falta o nome, ou passa de 80 letras")
	ErrKind     = errors.New("o tipo não é loja, espaco nem consulado")
	ErrDistrict = errors.New("o distrito não existe")
	ErrPosition = errors.New("as coordenadas não são de um sítio na Terra")
	ErrAbroad   = errors.New("as coordenadas não são em Portugal; troque latitude e longitude, ou diga que é um consulado")
	ErrZone     = errors.New("o fuso horário não existe")
	ErrDate     = errors.New("a data não se lê; escreva-a como 2027-03-01")
	ErrDelivery = errors.New("a entrega não é planned, signed, installed nem open")
	ErrLong     = errors.New("um texto passa de 120 letras")
)

const (
	longestName = 80
	longestText = 120
)

// Fault says what is wrong with a site; nil if nothing is. Zoned says whether there is a time zone of a name.
func (s Site) Fault(zoned func(name string) bool) error {
	id, err := wire.ParseNodeID(string(s.ID))
	if err != nil || id != id.Branch() {
		return ErrID
	}
	if s.Name == "" || len([]rune(s.Name)) > longestName {
		return ErrName
	}
	for _, text := range []string{s.Address, s.Municipality, s.Blocked, s.Waits} {
		if len([]rune(text)) > longestText {
			return ErrLong
		}
	}
	if !slices.Contains(Kinds(), s.Kind) {
		return ErrKind
	}
	if s.District != "" && !slices.Contains(atlas.Districts(), s.District) {
		return ErrDistrict
	}
	if s.Zone != "" && !zoned(s.Zone) {
		return ErrZone
	}
	for _, date := range []string{s.Opens, s.Opened} {
		if _, err := time.Parse(time.DateOnly, date); date != "" && err != nil {
			return ErrDate
		}
	}
	if s.Delivery != "" && !slices.Contains(Steps(), s.Delivery) {
		return ErrDelivery
	}
	return s.place()
}

// place says what is wrong with the position. Portugal lies between Corvo and Miranda, the Selvagens and Melgaço.
func (s Site) place() error {
	switch p := s.Position; {
	case p == (atlas.Position{}):
		return nil
	case !p.Valid():
		return ErrPosition
	case s.Kind != Consulate && (p.Lat < 29.9 || p.Lat > 42.3 || p.Lon < -31.4 || p.Lon > -6.1):
		return ErrAbroad
	}
	return nil
}

// Late says by how many days a site of the plan is late on a date; 0 if it is not.
func (s Site) Late(today time.Time) int {
	opens, err := time.Parse(time.DateOnly, s.Opens)
	if err != nil || s.Delivery == "" || s.Delivery == Opened {
		return 0
	}
	date := time.Date(today.Year(), today.Month(), today.Day(), 0, 0, 0, 0, time.UTC)
	return max(0, int(date.Sub(opens).Hours()/24))
}

// Difference says in words what changes from one site to another; empty if nothing does.
func Difference(was, now Site) string {
	var all []string
	say := func(what, before, after string) {
		if before != after {
			if before == "" {
				before = "—"
			}
			if after == "" {
				after = "—"
			}
			all = append(all, what+": "+before+" → "+after)
		}
	}
	say("nome", was.Name, now.Name)
	say("tipo", string(was.Kind), string(now.Kind))
	say("morada", was.Address, now.Address)
	say("município", was.Municipality, now.Municipality)
	say("distrito", was.District, now.District)
	say("fuso", was.Zone, now.Zone)
	say("abre", was.Opens, now.Opens)
	say("abriu", was.Opened, now.Opened)
	say("entrega", string(was.Delivery), string(now.Delivery))
	say("parada por", was.Blocked, now.Blocked)
	say("espera por", was.Waits, now.Waits)
	if was.Position != now.Position {
		all = append(all, "coordenadas")
	}
	return strings.Join(all, "; ")
}

// Change is one change of a site: by whom, as a sign-in name, empty for the file of the beginning.
type Change struct {
	At    time.Time
	By    string
	Words string
}
