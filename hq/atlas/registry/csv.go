package registry

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"balcao/hq/atlas"
	"balcao/internal/wire"
)

// Bounds of a file.
const (
	MaxBytes = 4 << 20
	maxSites = 20_000
)

// BadLine is a line of a file that does not count, and why.
type BadLine struct {
	Line int
	ID   string
	Why  error
}

// Faults of a whole file.
var (
	ErrEmpty   = errors.New("o ficheiro está vazio")
	ErrColumns = errors.New("a primeira linha tem de dar nome às colunas, pelo menos id, nome e tipo")
	ErrTooMany = fmt.Errorf("o ficheiro passa de %d locais ou de %d MiB", maxSites, MaxBytes>>20)
	ErrTwice   = errors.New("o código já estava noutra linha")
	ErrNumber  = errors.New("as coordenadas não são números")
	ErrCells   = errors.New("a linha tem colunas a mais, ou aspas por fechar")
)

// columns are the names of columns, in the order in which they are written.
var columns = []string{
	"id", "nome", "tipo", "morada", "municipio", "distrito", "lat", "lon", "fuso", "abre", "abriu", "entrega", "parada_por", "espera_por",
}

// Read reads a file of sites: separated by semicolons or commas, in UTF-8 or Windows-1252, with or without a byte order
// mark, as spreadsheets write them. Lines that do not count are named; the error is of the whole file. Zoned says
// whether there is a time zone of a name.
func Read(raw []byte, zoned func(name string) bool) ([]Site, []BadLine, error) {
	if len(raw) > MaxBytes {
		return nil, nil, ErrTooMany
	}
	text, err := decoded(raw)
	if err != nil {
		return nil, nil, err
	}
	r := csv.NewReader(strings.NewReader(text))
	r.Comma = separator(text)
	r.FieldsPerRecord = -1
	r.TrimLeadingSpace = true
	head, err := r.Read()
	if err != nil {
		return nil, nil, ErrColumns
	}
	at, err := heads(head)
	if err != nil {
		return nil, nil, err
	}
	var sites []Site
	var bad []BadLine
	seen := map[wire.NodeID]bool{}
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return sites, bad, nil
		}
		line := 0
		var wrong *csv.ParseError
		switch {
		case errors.As(err, &wrong):
			line = wrong.StartLine
		case err != nil:
			return nil, nil, fmt.Errorf("read the file: %w", err)
		default:
			line, _ = r.FieldPos(0)
		}
		if len(sites)+len(bad) >= maxSites {
			return nil, nil, ErrTooMany
		}
		s, fault := site(cells, at)
		switch {
		case err != nil || len(cells) > len(head):
			fault = ErrCells
		case fault == nil && seen[s.ID]:
			fault = ErrTwice
		case fault == nil:
			fault = s.Fault(zoned)
		}
		if fault != nil {
			bad = append(bad, BadLine{Line: line, ID: string(s.ID), Why: fault})
			continue
		}
		seen[s.ID] = true
		sites = append(sites, s)
	}
}

func decoded(raw []byte) (string, error) {
	raw = bytes.TrimPrefix(raw, []byte("\ufeff"))
	if len(bytes.TrimSpace(raw)) == 0 {
		return "", ErrEmpty
	}
	if utf8.Valid(raw) {
		return string(raw), nil
	}
	text, err := charmap.Windows1252.NewDecoder().Bytes(raw)
	if err != nil {
		return "", fmt.Errorf("read the letters: %w", err)
	}
	return string(text), nil
}

// separator is the one of which the first line has more.
func separator(text string) rune {
	first, _, _ := strings.Cut(text, "\n")
	if strings.Count(first, ",") > strings.Count(first, ";") {
		return ','
	}
	return ';'
}

func heads(head []string) (map[string]int, error) {
	at := map[string]int{}
	for i, name := range head {
		at[strings.ToLower(strings.TrimSpace(name))] = i
	}
	for _, must := range []string{"id", "nome", "tipo"} {
		if _, has := at[must]; !has {
			return nil, ErrColumns
		}
	}
	return at, nil
}

func site(cells []string, at map[string]int) (Site, error) {
	get := func(name string) string {
		if i, has := at[name]; has && i < len(cells) {
			return strings.TrimSpace(cells[i])
		}
		return ""
	}
	s := Site{
		ID: wire.NodeID(strings.ToUpper(get("id"))), Name: get("nome"), Kind: Kind(strings.ToLower(get("tipo"))), Address: get("morada"),
		Municipality: get("municipio"), District: get("distrito"), Zone: get("fuso"), Opens: get("abre"), Opened: get("abriu"),
		Delivery: Delivery(strings.ToLower(get("entrega"))), Blocked: get("parada_por"), Waits: get("espera_por"),
	}
	if s.Kind == "espaço" {
		s.Kind = Espaco
	}
	lat, lon := get("lat"), get("lon")
	if lat == "" && lon == "" {
		return s, nil
	}
	var err error
	if s.Position, err = position(lat, lon); err != nil {
		return s, ErrNumber
	}
	return s, nil
}

// position reads degrees, with a point or, as Portuguese spreadsheets write them, a comma.
func position(lat, lon string) (p atlas.Position, err error) {
	if p.Lat, err = strconv.ParseFloat(strings.Replace(lat, ",", ".", 1), 64); err != nil {
		return p, err
	}
	p.Lon, err = strconv.ParseFloat(strings.Replace(lon, ",", ".", 1), 64)
	return p, err
}

// Write writes sites as a file that Read takes, by id, and that a spreadsheet takes for no formula.
func Write(w io.Writer, sites []Site) error {
	out := csv.NewWriter(w)
	out.Comma = ';'
	if err := out.Write(columns); err != nil {
		return err
	}
	for _, s := range slices.SortedFunc(slices.Values(sites), func(x, y Site) int { return cmp.Compare(x.ID, y.ID) }) {
		lat, lon := "", ""
		if s.Position != (atlas.Position{}) {
			lat, lon = strconv.FormatFloat(s.Position.Lat, 'f', -1, 64), strconv.FormatFloat(s.Position.Lon, 'f', -1, 64)
		}
		if err := out.Write([]string{
			string(s.ID), s.Name, string(s.Kind), s.Address, s.Municipality, s.District, lat, lon, s.Zone, s.Opens, s.Opened, string(s.Delivery), s.Blocked, s.Waits,
		}); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}
