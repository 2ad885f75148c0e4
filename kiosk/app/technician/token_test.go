package technician

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"balcao/kiosk/card"
	"balcao/kiosk/card/cardtest"
	"balcao/kiosk/card/pace"
)

func TestATokenIsExplainedAndHidden(t *testing.T) {
	folder := stateFolder(t)
	maria := cardtest.Identities()["maria"]
	token := strings.ToUpper(hex.EncodeToString(maria.Token()))
	near := func(seal cardtest.Seal) *cardtest.Card {
		return cardtest.ContactlessWith(maria, cardtest.DemoCAN, seal, chance(1))
	}
	bank, _ := cardtest.Named("bank")
	for name, tt := range map[string]struct {
		card  *cardtest.Card
		trust string
		want  error
	}{
		"multipass":           {near(cardtest.Sealed), folder, nil},
		"multipass-forged":    {near(cardtest.ImpostorIssuer), folder, nil},
		"multipass-untrusted": {near(cardtest.Sealed), "", nil},
		"multipass-copied":    {near(cardtest.CopiedChip), folder, pace.ErrChannel},
		"multipass-bank":      {bank, folder, pace.ErrUnsupported},
	} {
		t.Run(name, func(t *testing.T) {
			for _, asJSON := range []bool{false, true} {
				tt.card.Reset()
				var out bytes.Buffer
				q := cardRequest{purpose: forToken, trust: tt.trust, json: asJSON, random: chance(2)}
				err := Bench{Out: &out, Now: still}.explainCard(t.Context(), tt.card, tt.card.ATR(), "Leitor de ensaio", q)
				if !errors.Is(err, tt.want) {
					t.Errorf("%v, want %v", err, tt.want)
				}
				for _, word := range append([]string{token, strings.ToLower(token)}, personal...) {
					if strings.Contains(out.String(), word) {
						t.Errorf("the answer holds %q", word)
					}
				}
				if !asJSON {
					golden(t, name+".txt", out.String()) // the chip's keys are new each time, and so are some commands; their lengths are not
					continue
				}
				var r CardReport
				if err := json.Unmarshal(out.Bytes(), &r); err != nil || r.Commands != len(r.Exchanges) || r.Commands == 0 {
					t.Errorf("%v: %+v", err, r)
				}
				if good := name == "multipass"; good != (len(r.Fields) == 1) || good && (r.Fields[0].Bytes != 16 || r.Verdict.Chip != string(card.ChipOriginal)) {
					t.Errorf("fields %+v, verdict %+v", r.Fields, r.Verdict)
				}
			}
		})
	}
	var out bytes.Buffer
	c := near(cardtest.Sealed)
	q := cardRequest{purpose: forToken, trust: folder, personal: true, explain: true, random: chance(2)}
	if err := (Bench{Out: &out, Now: still}).explainCard(t.Context(), c, c.ATR(), "", q); err != nil || strings.Count(strings.ToUpper(out.String()), token) != 1 {
		t.Errorf("asked for: %v\n%s", err, out.String())
	}
}

func TestATokenIsReadOnlyWhereCardsOnTheReaderAre(t *testing.T) {
	file := filepath.Join(t.TempDir(), "kiosk.yaml")
	if err := os.WriteFile(file, []byte("node: L901-K01\nreader: {enabled: true}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Bench{Out: &bytes.Buffer{}, Now: still}.Command(t.Context(), []string{"card", "read", "-purpose", "multipass", "-config", file})
	if err == nil || !strings.Contains(err.Error(), "reader.contactless") {
		t.Errorf("%v", err)
	}
}
