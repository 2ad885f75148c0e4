package web

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"balcao/hq/atlas"
	"balcao/hq/atlas/registry"
	"balcao/hq/network"
	"balcao/internal/serve"
	"balcao/internal/wire"
)

// Sites keeps the registry; the store does.
type Sites interface {
	// Sites returns the registry, by id.
	Sites(ctx context.Context) ([]registry.Site, error)
	// PutSites keeps sites, all of them or none, and returns how many were new and how many changed.
	PutSites(ctx context.Context, by string, sites []registry.Site) (fresh, changed int, err error)
	// SiteChanges returns what changed of a site, newest first.
	SiteChanges(ctx context.Context, id string, limit int) ([]registry.Change, error)
}

var deliveryWords = map[registry.Delivery]string{
	"": "fora do plano", registry.Planned: "prevista", registry.Signed: "protocolo assinado", registry.Installed: "instalada", registry.Opened: "em serviço",
}

var kindWords = map[registry.Kind]string{registry.Loja: "Loja", registry.Espaco: "Espaço", registry.Consulate: "Consulado"}

// zoned says whether there is a time zone of a name.
func zoned(name string) bool {
	_, err := time.LoadLocation(name)
	return err == nil
}

// sitesOf returns the sites that somebody sees.
func (s *Server) sitesOf(ctx context.Context, who visitor) ([]registry.Site, error) {
	if s.opt.Sites == nil {
		return nil, nil
	}
	all, err := s.opt.Sites.Sites(ctx)
	return slices.DeleteFunc(all, func(one registry.Site) bool { return !s.seesSite(who, one.ID, one.District) }), err
}

type siteLine struct {
	registry.Site

	KindWord, DeliveryWord string
	Late                   int
	Sought                 string // what the page's search looks through
}

// sitesPage is GET /locais: the registry, its file, and one site to change.
func (s *Server) sitesPage(w http.ResponseWriter, r *http.Request, who visitor) {
	s.showSites(w, r, who, http.StatusOK, sitesData{Done: r.URL.Query().Get("feito")})
}

type sitesData struct {
	Lines     []siteLine
	May       bool
	Done      string
	Problem   string
	Bad       []badLine
	S         registry.Site // the one to change
	New       bool
	Lat, Lon  string
	Kinds     []option
	Districts []option
	Steps     []option
	Changes   []deedLine
	Find      string
}

type badLine struct {
	Line    int
	ID, Why string
}

const (
	maxShownBad   = 50
	maxSiteChange = 12
)

func (s *Server) showSites(w http.ResponseWriter, r *http.Request, who visitor, status int, d sitesData) {
	sites, err := s.sitesOf(r.Context(), who)
	if err != nil {
		s.fault(w, r, err)
		return
	}
	d.May = who.may("editor") && !who.limited()
	d.Find = r.URL.Query().Get("procura")
	now := s.opt.Now().In(s.opt.Zone)
	d.New = true
	for _, one := range sites {
		d.Lines = append(d.Lines, siteLine{Site: one, KindWord: kindWords[one.Kind], DeliveryWord: deliveryWords[one.Delivery], Late: one.Late(now)})
		if d.Problem == "" && string(one.ID) == r.URL.Query().Get("local") {
			d.S = one
		}
		d.New = d.New && one.ID != d.S.ID
	}
	if d.S.Position != (atlas.Position{}) {
		d.Lat, d.Lon = strconv.FormatFloat(d.S.Position.Lat, 'f', -1, 64), strconv.FormatFloat(d.S.Position.Lon, 'f', -1, 64)
	}
	for _, k := range registry.Kinds() {
		d.Kinds = append(d.Kinds, option{Value: string(k), Words: kindWords[k], Chosen: k == d.S.Kind})
	}
	for _, name := range atlas.Districts() {
		d.Districts = append(d.Districts, option{Value: name, Words: name, Chosen: name == d.S.District})
	}
	for _, step := range append([]registry.Delivery{""}, registry.Steps()...) {
		d.Steps = append(d.Steps, option{Value: string(step), Words: deliveryWords[step], Chosen: step == d.S.Delivery})
	}
	if !d.New {
		changes, err := s.opt.Sites.SiteChanges(r.Context(), string(d.S.ID), maxSiteChange)
		if err != nil {
			s.fault(w, r, err)
			return
		}
		for _, c := range changes {
			d.Changes = append(d.Changes, deedLine{At: c.At.In(s.opt.Zone).Format("02/01/2006 15:04"), Who: cmp.Or(s.opt.People.Name(c.By), "ficheiro do início"), Words: c.Words})
		}
	}
	s.show(w, r, status, who, "sites", "Locais", d)
}

// sitesCSV is GET /locais.csv: the registry as the file that importing takes.
func (s *Server) sitesCSV(w http.ResponseWriter, r *http.Request, who visitor) {
	sites, err := s.sitesOf(r.Context(), who)
	if err != nil {
		s.fault(w, r, err)
		return
	}
	for i := range sites {
		for _, text := range []*string{&sites[i].Name, &sites[i].Address, &sites[i].Municipality, &sites[i].Blocked, &sites[i].Waits} {
			*text = serve.Harmless(*text)
		}
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="locais.csv"`)
	_, _ = io.WriteString(w, "\ufeff")
	_ = registry.Write(w, sites) // whoever asked may have gone
}

// putSite is POST /locais: one site, as the form has it.
func (s *Server) putSite(w http.ResponseWriter, r *http.Request, who visitor) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil || who.limited() {
		s.errorPage(w, http.StatusBadRequest, "O formulário não se lê", "Volte atrás e tente de novo.")
		return
	}
	get := func(name string) string { return strings.TrimSpace(r.PostForm.Get(name)) }
	// The form is read as a line of a file is, so that both take and refuse the same.
	var line strings.Builder
	names := []string{"id", "nome", "tipo", "morada", "municipio", "distrito", "lat", "lon", "fuso", "abre", "abriu", "entrega", "parada_por", "espera_por"}
	line.WriteString(strings.Join(names, ";") + "\n")
	for i, name := range names {
		if i > 0 {
			line.WriteByte(';')
		}
		line.WriteString(`"` + strings.ReplaceAll(strings.Map(oneLine, get(name)), `"`, `""`) + `"`)
	}
	sites, bad, err := registry.Read([]byte(line.String()), zoned)
	if err != nil || len(bad) > 0 {
		d := sitesData{Problem: "O local não ficou guardado."}
		if len(bad) > 0 {
			d.Problem = "O local não ficou guardado: " + bad[0].Why.Error() + "."
		}
		d.S = registry.Site{ID: wire.NodeID(get("id")), Name: get("nome"), Kind: registry.Kind(get("tipo")), Address: get("morada"), Municipality: get("municipio"), District: get("distrito"), Zone: get("fuso"), Opens: get("abre"), Opened: get("abriu"), Delivery: registry.Delivery(get("entrega")), Blocked: get("parada_por"), Waits: get("espera_por")}
		s.showSites(w, r, who, http.StatusConflict, d)
		return
	}
	if s.keep(w, r, who, sites) {
		http.Redirect(w, r, "/locais?local="+string(sites[0].ID)+"&feito=guardado", http.StatusSeeOther)
	}
}

func oneLine(r rune) rune {
	if r < ' ' {
		return ' '
	}
	return r
}

// importSites is POST /locais/ficheiro. The good lines count, the bad ones are named.
func (s *Server) importSites(w http.ResponseWriter, r *http.Request, who visitor) {
	r.Body = http.MaxBytesReader(w, r.Body, registry.MaxBytes+(1<<20))
	file, _, err := r.FormFile("ficheiro")
	if err != nil || who.limited() {
		s.showSites(w, r, who, http.StatusBadRequest, sitesData{Problem: "Escolha um ficheiro CSV, até 4 MiB."})
		return
	}
	defer file.Close()
	raw, err := io.ReadAll(file)
	if err != nil {
		s.showSites(w, r, who, http.StatusBadRequest, sitesData{Problem: "O ficheiro não chegou inteiro. Tente de novo."})
		return
	}
	sites, bad, err := registry.Read(raw, zoned)
	if err != nil {
		s.showSites(w, r, who, http.StatusConflict, sitesData{Problem: "O ficheiro não se lê: " + err.Error() + "."})
		return
	}
	if !s.keep(w, r, who, sites) {
		return
	}
	d := sitesData{Done: fmt.Sprintf("%s, %s", counted(len(sites), "local lido", "locais lidos"), counted(len(bad), "linha por corrigir", "linhas por corrigir"))}
	for _, b := range bad[:min(len(bad), maxShownBad)] {
		d.Bad = append(d.Bad, badLine{b.Line, b.ID, b.Why.Error()})
	}
	s.showSites(w, r, who, http.StatusOK, d)
}

// keep writes sites down and shows them live; if it cannot, it has answered.
func (s *Server) keep(w http.ResponseWriter, r *http.Request, who visitor, sites []registry.Site) bool {
	fresh, changed, err := s.opt.Sites.PutSites(r.Context(), who.person.ID, sites)
	if err != nil {
		s.fault(w, r, err)
		return false
	}
	for _, one := range sites {
		zone, err := time.LoadLocation(one.Zone)
		if err != nil || one.Zone == "" {
			zone = s.opt.Zone
		}
		s.opt.Network.Register(network.KnownOf(one, zone))
	}
	if fresh+changed > 0 {
		s.note(r.Context(), who.person.ID, "registry", "locais", counted(fresh, "local novo", "locais novos")+", "+counted(changed, "mudado", "mudados"))
	}
	return true
}
