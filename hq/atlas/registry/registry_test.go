package registry_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/charmap"

	"balcao/hq/atlas"
	"balcao/hq/atlas/registry"
)

func zoned(name string) bool { return name == "Atlantic/Azores" }

const file = `id;nome;tipo;morada;municipio;distrito;lat;lon;fuso;abre;abriu;entrega;parada_por;espera_por
L017;Loja de Évora;loja;Praça do Giraldo, 1;Évora;Évora;38,57;-7,91;;2026-10-01;2026-10-03;open;;
E200;Espaço Ponta Delgada;espaço;;Ponta Delgada;Açores;37.74;-25.67;Atlantic/Azores;2026-11-01;;installed;"quiosque; por entregar";fornecedor
`

func TestAFileIsReadAsSpreadsheetsWriteIt(t *testing.T) {
	t.Parallel()
	windows, err := charmap.Windows1252.NewEncoder().String(file)
	if err != nil {
		t.Fatal(err)
	}
	commas := "ID,Nome,Tipo,Distrito,lat,lon,entrega\nL017,Loja de Évora,loja,Évora,38.57,-7.91,open\nE200,\"Espaço, o segundo\",espaco,,,,\n"
	for name, raw := range map[string]string{"UTF-8": file, "with a byte order mark": "\ufeff" + file, "Windows-1252": windows, "lines of Windows": strings.ReplaceAll(file, "\n", "\r\n"), "commas": commas} {
		sites, bad, err := registry.Read([]byte(raw), zoned)
		if err != nil || len(bad) != 0 || len(sites) != 2 {
			t.Fatalf("%s: %d sites, %v, %v", name, len(sites), bad, err)
		}
		if s := sites[0]; s.Name != "Loja de Évora" || s.District != "Évora" || s.Position != (atlas.Position{Lat: 38.57, Lon: -7.91}) || s.Delivery != registry.Opened {
			t.Errorf("%s: %+v", name, s)
		}
		if sites[1].Kind != registry.Espaco {
			t.Errorf("%s: %+v", name, sites[1])
		}
	}
}

func TestABadLineIsNamedAndTheOthersCount(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("id;nome;tipo;distrito;lat;lon;fuso;abre;entrega\n")
	for i := range 999 {
		fmt.Fprintf(&b, "L%03d;Loja;loja;;;;;;\n", i+1)
	}
	for _, c := range []struct {
		line string
		want error
	}{
		{"L9999;Loja;loja;;-7.91;38.57;;;", registry.ErrAbroad}, // turned round
		{"L9998;Loja;loja;;95;200;;;", registry.ErrPosition},
		{"L9998;Loja;loja;;north;west;;;", registry.ErrNumber},
		{"L017;Loja;loja;;;;;;", registry.ErrTwice},
		{"17;Loja;loja;;;;;;", registry.ErrID},
		{"L9998;;loja;;;;;;", registry.ErrName},
		{"L9998;Loja;posto;;;;;;", registry.ErrKind},
		{"L9998;Loja;loja;Évora Norte;;;;;", registry.ErrDistrict},
		{"L9998;Loja;loja;;;;Atlantis;;", registry.ErrZone},
		{"L9998;Loja;loja;;;;;1 de março;", registry.ErrDate},
		{"L9998;Loja;loja;;;;;;quase", registry.ErrDelivery},
		{"L9998;Loja;loja;;;;;;;;;", registry.ErrCells},
		{`L9998;"Loja"x;loja;;;;;;`, registry.ErrCells},
	} {
		sites, bad, err := registry.Read([]byte(b.String()+c.line+"\n"), zoned)
		if err != nil || len(sites) != 999 || len(bad) != 1 || bad[0].Line != 1001 || !errors.Is(bad[0].Why, c.want) {
			t.Errorf("%s: %d sites, %+v, %v; want %v", c.line, len(sites), bad, err, c.want)
		}
	}
	if _, bad, _ := registry.Read([]byte("id;nome;tipo;lat;lon\nC001;Consulado em Díli;consulado;-8.55;125.57\n"), zoned); len(bad) != 0 {
		t.Errorf("a consulate abroad: %v", bad)
	}
	for raw, want := range map[string]error{"": registry.ErrEmpty, " \n ": registry.ErrEmpty, "a;b;c\n1;2;3\n": registry.ErrColumns} {
		if _, _, err := registry.Read([]byte(raw), zoned); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", raw, err, want)
		}
	}
	if _, _, err := registry.Read(make([]byte, registry.MaxBytes+1), zoned); !errors.Is(err, registry.ErrTooMany) {
		t.Errorf("a file too large: %v", err)
	}
}

func TestWhatIsWrittenIsReadAgain(t *testing.T) {
	t.Parallel()
	sites, _, err := registry.Read([]byte(file), zoned)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := registry.Write(&b, sites); err != nil {
		t.Fatal(err)
	}
	again, bad, err := registry.Read(b.Bytes(), zoned)
	if err != nil || len(bad) != 0 || len(again) != 2 {
		t.Fatalf("%+v, %v, %v", again, bad, err)
	}
	for _, s := range sites {
		for _, other := range again {
			if s.ID == other.ID && registry.Difference(s, other) != "" {
				t.Errorf("%s changed: %s", s.ID, registry.Difference(s, other))
			}
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(file))
	f.Add([]byte("id,nome,tipo\n\"L1\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		sites, _, err := registry.Read(raw, zoned)
		for _, s := range sites {
			if err == nil && s.Fault(zoned) != nil {
				t.Errorf("took %+v: %v", s, s.Fault(zoned))
			}
		}
	})
}

func TestTheDeliveryAddsUp(t *testing.T) {
	t.Parallel()
	today := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	site := func(id string, kind registry.Kind, district string, step registry.Delivery, opens, opened string) registry.Site {
		return registry.Site{ID: "L001", Name: id, Kind: kind, District: district, Delivery: step, Opens: opens, Opened: opened}
	}
	p := registry.Deliver([]registry.Site{
		site("old", registry.Loja, "Faro", "", "", ""), // was there before the plan
		site("a", registry.Loja, "Faro", registry.Opened, "2026-01-10", "2026-01-20"),
		site("b", registry.Espaco, "Faro", registry.Opened, "2026-10-01", "2026-11-01"),
		site("c", registry.Espaco, "Faro", registry.Installed, "2026-11-01", ""),
		site("d", registry.Espaco, "", registry.Planned, "2027-02-10", ""),
		site("e", registry.Espaco, "Braga", registry.Signed, "2026-11-22", ""), // today is not late
	}, today)
	if open, all := p.Open(); open != 2 || all != 5 || p.Planned() != 4 {
		t.Errorf("open %d of %d, planned %d", open, all, p.Planned())
	}
	if len(p.Late) != 1 || p.Late[0].Name != "c" || p.Late[0].Late(today) != 21 || p.Spaces.Late != 1 {
		t.Errorf("late %+v", p.Late)
	}
	if len(p.Regions) != 3 || p.Regions[2].Name != "Faro" || p.Regions[2].Spaces.Steps[registry.Opened] != 1 || p.Regions[2].Last != "2026-11-01" {
		t.Errorf("regions %+v", p.Regions)
	}
	if len(p.Months) != 14 || p.Months[0].Plan != 1 || p.Months[0].Done != 1 || p.Months[10].Plan != 4 || p.Months[10].Done != 2 || p.Months[11].Done != -1 || p.Months[13].Plan != 5 {
		t.Errorf("months %+v", p.Months)
	}
	if want := today.AddDate(0, 0, 3*91); !p.Ends.Equal(want) {
		t.Errorf("ends %v, want %v", p.Ends, want)
	}
	if empty := registry.Deliver(nil, today); len(empty.Months) != 0 {
		t.Error("a plan of nothing has months")
	}
}
