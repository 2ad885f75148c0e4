package web

import (
	"slices"

	"balcao/internal/branch"
	"balcao/internal/branch/setup"
)

// callboard makes the form of one callboard: what it shows, where, and for how long.
func (f form) callboard(id string) []block {
	at := "callboards/" + id + "/"
	places := block{Title: "De onde são as chamadas", Note: "Sem nenhum lugar marcado, são as de todos."}
	// A place that no division has any more stays until somebody takes it off.
	held := f.b.Callboards[slices.IndexFunc(f.b.Callboards, func(k branch.Callboard) bool { return k.ID == id })]
	for _, p := range slices.Compact(append(setup.Places(f.b), slices.DeleteFunc(slices.Clone(held.Places), func(p string) bool { return slices.Contains(setup.Places(f.b), p) })...)) {
		places.Fields = append(places.Fields, f.field(at+"place/"+p, "check", p, ""))
	}
	bodies := block{Title: "De que entidades", Note: "Sem nenhuma marcada, são as de todas."}
	for _, b := range f.b.Bodies {
		bodies.Fields = append(bodies.Fields, f.field(at+"body/"+b.ID, "check", b.Short, ""))
	}
	return []block{
		{Title: "O painel", Fields: []field{
			f.wide(f.field(at+"name", "text", "Nome", "No cimo do painel: Piso 0")),
			f.wide(f.field(at+"boxes", "text", "Caixas que o mostram", "Códigos como L901-D01. Um televisor simples abre /painel?zona="+id)),
		}},
		places, bodies,
		{Title: "Quanto tempo e quantas", Fields: []field{
			f.number(at+"takeover", "Chamada nova em destaque", "Mais longo onde não se ouve a voz", "s", "8"),
			f.number(at+"earlier", "Chamadas anteriores ao lado", "De 3 a 8", "chamadas", "5"),
		}},
		{Title: "Vídeo ao lado das chamadas", Note: "Passa sem som, com legendas, enquanto não há chamadas novas; uma chamada tira-o da frente. Os ficheiros põem-se na pasta de vídeos do servidor da loja; uma caixa de painel precisa de uma cópia na sua.", Fields: []field{
			f.wide(f.choice(at+"video", "Vídeo", "", videoChoices(f.videos)...)),
		}},
		{Title: "Mais", Note: "As mensagens do painel escrevem-se em «Painéis», no cimo da página.", Remove: &remover{"callboards/" + id, "Tirar este painel"}},
	}
}

// boardRow is a callboard in the list of all of them.
func boardRow(b *branch.Branch, i int) []string {
	k := b.Callboards[i]
	bodies := make([]string, 0, len(k.Bodies))
	for _, id := range k.Bodies {
		bodies = append(bodies, orWord(setup.Get(b, "bodies/"+id+"/short"), id))
	}
	return []string{orWord(list(k.Places), "todos"), orWord(list(bodies), "todas"), list(k.Boxes)}
}
