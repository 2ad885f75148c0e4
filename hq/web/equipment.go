package web

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"balcao/hq/network"
	"balcao/internal/wire"
)

// Equipment is what is kept of devices beside what branches say now; the store does.
type Equipment interface {
	// WantedFirmware returns what firmware each model should run.
	WantedFirmware(ctx context.Context) ([]network.Wanted, error)
	// PutWantedFirmware keeps what firmware a model should run; an empty version takes the wish back.
	PutWantedFirmware(ctx context.Context, w network.Wanted) error
	// DeviceFaults counts the faults that came in since a moment, by node and device.
	DeviceFaults(ctx context.Context, since time.Time) ([]network.FaultCount, error)
}

// equipmentWords are the devices of the inventory, in the order in which they are chosen from.
var equipmentWords = []option{
	{Value: "server", Words: "servidor da loja"},
	{Value: "kiosk", Words: "máquina"},
	{Value: "printer", Words: "impressora"},
	{Value: "reader", Words: "leitor de cartões"},
	{Value: "touch", Words: "ecrã tátil"},
	{Value: "callboard", Words: "televisor"},
	{Value: "sound", Words: "som"},
	{Value: "led", Words: "letreiro de LED"},
}

func equipmentWord(device string) string {
	for _, o := range equipmentWords {
		if o.Value == device {
			return o.Words
		}
	}
	return device
}

// Conditions that the inventory is filtered by.
const (
	condFault = "avaria"
	condGone  = "calado"
	condDrift = "firmware"
	condCert  = "certificado"
	condPaper = "papel"
)

var conditions = []option{
	{Value: condFault, Words: "avariados ou a vigiar"},
	{Value: condGone, Words: "sem sinal"},
	{Value: condDrift, Words: "com outro firmware"},
	{Value: condCert, Words: "com certificado a acabar"},
	{Value: condPaper, Words: "com pouco papel"},
}

// fewSlips is how many slips are left when somebody should have a roll at hand, and certShare the part of its life from
// which a certificate that was not renewed wants a look: programs renew theirs at two thirds.
const (
	fewSlips  = 40
	certShare = 5
)

// gear is one device with how it stands to what is wanted.
type gear struct {
	network.Item

	Called string // its model
	Want   string
	Drift  network.Drift
	Faults int // in the period
}

// needs says whether a condition holds for a device.
func (g gear) needs(condition string, now time.Time) bool {
	switch condition {
	case condFault:
		return g.Level == network.LevelFault || g.Level == network.LevelWatch
	case condGone:
		return g.Level == network.LevelGone
	case condDrift:
		return g.Drift > network.AsWished
	case condCert:
		return g.certState(now) != signGood.Class
	case condPaper:
		return g.Slips >= 0 && g.Slips < fewSlips
	}
	return true
}

// certState is the class of the shape of its certificate.
func (g gear) certState(now time.Time) string {
	switch {
	case g.CertUntil.IsZero():
		return signGood.Class // it has none, or is none of those that have
	case !now.Before(g.CertUntil):
		return signOut.Class
	case g.CertUntil.Sub(now) < g.CertUntil.Sub(g.CertFrom)/certShare:
		return signWatch.Class
	}
	return signGood.Class
}

// equipmentAsk is what somebody wants to see of the inventory.
type equipmentAsk struct {
	Text, Device, District, Condition, Model, Sort string
	Page, Days                                     int
	All                                            bool // on one page, to be printed
}

var equipmentDays = []int{7, 30, 90, 365}

func equipmentAsked(q url.Values) equipmentAsk {
	a := equipmentAsk{
		Text: q.Get("procura"), Device: q.Get("tipo"), District: q.Get("distrito"), Condition: q.Get("estado"), Model: q.Get("modelo"),
		Sort: q.Get("ordem"), All: q.Get("imprimir") != "",
	}
	a.Page, _ = strconv.Atoi(q.Get("pagina")) // what is no number is the first page
	if a.Days, _ = strconv.Atoi(q.Get("dias")); !slices.Contains(equipmentDays, a.Days) {
		a.Days = 30
	}
	return a
}

// query writes the question as an address, with one thing said otherwise.
func (a equipmentAsk) query(name, value string) string {
	q := url.Values{}
	for key, v := range map[string]string{"procura": a.Text, "tipo": a.Device, "distrito": a.District, "estado": a.Condition, "modelo": a.Model, "ordem": a.Sort} {
		if v != "" {
			q.Set(key, v)
		}
	}
	if a.Days != 30 {
		q.Set("dias", strconv.Itoa(a.Days))
	}
	if name != "" {
		q.Del(name)
		if value != "" {
			q.Set(name, value)
		}
	}
	return "?" + q.Encode()
}

// shows says whether a device is asked for. Words are looked for in everything that its line says.
func (a equipmentAsk) shows(g gear, now time.Time) bool {
	switch {
	case a.Device != "" && g.Device != a.Device,
		a.District != "" && g.District != a.District,
		a.Model != "" && g.Called != a.Model,
		a.Condition != "" && !g.needs(a.Condition, now):
		return false
	}
	said := strings.ToLower(strings.Join([]string{g.Name, string(g.Node), g.District, equipmentWord(g.Device), g.Called, g.Maker, g.Serial, g.Firmware, g.Profile}, " "))
	for word := range strings.FieldsSeq(strings.ToLower(a.Text)) {
		if !strings.Contains(said, word) {
			return false
		}
	}
	return true
}

// order compares two devices as the question wants them; branch and node come last.
func (a equipmentAsk) order(x, y gear) int {
	by := 0
	switch a.Sort {
	case "aparelho":
		by = cmp.Compare(x.Device, y.Device)
	case "modelo":
		by = cmp.Compare(x.Called, y.Called)
	case "serie":
		by = cmp.Compare(x.Serial, y.Serial)
	case "firmware":
		by = -cmp.Or(cmp.Compare(x.Drift, y.Drift), cmp.Compare(y.Firmware, x.Firmware))
	case "estado":
		by = -cmp.Compare(x.Level, y.Level)
	case "certificado":
		by = compareTimes(x.CertUntil, y.CertUntil)
	case "papel":
		by = cmp.Compare(uint(x.Slips), uint(y.Slips)) // what is not known comes last
	case "ouvido":
		by = compareTimes(x.Heard, y.Heard)
	}
	return cmp.Or(by, cmp.Compare(x.Name, y.Name), cmp.Compare(x.Node, y.Node), cmp.Compare(x.Device, y.Device))
}

// compareTimes puts the earlier first, and what is not known last.
func compareTimes(x, y time.Time) int {
	switch {
	case x.IsZero() && y.IsZero():
		return 0
	case x.IsZero():
		return 1
	case y.IsZero():
		return -1
	}
	return x.Compare(y)
}

// gears returns every device that somebody sees, with what is wanted of it and its faults since a moment.
func (s *Server) gears(ctx context.Context, who visitor, since time.Time) ([]gear, []network.Wanted, error) {
	var wanted []network.Wanted
	var faults []network.FaultCount
	if s.opt.Equipment != nil {
		var err error
		if wanted, err = s.opt.Equipment.WantedFirmware(ctx); err != nil {
			return nil, nil, err
		}
		if faults, err = s.opt.Equipment.DeviceFaults(ctx, since); err != nil {
			return nil, nil, err
		}
	}
	want, had := map[[2]string]string{}, map[[2]string]int{}
	for _, w := range wanted {
		want[[2]string{w.Device, w.Model}] = w.Version
	}
	for _, f := range faults {
		had[[2]string{string(f.Node), f.Device}] = f.Faults
	}
	items := s.opt.Network.Inventory(who.sight())
	all := make([]gear, len(items))
	for i, it := range items {
		g := gear{Item: it, Called: network.ModelName(it.DeviceModel)}
		g.Want = want[[2]string{g.Device, g.Called}]
		g.Drift = network.DriftOf(g.Firmware, g.Want)
		key := g.Device
		if key == "touch" || key == "callboard" {
			key = "screen"
		}
		g.Faults = had[[2]string{string(g.Node), key}]
		all[i] = g
	}
	return all, wanted, nil
}

// maxVersion bounds a version that somebody writes.
const maxVersion = 40

// wantFirmware is POST /equipamento/firmware: what the devices of one model should run. It is for the whole country, so
// nobody who sees a part of it decides.
func (s *Server) wantFirmware(w http.ResponseWriter, r *http.Request, who visitor) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil || s.opt.Equipment == nil {
		s.errorPage(w, http.StatusBadRequest, "O formulário não se lê", "Volte atrás e tente de novo.")
		return
	}
	if who.limited() {
		s.errorPage(w, http.StatusForbidden, "Vale para todo o país", "Quem vê só uma parte não decide o firmware de um modelo. Peça a quem vê o país inteiro.")
		return
	}
	wish := network.Wanted{
		Device: r.PostForm.Get("tipo"), Model: r.PostForm.Get("modelo"), Version: strings.TrimSpace(r.PostForm.Get("versao")),
		By: who.person.ID, At: s.opt.Now(),
	}
	all, wanted, err := s.gears(r.Context(), who, s.opt.Now())
	if err != nil {
		s.fault(w, r, err)
		return
	}
	known := slices.ContainsFunc(all, func(g gear) bool { return g.Device == wish.Device && g.Called == wish.Model }) ||
		slices.ContainsFunc(wanted, func(o network.Wanted) bool { return o.Device == wish.Device && o.Model == wish.Model })
	switch {
	case wish.Model == "" || !known:
		s.errorPage(w, http.StatusConflict, "Este modelo não está no inventário", "Escolha um modelo da lista.")
		return
	case len(wish.Version) > maxVersion || strings.ContainsFunc(wish.Version, func(c rune) bool { return c < ' ' || c == 0x7F }):
		s.errorPage(w, http.StatusConflict, "A versão não se lê", "Escreva-a como o aparelho a diz, com 40 letras no máximo.")
		return
	}
	was := ""
	for _, o := range wanted {
		if o.Device == wish.Device && o.Model == wish.Model {
			was = o.Version
		}
	}
	if was != wish.Version {
		if err := s.opt.Equipment.PutWantedFirmware(r.Context(), wish); err != nil {
			s.fault(w, r, err)
			return
		}
		s.note(r.Context(), who.person.ID, "firmware", equipmentWord(wish.Device)+" "+wish.Model, "firmware desejado: "+cmp.Or(was, "nenhum")+" → "+cmp.Or(wish.Version, "nenhum"))
	}
	http.Redirect(w, r, "/equipamento"+equipmentAsk{Days: 30}.query("feito", cmp.Or(wish.Version, "nenhum"))+"#modelos", http.StatusSeeOther)
}

// nodeOf is what a device belongs to, in words.
func nodeOf(it network.Item) string {
	return deviceName(network.Device{Node: it.Node, Server: it.Node == it.Branch})
}

// told says who told what a device is.
var told = map[string]string{wire.FromDevice: "dito pelo aparelho", wire.FromSystem: "dito pelo sistema", wire.FromConfig: "pela etiqueta, na configuração"}
