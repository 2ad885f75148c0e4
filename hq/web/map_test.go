package web_test

import (
	"regexp"
	"strings"
	"testing"

	"balcao/hq/atlas"
	"balcao/hq/atlas/registry"
	"balcao/hq/network"
	"balcao/internal/wire"
)

var country = []network.Known{
	{ID: "L001", Name: "Loja de Cidadão de Bragança", District: "Bragança", Position: atlas.Position{Lat: 41.80, Lon: -6.76}},
	{ID: "E002", Name: "Espaço Cidadão da Ajuda", District: "Lisboa", Position: atlas.Position{Lat: 38.71, Lon: -9.20}},
	{ID: "C003", Name: "Posto consular", Kind: registry.Consulate},
	{ID: "E004", Name: "Espaço Cidadão sem lugar", District: "Évora"},
}

func TestTheMapShowsEveryBranchThatHasAPlace(t *testing.T) {
	n, h := serve(t, country...)
	n.Live("L001", wire.Live{AtMS: noon.UnixMilli(), Day: "2026-11-23", Open: true, Seq: 1, Waiting: 3, WaitNow: 5000}, 0, noon)
	page := get(h, "/").Body.String()
	for _, want := range []string{
		`role="img"`, "Mapa de Portugal: 0 dentro", "1 local sem posição", "Natural Earth",
		`id="m-L001" class="m out" href="#k-out-l"`, `id="m-E002" class="m stale" href="#k-stale-e"`, `data-sheet="lisboa"`, `data-sheet="consulados"`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not hold %s", want)
		}
	}
	if strings.Contains(page, `id="m-E004"`) {
		t.Error("a branch without a position stands on the map")
	}
	if strings.Index(page, `<table class="table" id="branches"`) > strings.Index(page, `id="map"`) {
		t.Error("the map comes before its table in reading order")
	}
	if out, stale := strings.Index(page, `data-depth="out"`), strings.Index(page, `data-depth="stale"`); out < stale {
		t.Error("the worst marks are not drawn last")
	}
}

func TestAFilterIsAnAddressForTableAndMap(t *testing.T) {
	_, h := serve(t, country...)
	row := regexp.MustCompile(`<tr id="b-(\w+)"[^>]*?( hidden)?>`)
	for _, c := range []struct{ query, shown string }{
		{"", "C003 E002 E004 L001"},
		{"?tipo=espaco", "E002 E004"},
		{"?distrito=Lisboa", "E002"},
		{"?distrito=%C3%89vora&tipo=loja", ""},
		{"?tipo=consulado", "C003"},
		{"?estado=out", ""},
		{"?entidade=irn", ""},
		{"?distrito=%22%3E%3Cscript%3E", ""},
	} {
		page := get(h, "/"+c.query).Body.String()
		shown := map[string]bool{}
		for _, m := range row.FindAllStringSubmatch(page, -1) {
			shown[m[1]] = m[2] == ""
		}
		var seen []string
		for _, id := range []string{"C003", "E002", "E004", "L001"} {
			if shown[id] {
				seen = append(seen, id)
			}
			if !shown[id] && id != "E004" && !regexp.MustCompile(`id="m-`+id+`"[^>]* visibility="hidden"`).MatchString(page) {
				t.Errorf("%s: %s is gone from the table and not from the map", c.query, id)
			}
		}
		if got := strings.Join(seen, " "); got != c.shown {
			t.Errorf("%s shows %q, want %q", c.query, got, c.shown)
		}
		if strings.Contains(page, `"><script>`) {
			t.Errorf("%s: what was asked for is not escaped", c.query)
		}
	}
}
