package app

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"balcao/internal/authority/authoritytest"
	"balcao/internal/branch/setup"
	"balcao/internal/identity"
	"balcao/internal/queue"
	"balcao/internal/wire"
)

// officeFile writes the configuration of a branch with a certificate.
func officeFile(t *testing.T, in *authoritytest.Installation, data string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "branch-server.yaml")
	text := fmt.Sprintf(small, data, "c29tZWhhc2hzb21laGFzaHNvbWVoYXNoc29tZWhhc2g") + "identity: " + in.Folder("L901") + "\n"
	text = strings.Replace(text, "primary: [cc]}", "primary: [cc, lev]}", 1)
	text = strings.Replace(text, "mean: 10m}]", "mean: 10m}, {id: lev, division: cc, name: {pt: Levantar}}]", 1)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// underOffice opens a branch with a certificate on a folder; it is not served, only its engine works.
func underOffice(t *testing.T, in *authoritytest.Installation, data string) *App {
	t.Helper()
	cfg, err := Load(officeFile(t, in, data))
	if err != nil {
		t.Fatal(err)
	}
	a, err := New(t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := a.engine.Today(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.close() })
	return a
}

// sentBy is what headquarters sends.
func sentBy(t *testing.T, by *identity.Identity, to string, serial uint64, number int, document string, life time.Duration) []byte {
	t.Helper()
	packed, hash, err := wire.PackConfig([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	body, err := json.Marshal(wire.ConfigDown{Number: number, Hash: hash, Packed: packed})
	if err != nil {
		t.Fatal(err)
	}
	raw, err := by.SignVersion(wire.KindConfig, to, serial, life, body)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// facts returns the bodies of the journal's facts of a type.
func (a *App) facts(t *testing.T, kind string) []string {
	t.Helper()
	records, _, err := a.store.After(t.Context(), 0, 10_000, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, r := range records {
		if e, err := wire.DecodeEvent(r.Raw); err == nil && e.Type == kind {
			all = append(all, string(e.Data))
		}
	}
	return all
}

func (a *App) takes(t *testing.T, raw []byte) *wire.ConfigHealth {
	t.Helper()
	if err := a.above.take(t.Context(), raw); err != nil {
		t.Fatal(err)
	}
	return a.above.tell()
}

func TestAConfigurationOfHeadquartersIsInForceAtOnceAndAfterAStart(t *testing.T) {
	in, data := authoritytest.New(t), t.TempDir()
	a := underOffice(t, in, data)
	hq := in.Identity("hq")
	first := sentBy(t, hq, "L901", 7, 14, "services: [{id: cc, name: {pt: Cartão novo}}]\n", time.Hour)
	h := a.takes(t, first)
	if h.State != wire.ConfigStateApplied || h.Number != 14 || h.Force != 14 || h.Serial != 7 {
		t.Fatalf("health says %+v", h)
	}
	if s, _ := a.branch.Load().Service("cc"); s.Name["pt"] != "Cartão novo" {
		t.Errorf("the service is %v", s.Name)
	}
	if h = a.takes(t, first); h.State != wire.ConfigStateApplied || len(a.facts(t, wire.TypeConfigApplied)) != 1 || len(a.facts(t, wire.TypeSecurityAlert)) != 0 {
		t.Errorf("told twice: %+v, %v", h, a.facts(t, wire.TypeConfigApplied))
	}
	if err := a.close(); err != nil {
		t.Fatal(err)
	}
	b := underOffice(t, in, data)
	if s, _ := b.branch.Load().Service("cc"); s.Name["pt"] != "Cartão novo" || b.above.tell().Force != 14 {
		t.Errorf("after a start the service is %v, health %+v", s.Name, b.above.tell())
	}
	if h := b.takes(t, sentBy(t, hq, "L901", 8, 15, "{}\n", time.Hour)); h.Force != 15 {
		t.Errorf("health says %+v", h)
	}
	if s, _ := b.branch.Load().Service("cc"); s.Name["pt"] != "Cartão de Cidadão" {
		t.Errorf("the branch's own name did not come back: %v", s.Name)
	}
}

func TestWhatNobodyMayBelieveChangesNothingAndRaisesTheAlarm(t *testing.T) {
	in := authoritytest.New(t)
	a := underOffice(t, in, t.TempDir())
	hq, other := in.Identity("hq"), authoritytest.New(t).Identity("hq")
	const says = "services: [{id: cc, name: {pt: Outro}}]\n"
	held := a.takes(t, sentBy(t, hq, "L901", 7, 14, "{}\n", time.Hour))
	older := sentBy(t, hq, "L901", 6, 13, says, time.Hour)
	changed := sentBy(t, hq, "L901", 8, 15, says, time.Hour)
	changed[len(changed)/3] ^= 1
	for why, raw := range map[string][]byte{
		wire.ConfigForged:       sentBy(t, other, "L901", 8, 15, says, time.Hour),
		wire.ConfigMisaddressed: sentBy(t, hq, "L902", 8, 15, says, time.Hour),
		wire.ConfigExpired:      sentBy(t, hq, "L901", 8, 15, says, -time.Minute),
		wire.ConfigReplayed:     older,
		"altered":               changed,
	} {
		if h := a.takes(t, raw); h.Serial != held.Serial || h.State != wire.ConfigStateApplied {
			t.Errorf("%s: %+v", why, h)
		}
		if why == "altered" {
			why = wire.ConfigForged
		}
		if !slices.Contains(a.facts(t, wire.TypeSecurityAlert), `{"what":"config","why":"`+why+`"}`) {
			t.Errorf("%s: the journal says %v", why, a.facts(t, wire.TypeSecurityAlert))
		}
	}
	a.takes(t, older)
	if n := len(a.facts(t, wire.TypeSecurityAlert)); n != 4 {
		t.Errorf("%d alarms, want one for each reason", n)
	}
	if s, _ := a.branch.Load().Service("cc"); s.Name["pt"] != "Cartão de Cidadão" {
		t.Error("something was believed")
	}
}

func TestAFaultyOneIsRejectedAndTakenOnceTheBranchHasPutItRight(t *testing.T) {
	in := authoritytest.New(t)
	a := underOffice(t, in, t.TempDir())
	h := a.takes(t, sentBy(t, in.Identity("hq"), "L901", 7, 14, "services: [{id: cc, off: true}, {id: lev, off: true}]\n", time.Hour))
	if h.State != wire.ConfigStateRejected || h.Why != wire.ConfigFaulty || h.Force != 0 || h.Text == "" {
		t.Fatalf("health says %+v", h)
	}
	if got := a.facts(t, wire.TypeConfigRejected); len(got) != 1 || !strings.Contains(got[0], `"n":14`) {
		t.Errorf("the journal says %v", got)
	}
	held, _, err := a.store.LatestDescription(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b := setup.Read(held.Document).Branch
	third := b.Services[1]
	third.ID = "outro"
	b.Services = append(b.Services, third)
	b.Counters[0].Primary = append(b.Counters[0].Primary, "outro")
	doc := setup.Write(&b)
	if err := (&office{Store: a.store, app: a}).Publish(t.Context(), "k", setup.Version{Number: held.Number + 1, Hash: setup.Hash(doc), Document: doc, Author: "joana"}, 0, &b); err != nil {
		t.Fatal(err)
	}
	if h := a.above.tell(); h.State != wire.ConfigStateApplied || len(a.branch.Load().Services) != 1 {
		t.Errorf("after the branch put it right: %+v", h)
	}
}

// TestWhatTheCoordinationPublishesStaysUnderWhatHeadquartersDecides, and who waits is not lost.
func TestWhatTheCoordinationPublishesStaysUnderWhatHeadquartersDecides(t *testing.T) {
	in := authoritytest.New(t)
	a := underOffice(t, in, t.TempDir())
	hq := in.Identity("hq")
	a.takes(t, sentBy(t, hq, "L901", 7, 14, "services: [{id: cc, name: {pt: Cartão novo}}]\n", time.Hour))
	held, _, err := a.store.LatestDescription(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b := setup.Read(held.Document).Branch
	b.Counters[0].Label = "Mesa 1"
	doc := setup.Write(&b)
	if err := (&office{Store: a.store, app: a}).Publish(t.Context(), "k", setup.Version{Number: held.Number + 1, Hash: setup.Hash(doc), Document: doc, Author: "joana"}, 0, &b); err != nil {
		t.Fatal(err)
	}
	if s, _ := a.branch.Load().Service("cc"); s.Name["pt"] != "Cartão novo" || a.branch.Load().Counters[0].Label != "Mesa 1" {
		t.Errorf("in force: %v, %v", s.Name, a.branch.Load().Counters[0].Label)
	}
	given, err := a.engine.Do(t.Context(), "", queue.Issue{Request: "r1", Service: "lev", Class: queue.ClassWalkIn})
	if err != nil || given.Refused != "" {
		t.Fatal(given, err)
	}
	h := a.takes(t, sentBy(t, hq, "L901", 8, 15, "services: [{id: lev, off: true}]\n", time.Hour))
	if h.State != wire.ConfigStateStaged || h.Force != 14 || h.Text == "" {
		t.Fatalf("with somebody waiting: %+v", h)
	}
	if _, err := a.engine.Do(t.Context(), "", queue.Cancel{Visit: given.Visit, Cause: "left"}); err != nil {
		t.Fatal(err)
	}
	if err := a.above.again(t.Context()); err != nil {
		t.Fatal(err)
	}
	if h := a.above.tell(); h.State != wire.ConfigStateApplied || h.Force != 15 {
		t.Errorf("when nobody waits any more: %+v", h)
	}
	if s, _ := a.branch.Load().Service("cc"); s.Name["pt"] != "Cartão de Cidadão" || a.branch.Load().Counters[0].Label != "Mesa 1" {
		t.Errorf("the branch's own: %v, %v", s.Name, a.branch.Load().Counters[0].Label)
	}
}
