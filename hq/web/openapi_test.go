package web

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"balcao/hq/people"
	"balcao/internal/wire"
)

// logOf is a database with one log: every sample of a fact that there is, each with a canary in fields of its own and in
// one that may leave.
type logOf struct{ nothing }

const canary = "Maria Canária da Conceição"

func (logOf) LatestEpoch(context.Context, wire.NodeID) (uint64, error) { return 7, nil }

func (logOf) Records(_ context.Context, _ wire.NodeID, _, after uint64) iter.Seq2[wire.Record, error] {
	return func(yield func(wire.Record, error) bool) {
		for i, raw := range samples() {
			seq := uint64(i + 1) //nolint:gosec // an index
			if seq > after && !yield(wire.Record{Seq: seq, Raw: raw}, nil) {
				return
			}
		}
	}
}

func samples() [][]byte {
	files, err := filepath.Glob("../../internal/wire/testdata/v1/fact-*.json")
	if err != nil || len(files) < 40 {
		panic(fmt.Sprint(len(files), err))
	}
	var all [][]byte
	for i, name := range append(files, "") {
		f := struct {
			Type string
			V    int
			Data map[string]any
		}{"future.citizen_seen", 1, map[string]any{"visit": 1}}
		if name != "" {
			raw, err := os.ReadFile(name) //nolint:gosec // ours
			if err != nil || json.Unmarshal(raw, &f) != nil {
				panic(name)
			}
		}
		for _, key := range []string{"name", "nif", "note", "given", "who"} {
			f.Data[key] = canary
		}
		data, err := json.Marshal(f.Data)
		if err != nil {
			panic(err)
		}
		raw, err := wire.EncodeEvent(wire.Event{
			Seq: uint64(i + 1), ID: fmt.Sprintf("01K%023d", i), Type: f.Type, Version: f.V, TS: noon.UnixMilli(), CQ: wire.ClockOK, Data: data, //nolint:gosec // an index
		})
		if err != nil {
			panic(err)
		}
		all = append(all, raw)
	}
	return all
}

func TestTheDocumentTellsEveryAddressAndWhatItAnswers(t *testing.T) {
	t.Parallel()
	h := newHouse(t, false)
	h.server.opt.Store = logOf{}
	lia := h.cookie("lia")
	var doc struct {
		OpenAPI string
		Paths   map[string]map[string]struct {
			Responses map[string]struct {
				Content map[string]struct{ Schema map[string]any }
			}
		}
	}
	if err := json.Unmarshal(h.ask("GET", "/api/openapi.json", lia).Body.Bytes(), &doc); err != nil || doc.OpenAPI != "3.1.0" {
		t.Fatal(doc.OpenAPI, err)
	}
	var told []string
	for path, item := range doc.Paths {
		told = append(told, path)
		asked := strings.Replace(path, "{id}", "L001", 1)
		if path == "/api/reports" {
			asked += "?de=2026-11-01&ate=2026-11-22&por=loja"
		}
		got := h.ask("GET", asked, lia)
		for kind, answer := range item["get"].Responses["200"].Content {
			if got.Code != http.StatusOK || got.Header().Get("Content-Type") != kind {
				t.Errorf("%s: %d, %s; want %s", asked, got.Code, got.Header().Get("Content-Type"), kind)
			}
			var body any
			if answer.Schema == nil {
				continue
			}
			if err := json.Unmarshal(got.Body.Bytes(), &body); err != nil {
				t.Errorf("%s: %v", asked, err)
			}
			for _, fault := range differs(path, answer.Schema, body) {
				t.Error(fault)
			}
		}
	}
	for _, r := range h.server.table() {
		path := strings.TrimPrefix(r.pattern, "GET ")
		if strings.HasPrefix(path, "/api/") && path != "/api/openapi.json" && !slices.Contains(told, path) {
			t.Errorf("%s is not in the document", path)
		}
	}
	page := h.ask("GET", "/api", lia).Body.String()
	for _, path := range told {
		if !strings.Contains(page, path) {
			t.Errorf("%s is not on the page", path)
		}
	}
}

// differs says where an answer is not of the shape that the document tells.
func differs(at string, schema map[string]any, value any) []string {
	var faults []string
	switch v := value.(type) {
	case map[string]any:
		if schema["type"] != "object" {
			return []string{at + ": an object"}
		}
		properties, _ := schema["properties"].(map[string]any)
		required, _ := schema["required"].([]any)
		for _, name := range required {
			if _, is := v[fmt.Sprint(name)]; !is {
				faults = append(faults, fmt.Sprintf("%s: %v is missing", at, name))
			}
		}
		for name, one := range v {
			if field, is := properties[name].(map[string]any); is {
				faults = append(faults, differs(at+"."+name, field, one)...)
			} else if properties != nil {
				faults = append(faults, at+"."+name+": not told")
			}
		}
	case []any:
		items, _ := schema["items"].(map[string]any)
		if schema["type"] != "array" {
			return []string{at + ": a list"}
		}
		for i, one := range v {
			faults = append(faults, differs(fmt.Sprintf("%s[%d]", at, i), items, one)...)
		}
	case string:
		if schema["type"] != "string" {
			faults = append(faults, at+": a text")
		}
	case float64:
		if schema["type"] != "number" && (schema["type"] != "integer" || v != float64(int64(v))) {
			faults = append(faults, fmt.Sprintf("%s: %v is no %v", at, v, schema["type"]))
		}
	case bool:
		if schema["type"] != "boolean" {
			faults = append(faults, at+": a truth")
		}
	default:
		faults = append(faults, fmt.Sprintf("%s: %v", at, value))
	}
	return faults
}

// TestNothingPersonalLeavesByTheFeed: the fields that may leave are named; whatever else is in a fact stays, in whatever
// fact of whatever time to come.
func TestNothingPersonalLeavesByTheFeed(t *testing.T) {
	t.Parallel()
	h := newHouse(t, false)
	h.server.opt.Store = logOf{}
	got := h.ask("GET", "/api/branches/L001/events?limit=30", h.cookie("lia"))
	var batch []eventJSON
	if err := json.Unmarshal(got.Body.Bytes(), &batch); err != nil || len(batch) != 30 || got.Header().Get("Content-Type") != feedType {
		t.Fatal(len(batch), err, got.Header())
	}
	_, next, _ := strings.Cut(got.Header().Get("Link"), "<")
	next, _, _ = strings.Cut(next, ">")
	more := h.ask("GET", next, h.cookie("lia"))
	var rest []eventJSON
	if err := json.Unmarshal(more.Body.Bytes(), &rest); err != nil || len(rest) < 15 || rest[0].ID == batch[29].ID {
		t.Fatalf("after %s: %d, %v", next, len(rest), err)
	}
	text := got.Body.String() + more.Body.String()
	for _, never := range []string{"Canária", "Maria", "future.citizen_seen", `"by"`, `"class"`, `"lang"`, `"why"`, `"told"`, `"boot"`, `"req"`, "p-7", "dl-58"} {
		if strings.Contains(text, never) {
			t.Errorf("%s left", never)
		}
	}
	for _, must := range []string{`"type":"pt.balcao.ticket.called"`, `"source":"/branches/L001"`, `"tk":{"n":23,"p":"A"}`, `"specversion":"1.0"`} {
		if !strings.Contains(text, must) {
			t.Errorf("%s is not in the feed", must)
		}
	}
}

func FuzzWhatLeavesIsACodeOrANumber(f *testing.F) {
	f.Add([]byte(`{"visit":1,"reason":"mistake","name":"Maria","tk":{"p":"A","n":3,"by":"x"}}`))
	f.Add([]byte(`{"reason":{"place":"x y"},"place":["a"]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		out, ok := sieved(data)
		if !ok {
			return
		}
		var kept map[string]any
		if err := json.Unmarshal(out, &kept); err != nil {
			t.Fatal(err)
		}
		for key, value := range kept {
			if text, is := value.(string); is && !code(text) || !slices.Contains(feedFields, key) {
				t.Errorf("%s: %v", key, value)
			}
		}
	})
}

func TestAProgramReadsWithItsKeyAndDoesNothingElse(t *testing.T) {
	t.Parallel()
	h := newHouse(t, false)
	key, line, err := people.NewKey("mapa")
	if err != nil {
		t.Fatal(err)
	}
	if h.server.opt.Keys, err = people.ParseKeys("keys.yaml", []byte("keys:\n"+strings.Replace(line, "{name: mapa", "{name: mapa, districts: [Faro]", 1)+"\n")); err != nil {
		t.Fatal(err)
	}
	ask := func(method, path, key string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), method, "http://localhost"+path, nil)
		r.Header.Set("Authorization", "Bearer "+key)
		w := httptest.NewRecorder()
		h.server.Handler().ServeHTTP(w, r)
		return w
	}
	if got := ask("GET", "/api/branches", key); got.Code != http.StatusOK || !strings.Contains(got.Body.String(), "Faro") || strings.Contains(got.Body.String(), "Braga") {
		t.Errorf("with the key of Faro: %d %s", got.Code, got.Body)
	}
	for _, row := range []struct{ method, path, key string }{
		{"GET", "/api/branches", ""}, {"GET", "/api/branches", key + "x"}, {"GET", "/alertas", key}, {"POST", "/silencios", key}, {"GET", "/pessoas", key},
	} {
		if got := ask(row.method, row.path, row.key); got.Code == http.StatusOK {
			t.Errorf("%s %s is answered", row.method, row.path)
		}
	}
	for _, bad := range []string{"keys: [{name: X}]", "keys: [{name: a, sha256: 00}]", "nada: 1"} {
		if _, err := people.ParseKeys("keys.yaml", []byte(bad)); err == nil {
			t.Errorf("%s is taken", bad)
		}
	}
	if _, _, err := people.NewKey("Mapa de Portugal"); err == nil {
		t.Error("a name with spaces is taken")
	}
}
