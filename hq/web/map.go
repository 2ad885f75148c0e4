package web

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"balcao/hq/atlas"
	"balcao/hq/atlas/registry"
	"balcao/hq/network"
	"balcao/internal/queue"
)

// mark is where a branch stands on the map.
type mark struct {
	X  float64 `json:"x"`
	Y  float64 `json:"y"`
	On string  `json:"on"` // the sheet
}

// marks places every branch that has a position; consular posts stand on their shelf in the order of their ids.
func (s *Server) marks(branches []network.Summary) map[string]*mark {
	all := make(map[string]*mark, len(branches))
	posts := 0
	for _, b := range branches {
		if b.Kind == registry.Consulate {
			if at, ok := s.land.Shelf(posts); ok {
				all[string(b.ID)] = &mark{at.X, at.Y, atlas.Consulates}
			}
			posts++
			continue
		}
		if at, on, ok := s.land.Place(b.Position); ok {
			all[string(b.ID)] = &mark{at.X, at.Y, on}
		}
	}
	return all
}

// mapPicture is the map as the first page draws it; scripts move its marks from then on.
type mapPicture struct {
	W, H   int
	Sheets []atlas.Sheet
	Shapes []shape
	Depths []depth
	On     map[string]int // marks on each sheet
}

// depth is one layer of marks: those of one state. The worst are drawn last.
type depth struct {
	Class string
	Marks []drawnMark
}

type drawnMark struct {
	mark
	ID, Name, Shape string
	Class, Word     string
	Hidden          bool
}

// shape is the outline of a mark of one state and size, around 0,0.
type shape struct{ ID, Path string }

// depths are the classes of the signs as the map stacks them.
var depths = []string{"free", "ok", "stale", "watch", "out"}

// shapes draws the marks: a disc, a square, a triangle, a diamond and a ring, for Lojas larger than for others.
func shapes() []shape {
	var all []shape
	for _, size := range []struct {
		name string
		r    float64
	}{{"l", 5}, {"e", 3.1}} {
		r := size.r
		disc := fmt.Sprintf("M%g 0a%g %g 0 1 0 %g 0a%g %g 0 1 0 %g 0Z", -r, r, r, 2*r, r, r, -2*r)
		square := fmt.Sprintf("M%g %gh%gv%gh%gZ", -r, -r, 2*r, 2*r, -2*r)
		triangle := fmt.Sprintf("M0 %gL%g %gH%gZ", -1.35*r, 1.3*r, 0.95*r, -1.3*r)
		diamond := fmt.Sprintf("M0 %gL%g 0L0 %gL%g 0Z", -1.3*r, 1.3*r, 1.3*r, -1.3*r)
		for _, s := range []shape{{"ok", disc}, {"free", disc}, {"watch", square}, {"out", triangle}, {"stale", diamond}} {
			all = append(all, shape{"k-" + s.ID + "-" + size.name, s.Path})
		}
	}
	return all
}

// picture draws the map with the rows of a view.
func (s *Server) picture(v view, f filter) mapPicture {
	p := mapPicture{W: atlas.Width, H: atlas.Height, Sheets: s.land.Sheets(), Shapes: shapes(), On: map[string]int{}}
	layers := map[string][]drawnMark{}
	for id, r := range v.Rows {
		if r.Mark == nil {
			continue
		}
		size := "e"
		if r.Kind == registry.Loja {
			size = "l"
		}
		hidden := !f.admits(r)
		if !hidden {
			p.On[r.Mark.On]++
		}
		layers[r.Class] = append(layers[r.Class], drawnMark{
			mark: *r.Mark, ID: id, Name: r.Name, Shape: "k-" + r.Class + "-" + size, Class: r.Class, Word: r.Word, Hidden: hidden,
		})
	}
	for _, class := range depths {
		slices.SortFunc(layers[class], func(x, y drawnMark) int { return cmp.Compare(x.ID, y.ID) })
		p.Depths = append(p.Depths, depth{class, layers[class]})
	}
	return p
}

// mapWords says the whole map in one line, for those who do not see it.
func mapWords(t network.Totals) string {
	parts := make([]string, 0, 5)
	for _, l := range legend(t) {
		parts = append(parts, l.Count+" "+l.Words)
	}
	return "Mapa de Portugal: " + strings.Join(parts, ", ") + ". A tabela «Locais» diz o mesmo."
}

// unplaced says how many branches the map cannot show.
func unplaced(branches []network.Summary, marks map[string]*mark) string {
	n := len(branches) - len(marks)
	if n == 0 {
		return ""
	}
	return counted(n, "local sem posição, só na tabela", "locais sem posição, só na tabela")
}

// filter is what of the network somebody wants to see. It is the page's address, so that it can be kept and sent.
type filter struct {
	District, Kind, Body, State, Text string
}

func filterOf(q url.Values) filter {
	return filter{
		District: q.Get("distrito"), Kind: q.Get("tipo"), Body: q.Get("entidade"), State: q.Get("estado"), Text: q.Get("procura"),
	}
}

// admits reports whether a row is to be seen. What is searched for is left to the page.
func (f filter) admits(r row) bool {
	return (f.District == "" || f.District == r.District) && (f.Kind == "" || f.Kind == string(r.Kind)) &&
		(f.State == "" || f.State == r.Class) && (f.Body == "" || slices.Contains(r.Bodies, f.Body))
}

// choice is one list of the filter.
type choice struct {
	ID, Label, All string
	Options        []option
}

type option struct {
	Value, Words string
	Chosen       bool
}

// choices are the lists of the filter, with what there is to choose from now.
func (s *Server) choices(v view, f filter, who visitor) []choice {
	districts, bodies := map[string]string{}, map[string]string{}
	for _, r := range v.Rows {
		if r.District != "" {
			districts[r.District] = r.District
		}
		for i, b := range r.Bodies {
			bodies[b] = r.BodyNames[i]
		}
	}
	// What was asked for stays in the list although nothing has it just now.
	if f.District != "" && who.seesDistrict(f.District) {
		districts[f.District] = f.District
	}
	if f.Body != "" && bodies[f.Body] == "" && who.serves(queue.BodyID(f.Body)) {
		bodies[f.Body] = f.Body
	}
	kinds := []option{{Value: "loja", Words: "Lojas"}, {Value: "espaco", Words: "Espaços"}, {Value: "consulado", Words: "Postos consulares"}}
	states := make([]option, 0, 5)
	for _, g := range []sign{signOut, signWatch, signStale, signFine, signClosed} {
		states = append(states, option{Value: g.Class, Words: upperFirst(g.Word)})
	}
	states[0].Words = "Fora ou avaria"
	all := []choice{
		{"distrito", "Distrito", "Todos os distritos", sorted(districts)},
		{"tipo", "Tipo", "Todos os tipos", kinds},
		{"entidade", "Entidade", "Todas as entidades", sorted(bodies)},
		{"estado", "Estado", "Todos os estados", states},
	}
	for i, chosen := range []string{f.District, f.Kind, f.Body, f.State} {
		for j := range all[i].Options {
			all[i].Options[j].Chosen = all[i].Options[j].Value == chosen
		}
	}
	return all
}

func sorted(words map[string]string) []option {
	all := make([]option, 0, len(words))
	for value, w := range words {
		all = append(all, option{Value: value, Words: w})
	}
	slices.SortFunc(all, func(x, y option) int {
		return cmp.Or(cmp.Compare(plain(x.Words), plain(y.Words)), cmp.Compare(x.Value, y.Value))
	})
	return all
}

// plain orders Portuguese names as their readers do: É stands with E.
func plain(s string) string {
	return strings.NewReplacer("Á", "A", "À", "A", "Â", "A", "É", "E", "Ê", "E", "Í", "I", "Ó", "O", "Ú", "U").Replace(s)
}

// bodyNames names the bodies of a row for the filter.
func (s *Server) bodyNames(b network.Summary) (ids, names []string) {
	for _, id := range b.Bodies {
		ids, names = append(ids, string(id)), append(names, s.opt.Names.body(id))
	}
	return ids, names
}
