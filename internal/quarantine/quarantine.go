// Package quarantine is the operator's way to see which logs were found with two contents, and to let their nodes go on:
// the commands `hq quarantine` and `branch-server quarantine`, also while the program runs. It speaks Portuguese.
package quarantine

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"balcao/internal/errand"
	"balcao/internal/machine"
	"balcao/internal/replica"
	"balcao/internal/sqlite"
	"balcao/internal/wire"
)

// Store is what the office asks of a receiver's database.
type Store interface {
	Quarantined(ctx context.Context) ([]replica.Quarantine, error)
	Lift(ctx context.Context, node wire.NodeID, epoch uint64, reason string) error
}

// Office carries out what an operator orders.
type Office struct{ Store Store }

// order is what the command asks of the program that has the database open.
type order struct {
	Lift   bool        `json:"lift"`
	Node   wire.NodeID `json:"node"`
	Epoch  uint64      `json:"epoch"`
	Reason string      `json:"reason"`
}

type answer struct {
	Cases []replica.Quarantine `json:"cases"`
	Fault string               `json:"fault"`
}

// maxReason bounds the reason that somebody types, in bytes.
const maxReason = 500

// Order answers an order of the command line; errand.Run calls it.
func (o Office) Order(ctx context.Context, raw []byte) []byte {
	var wish order
	var a answer
	err := json.Unmarshal(raw, &wish)
	if err == nil && wish.Lift {
		err = o.Store.Lift(ctx, wish.Node, wish.Epoch, wish.Reason)
	}
	if err == nil {
		a.Cases, err = o.Store.Quarantined(ctx)
	}
	if err != nil {
		a.Fault = err.Error()
	}
	body, err := json.Marshal(a)
	if err != nil {
		return nil
	}
	return body
}

// Desk is the command of one program. Open opens the database while the program does not run; it returns
// sqlite.ErrInUse while it does.
type Desk struct {
	Program string // its name on the command line
	Folder  func(config string) (string, error)
	Open    func(ctx context.Context, data string) (Store, io.Closer, error)
	Zone    *time.Location
}

func (d Desk) usage() string {
	return fmt.Sprintf(`%[1]s quarantine [list]  -config FICHEIRO | -data PASTA
%[1]s quarantine lift    -config FICHEIRO | -data PASTA -node L901-K01 -epoch 117657147847123 -reason "…"

Um registo que chega com duas versões diferentes fica em quarentena: nada mais dele entra, e nada se apaga.
Antes de levantar: desligue a cópia (cartão ou máquina clonada). Depois de levantar, o aparelho começa uma época nova,
entrega o que faltava, e a época antiga fica como está, para quem a quiser ver. Não escreva dados pessoais no motivo.
`, d.Program)
}

// Command is `PROGRAM quarantine …`.
func (d Desk) Command(ctx context.Context, args []string, out, messages io.Writer) error {
	verb := "list"
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		verb, args = args[0], args[1:]
	}
	flags := flag.NewFlagSet(d.Program+" quarantine "+verb, flag.ContinueOnError)
	flags.SetOutput(messages)
	flags.Usage = func() { _, _ = io.WriteString(messages, d.usage()) }
	config := flags.String("config", "", "configuração do programa")
	data := flags.String("data", "", "pasta de dados")
	node := flags.String("node", "", "aparelho ou loja, como L901-K01")
	epoch := flags.Uint64("epoch", 0, "época do registo, como a lista a mostra")
	reason := flags.String("reason", "", "porque se levanta: o que aconteceu e o que se fez")
	if err := flags.Parse(args); err != nil {
		return err
	}
	wish := order{Lift: verb == "lift", Node: wire.NodeID(*node), Epoch: *epoch, Reason: strings.TrimSpace(*reason)}
	switch {
	case verb != "list" && verb != "lift":
		_, _ = io.WriteString(messages, d.usage())
		return fmt.Errorf("não há nenhum comando «quarantine %s»", verb)
	case wish.Lift && (!wish.Node.Valid() || wish.Epoch == 0):
		return errors.New("diga o aparelho com -node e a época com -epoch, como a lista os mostra")
	case wish.Lift && (len(wish.Reason) < 10 || len(wish.Reason) > maxReason):
		return fmt.Errorf("escreva em -reason porque levanta a quarentena (10 a %d letras): outra pessoa vai querer saber", maxReason)
	case *data == "" && *config == "":
		return errors.New("diga a configuração com -config, ou a pasta de dados com -data")
	}
	if *data == "" {
		var err error
		if *data, err = d.Folder(*config); err != nil {
			return err
		}
	}
	a, err := d.ask(ctx, *data, wish)
	if err != nil {
		return err
	}
	if a.Fault != "" {
		return fmt.Errorf("não foi levantada: %s; veja a lista com «%s quarantine list»", a.Fault, d.Program)
	}
	d.tell(out, a.Cases, wish)
	return nil
}

// ask does it here while the program is not running, and else has the program do it.
func (d Desk) ask(ctx context.Context, data string, wish order) (answer, error) {
	raw, err := json.Marshal(wish)
	if err != nil {
		return answer{}, err
	}
	s, file, err := d.Open(ctx, data)
	switch {
	case err == nil:
		raw = Office{Store: s}.Order(ctx, raw)
		err = file.Close()
	case errors.Is(err, sqlite.ErrInUse):
		ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		if raw, err = errand.Leave(ctx, data, "quarantine-"+machine.NewBoot(), raw); errors.Is(err, errand.ErrNobody) {
			return answer{}, fmt.Errorf("o programa tem a pasta %s aberta mas não responde: %w", data, err)
		}
	}
	if err != nil {
		return answer{}, err
	}
	var a answer
	if err := json.Unmarshal(raw, &a); err != nil {
		return answer{}, fmt.Errorf("a resposta do programa não se lê: %w", err)
	}
	return a, nil
}

func (d Desk) tell(out io.Writer, cases []replica.Quarantine, wish order) {
	if len(cases) == 0 {
		fmt.Fprintln(out, "Nenhum registo está ou esteve em quarentena.")
		return
	}
	when := func(t time.Time) string { return t.In(d.Zone).Format("2006-01-02 15:04:05") }
	for _, c := range cases {
		fmt.Fprintf(out, "%s  época %d  até ao registo %d  em quarentena desde %s\n", c.Node, c.Epoch, c.HWM, when(c.Since))
		if !c.Lifted.IsZero() {
			fmt.Fprintf(out, "    levantada em %s: %s\n", when(c.Lifted), c.Reason)
			continue
		}
		fmt.Fprintf(out, "    para levantar: %s quarantine lift -node %s -epoch %d -reason \"…\"\n", d.Program, c.Node, c.Epoch)
	}
	if wish.Lift {
		fmt.Fprintf(out, "Levantada: %s começa uma época nova na próxima palavra que disser (menos de um minuto).\n", wish.Node)
	}
}
