package web

import (
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"balcao/hq/network/report"
)

// operation is one question of the read API.
type operation struct {
	Path, Summary string
	Params        []param
	Type          string // of the answer
	Body          any    // an answer, of which the shape is told; nil for lines of bytes
	Errors        []int
}

type param struct{ Name, In, Words, Type string }

var idParam = param{"id", "path", "identificador do local, como L901", "string"}

// operations are every address below /api that tells of branches, in the order of the document. A test holds it to the
// routes.
func operations() []operation {
	epoch := param{"epoch", "query", "época do registo; sem ela, a mais recente", "integer"}
	after := param{"after", "query", "só o que vem depois desta sequência", "integer"}
	missing := []int{http.StatusNotFound}
	return []operation{
		{"/api/branches", "Todos os locais e a soma da rede, agora", nil, "application/json", branchesJSON{}, nil},
		{"/api/branches/{id}", "Um local: números, serviços, entidades e equipamento", []param{idParam}, "application/json", oneBranchJSON{}, missing},
		{"/api/branches/{id}/visits", "As visitas de hoje de um local", []param{idParam}, "application/json", visitsJSON{}, missing},
		{
			"/api/branches/{id}/events", "Os factos de um local, como CloudEvents; o cabeçalho Link diz a página seguinte",
			[]param{idParam, epoch, after, {"limit", "query", "quantos, até 1000", "integer"}},
			feedType,
			[]eventJSON{},
			[]int{http.StatusBadRequest, http.StatusNotFound},
		},
		{
			"/api/branches/{id}/log", "O registo de um local tal como chegou, uma linha por facto, para verificar as somas",
			[]param{idParam, epoch, after},
			"application/x-ndjson", nil,
			[]int{http.StatusBadRequest, http.StatusNotFound},
		},
		{
			"/api/reports", "Dias passados, como na página Relatórios",
			[]param{
				{"de", "query", "primeiro dia, AAAA-MM-DD", "string"},
				{"ate", "query", "último dia, AAAA-MM-DD", "string"},
				{"por", "query", "dia, mes, distrito, loja, entidade, servico ou meia-hora", "string"},
				{"distrito", "query", "só este distrito", "string"},
				{"local", "query", "só este local", "string"},
				{"entidade", "query", "só esta entidade", "string"},
				{"servico", "query", "só este serviço", "string"},
			},
			"application/json",
			reportJSON{},
			[]int{http.StatusUnprocessableEntity},
		},
	}
}

// document is the API in OpenAPI 3.1.
func document() map[string]any {
	paths := map[string]any{}
	for _, o := range operations() {
		content := map[string]any{o.Type: map[string]any{}}
		if o.Body != nil {
			content[o.Type] = map[string]any{"schema": schemaOf(reflect.TypeOf(o.Body))}
		}
		answers := map[string]any{
			"200": map[string]any{"description": "a resposta", "content": content},
			"401": map[string]any{"description": "é preciso entrar, ou trazer uma chave"},
		}
		for _, status := range o.Errors {
			answers[itoa(status)] = map[string]any{
				"description": http.StatusText(status),
				"content":     map[string]any{"application/json": map[string]any{"schema": schemaOf(reflect.TypeFor[errorJSON]())}},
			}
		}
		params := []any{}
		for _, p := range o.Params {
			params = append(params, map[string]any{
				"name": p.Name, "in": p.In, "required": p.In == "path", "description": p.Words, "schema": map[string]any{"type": p.Type},
			})
		}
		paths[o.Path] = map[string]any{"get": map[string]any{"summary": o.Summary, "parameters": params, "responses": answers}}
	}
	return map[string]any{
		"openapi": "3.1.0",
		"info": map[string]any{
			"title": "Balcão, sede: leitura", "version": "1",
			"description": "Só lê. Durações em segundos, momentos em milissegundos Unix, 0 é nunca. Campos novos podem aparecer; os que há ficam. Nada aqui diz quem é um cidadão ou um funcionário, nem porque alguém tem prioridade.",
		},
		"security":         []any{map[string]any{"key": []any{}}},
		"components":       map[string]any{"securitySchemes": map[string]any{"key": map[string]any{"type": "http", "scheme": "bearer"}}},
		"paths":            paths,
		"x-balcao-fields":  feedFields,
		"x-balcao-reports": report.Groups(),
	}
}

var rawType = reflect.TypeFor[json.RawMessage]()

// schemaOf tells a Go type as JSON Schema 2020-12, by its tags.
func schemaOf(t reflect.Type) map[string]any {
	if t == rawType {
		return map[string]any{"type": "object"}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return schemaOf(t.Elem())
	case reflect.String:
		return map[string]any{"type": "string"}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Float64:
		return map[string]any{"type": "number"}
	case reflect.Slice:
		return map[string]any{"type": "array", "items": schemaOf(t.Elem())}
	case reflect.Map:
		return map[string]any{"type": "object", "additionalProperties": schemaOf(t.Elem())}
	case reflect.Struct:
		fields, required := map[string]any{}, []string{}
		for _, f := range reflect.VisibleFields(t) {
			name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
			if f.Anonymous || name == "" || name == "-" {
				continue
			}
			one := schemaOf(f.Type)
			if words := f.Tag.Get("doc"); words != "" {
				one["description"] = words
			}
			fields[name] = one
			if options != "omitempty" {
				required = append(required, name)
			}
		}
		slices.Sort(required)
		return map[string]any{"type": "object", "properties": fields, "required": required}
	default: // whole numbers of all sizes
		return map[string]any{"type": "integer"}
	}
}

// apiDocument is GET /api/openapi.json.
func (s *Server) apiDocument(w http.ResponseWriter, _ *http.Request, _ visitor) {
	s.answer(w, http.StatusOK, document())
}

// apiPage is GET /api: the document for people, made of the same table.
func (s *Server) apiPage(w http.ResponseWriter, r *http.Request, who visitor) {
	type line struct{ Name, Type, Words string }
	type shown struct {
		operation

		Fields []line
	}
	var all []shown
	for _, o := range operations() {
		one := shown{operation: o}
		t := reflect.TypeOf(o.Body)
		if t != nil && t.Kind() == reflect.Slice {
			t = t.Elem()
		}
		if t != nil {
			for _, f := range reflect.VisibleFields(t) {
				name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
				if kind, is := schemaOf(f.Type)["type"].(string); is && !f.Anonymous && name != "" {
					one.Fields = append(one.Fields, line{name, kind, f.Tag.Get("doc")})
				}
			}
		}
		all = append(all, one)
	}
	s.show(w, r, http.StatusOK, who, "api", "Interfaces", map[string]any{"Operations": all, "Fields": strings.Join(feedFields, ", ")})
}
