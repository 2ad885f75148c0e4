package screen

import (
	"fmt"
	"slices"
	"time"

	"balcao/internal/wire"
)

// rushSamples are boards of busy minutes and of what a branch says on its boards.
func rushSamples() []string {
	return []string{"rush", "rush-half", "rush-third", "message", "shared", "waits"}
}

// sampleRush makes a board of rushSamples out of the usual one.
func sampleRush(name string, f *boardFace, b *wire.Board, now time.Time) {
	many := map[string]int{"rush": 7, "rush-half": 11, "rush-third": 20}
	switch name {
	case "rush", "rush-half", "rush-third":
		var calls []wire.BoardCall
		for i := range many[name] {
			calls = append(calls, wire.BoardCall{
				ID: 100 + i, Seq: uint64(300 + i), Number: fmt.Sprintf("%c%03d", "AHMX"[i%4], 90+13*i), Counter: fmt.Sprintf("Balcão %d", 1+7*i%40),
				Body: "Registos e Notariado", Say: i%5 == 4, Service: "Cartão de Cidadão", Count: 1, AtMS: now.UnixMilli(),
			})
			f.fresh = append(f.fresh, 100+i)
		}
		slices.Reverse(calls)
		b.Seq, b.Calls = 400, append(calls, b.Calls...)
		f.Say = &sayFace{Text: "A 90, balcão 1", Lang: "pt"}
	case "message":
		b.Notes = []wire.BoardNote{{Text: wire.Text{"pt": "Simulacro às 15:00: siga as indicações da equipa da loja e deixe as saídas livres."}}}
		b.Zones = []wire.BoardZone{{ID: "piso-0", Name: "Piso 0", Earlier: 8}}
		b.Calls = append(b.Calls, b.Calls[2:5]...)
		for i := range b.Calls[6:] {
			b.Calls[6+i].ID += 50
		}
	case "shared":
		for i := range b.Calls {
			b.Calls[i].Say = i%2 == 1
		}
	case "waits":
		b.Queues[0].Wait = wire.Range{Low: 0, High: 15, Next: true}
		b.Queues[1].Wait = wire.Range{Low: 75, High: 130}
		b.Queues[2].Wait = wire.Range{Low: 90, High: 240}
	}
}
