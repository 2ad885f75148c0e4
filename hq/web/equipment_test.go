package web

import (
	"context"
	"encoding/csv"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"balcao/hq/network"
	"balcao/hq/people"
	"balcao/internal/wire"
)

// drawer keeps what is wanted of firmware in memory.
type drawer struct {
	mu     sync.Mutex
	wanted []network.Wanted
	faults []network.FaultCount
}

func (d *drawer) WantedFirmware(context.Context) ([]network.Wanted, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.wanted), nil
}

func (d *drawer) PutWantedFirmware(_ context.Context, w network.Wanted) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.wanted = slices.DeleteFunc(d.wanted, func(o network.Wanted) bool { return o.Device == w.Device && o.Model == w.Model })
	if w.Version != "" {
		d.wanted = append(d.wanted, w)
	}
	return nil
}

func (d *drawer) DeviceFaults(context.Context, time.Time) ([]network.FaultCount, error) {
	return d.faults, nil
}

// equipped is a house whose branches have told of their devices.
func equipped(t *testing.T) (*house, *drawer) {
	t.Helper()
	h := newHouse(t, false)
	d := &drawer{faults: []network.FaultCount{{Node: "L001-K01", Device: "printer", Faults: 3}}}
	h.server.opt.Equipment = d
	for id, firmware := range map[wire.NodeID]string{"L001": "1.10", "L002": "1.9"} {
		h.server.opt.Network.Present(id, network.Presence{Online: true}, noon)
		h.server.opt.Network.Health(id, wire.Health{
			Node: string(id), Software: "0.1.0",
			Cert: &wire.Certificate{FromMS: noon.AddDate(0, 0, -89).UnixMilli(), UntilMS: noon.AddDate(0, 0, 1).UnixMilli()},
			Kiosks: []wire.KioskHealth{{
				Node: string(id) + "-K01", Online: true, SeenMS: noon.UnixMilli(), Devices: map[string]string{"printer": "paper_out"}, Roll: &wire.PaperRoll{Left: 7},
				Models: []wire.DeviceModel{
					{Device: "printer", Maker: "EPSON", Model: "TM-T88V", Serial: "serial-of-" + string(id), Firmware: firmware, Profile: "epson/tm-t88v", From: wire.FromDevice},
					{Device: "touch", Model: "=HYPERLINK(1)"},
				},
			}},
		}, 0, noon)
	}
	return h, d
}

func TestTheInventoryShowsWhatRunsAgainstWhatShould(t *testing.T) {
	t.Parallel()
	h, d := equipped(t)
	eva := h.cookie("eva")
	page := h.ask(http.MethodGet, "/equipamento", eva).Body.String()
	for _, want := range []string{"EPSON TM-T88V", "serial-of-L001", "serial-of-L002", "sem papel", "7 talões", "desconhecido", "desconhecida", "dito pelo aparelho", "certificados a acabar", "só até 24/11/2026"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if strings.Contains(page, "desejado: 1") {
		t.Error("a version is wanted before anybody decided one")
	}
	if got := h.ask(http.MethodPost, "/equipamento/firmware", eva, "tipo", "printer", "modelo", "EPSON TM-T88V", "versao", " 1.10 "); got.Code != http.StatusSeeOther {
		t.Fatalf("%d: %s", got.Code, got.Body)
	}
	if deed := h.office.deeds[len(h.office.deeds)-1]; deed.By != "eva" || deed.Act != "firmware" || deed.About != "impressora EPSON TM-T88V" || deed.Words != "firmware desejado: nenhum → 1.10" {
		t.Errorf("audit: %+v", deed)
	}
	page = h.ask(http.MethodGet, "/equipamento?estado=firmware", eva).Body.String()
	if !strings.Contains(page, "serial-of-L002") || strings.Contains(page, "serial-of-L001") || !strings.Contains(page, "atrasado") || !strings.Contains(page, "1 diferente") {
		t.Error("the printer with another firmware is not the one that is shown")
	}
	deeds := len(h.office.deeds)
	h.ask(http.MethodPost, "/equipamento/firmware", eva, "tipo", "printer", "modelo", "EPSON TM-T88V", "versao", "1.10")
	if len(h.office.deeds) != deeds {
		t.Error("what changes nothing is in the audit")
	}
	for _, form := range [][]string{
		{"tipo", "printer", "modelo", "Of Tomorrow", "versao", "1"},
		{"tipo", "printer", "modelo", "", "versao", "1"},
		{"tipo", "printer", "modelo", "EPSON TM-T88V", "versao", strings.Repeat("1", 41)},
		{"tipo", "printer", "modelo", "EPSON TM-T88V", "versao", "1\x00"},
	} {
		if got := h.ask(http.MethodPost, "/equipamento/firmware", eva, form...); got.Code != http.StatusConflict || len(d.wanted) != 1 || d.wanted[0].Version != "1.10" {
			t.Errorf("%q: %d, %+v", form, got.Code, d.wanted)
		}
	}
	h.ask(http.MethodPost, "/equipamento/firmware", eva, "tipo", "printer", "modelo", "EPSON TM-T88V", "versao", "")
	if len(d.wanted) != 0 {
		t.Errorf("a wish that was taken back stays: %+v", d.wanted)
	}
}

func TestWhoSeesOneDistrictSeesItsDevicesAndDecidesNoFirmware(t *testing.T) {
	t.Parallel()
	h, d := equipped(t)
	duarte := h.cookie("duarte")
	for _, path := range []string{"/equipamento", "/equipamento.csv", "/equipamento?distrito=Braga", "/equipamento?procura=L002"} {
		page := h.ask(http.MethodGet, path, duarte).Body.String()
		if strings.Contains(page, "serial-of-L002") || strings.Contains(page, "Loja de Braga") {
			t.Errorf("%s tells of Braga", path)
		}
	}
	if got := h.ask(http.MethodGet, "/equipamento", duarte).Body.String(); !strings.Contains(got, "serial-of-L001") || strings.Contains(got, "#desejar") {
		t.Error("an operator of Faro does not see its printer, or is offered to decide")
	}
	if got := h.ask(http.MethodPost, "/equipamento/firmware", duarte, "tipo", "printer", "modelo", "EPSON TM-T88V", "versao", "1.10"); got.Code != http.StatusForbidden || len(d.wanted) != 0 {
		t.Errorf("an operator decides: %d, %+v", got.Code, d.wanted)
	}
	helena, _ := h.server.opt.People.Find("helena")
	if _, err := h.server.opt.People.Put(t.Context(), helena, people.Wish{Record: people.Record{ID: "eva", Name: "Eva M.", Role: people.Editor, Districts: []string{"Faro"}}}); err != nil {
		t.Fatal(err)
	}
	if got := h.ask(http.MethodPost, "/equipamento/firmware", h.cookie("eva"), "tipo", "printer", "modelo", "EPSON TM-T88V", "versao", "1.10"); got.Code != http.StatusForbidden || len(d.wanted) != 0 {
		t.Errorf("an editor of one district decides for the country: %d, %+v", got.Code, d.wanted)
	}
}

func TestTheInventoryIsFilteredSortedPagedAndSaved(t *testing.T) {
	t.Parallel()
	h, _ := equipped(t)
	lia := h.cookie("lia")
	raw := strings.TrimPrefix(h.ask(http.MethodGet, "/equipamento.csv?tipo=printer&ordem=firmware", lia).Body.String(), "\ufeff")
	read := csv.NewReader(strings.NewReader(raw))
	read.Comma = ';'
	rows, err := read.ReadAll()
	if err != nil || len(rows) != 3 || rows[1][7] != "1.9" && rows[1][7] != "1.10" || rows[1][16] != "7" {
		t.Errorf("%q, %v", rows, err)
	}
	if raw := h.ask(http.MethodGet, "/equipamento.csv?tipo=touch", lia).Body.String(); strings.Contains(raw, ";=HYPERLINK") {
		t.Error("a name from a device is a formula in a spreadsheet")
	}
	if page := h.ask(http.MethodGet, "/equipamento?procura=nada-disto", lia).Body.String(); !strings.Contains(page, "Nada corresponde") {
		t.Error("a search without a find does not say so")
	}
	for i := range 40 {
		id := wire.NodeID("L1" + string(rune('0'+i/10)) + string(rune('0'+i%10)))
		h.server.opt.Network.Register(network.Known{ID: id, Name: "Espaço " + string(id), District: "Porto"})
	}
	for _, path := range []string{"/equipamento?pagina=99999", "/equipamento?pagina=-3", "/equipamento?pagina=x&dias=-1&ordem=nada&estado=nada", "/equipamento?imprimir=1"} {
		if got := h.ask(http.MethodGet, path, lia); got.Code != http.StatusOK {
			t.Errorf("%s: %d", path, got.Code)
		}
	}
	empty := newHouse(t, false)
	if page := empty.ask(http.MethodGet, "/equipamento", empty.cookie("lia")).Body.String(); !strings.Contains(page, "Ainda nenhum aparelho") {
		t.Error("an inventory without devices does not say so")
	}
}

func TestPagesOfTheInventoryHoldEveryDeviceOnce(t *testing.T) {
	t.Parallel()
	var all []gear
	for i := range 2*gearsAPage + 7 {
		all = append(all, gear{Item: network.Item{Branch: "L001", Node: "L001-K01", Slips: -1, DeviceModel: wire.DeviceModel{Device: "printer", Serial: string(rune('a' + i%26))}}})
	}
	seen := 0
	for page := range 4 {
		d := equipmentData{Ask: equipmentAsk{Page: page, Days: 30}}
		d.paged(all, d.Ask)
		if page < 3 {
			seen += d.to(len(all)) - d.from(len(all))
		} else if d.Ask.Page != 2 {
			t.Errorf("a page behind the last is page %d", d.Ask.Page)
		}
	}
	if seen != len(all) {
		t.Errorf("pages hold %d of %d", seen, len(all))
	}
}
