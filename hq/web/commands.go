package web

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"balcao/hq/command"
	"balcao/hq/network"
	"balcao/hq/people"
	"balcao/internal/wire"
)

// Commands is where commands for branches are given; the desk of hq/command is it.
type Commands interface {
	Give(ctx context.Context, c command.Command) error
	Withdraw(ctx context.Context, branch wire.NodeID, id string) error
	Of(ctx context.Context, branch wire.NodeID, limit int) ([]command.Command, error)
}

func (s *Server) commandRoutes() []route {
	return []route{
		{"GET /lojas/{id}/pedidos", people.Operator, s.commandsPage},
		{"GET /lojas/{id}/pedidos/{kind}", people.Operator, s.commandPage},
		{"POST /lojas/{id}/pedidos/{kind}", people.Operator, s.giveCommand},
	}
}

// commandKind is one thing that can be asked, in words.
type commandKind struct {
	Do, Path  string
	Title     string
	Says      string // what happens there
	Button    string
	Past      string // for the audit
	Needs     string // what somebody has to choose: node, text or nothing
	Unsettles bool   // people at the branch notice it
}

// commandKinds are in the order of the page.
var commandKinds = []commandKind{
	{Do: wire.CommandMessage, Path: "mensagem", Title: "Mensagem à coordenação", Says: "A coordenação da loja vê-a logo, no que pede atenção, com o seu nome, e confirma que leu.", Button: "Enviar a mensagem", Past: "enviou uma mensagem à coordenação", Needs: "text"},
	{Do: wire.CommandReport, Path: "relatorio", Title: "Relatório de apoio", Says: "A loja descreve as suas máquinas: programa, disco, relógio, certificado, dispositivos. Não traz nomes nem senhas.", Button: "Pedir o relatório", Past: "pediu um relatório de apoio"},
	{Do: wire.CommandCheck, Path: "confirmar", Title: "Confirmar a base de dados", Says: "A loja lê o seu ficheiro até ao fim, enquanto trabalha, e diz se está inteiro. Pode demorar minutos.", Button: "Pedir a confirmação", Past: "pediu para confirmar a base de dados"},
	{Do: wire.CommandBackup, Path: "copia", Title: "Cópia de segurança", Says: "A loja copia a sua base de dados para o próprio disco, confere a cópia e guarda as duas últimas. Continua a trabalhar.", Button: "Pedir a cópia", Past: "pediu uma cópia de segurança"},
	{Do: wire.CommandConfig, Path: "configuracao", Title: "Reenviar a configuração", Says: "A loja diz outra vez a sua descrição e que configuração tem em vigor, e tenta de novo a que estiver à espera.", Button: "Pedir o reenvio", Past: "pediu para reenviar a configuração"},
	{Do: wire.CommandRestart, Path: "reiniciar", Title: "Reiniciar um dispositivo", Says: "O programa do quiosque ou do painel termina e recomeça, em menos de um minuto, assim que ninguém o esteja a usar. Não se perde nenhuma senha.", Button: "Reiniciar", Past: "pediu para reiniciar", Needs: "node", Unsettles: true},
}

func kindOf(match func(commandKind) bool) (commandKind, bool) {
	if i := slices.IndexFunc(commandKinds, match); i >= 0 {
		return commandKinds[i], true
	}
	return commandKind{}, false
}

// commandSigns are the states of a command.
var commandSigns = map[command.State]sign{
	command.Waiting: {"free", "b-closed", "à espera da loja"}, command.Sent: {"busy", "b-busy", "enviado"},
	command.Received: {"busy", "b-busy", "recebido"}, command.Done: {"ok", "b-ok", "feito"},
	command.Refused: {"out", "b-out", "recusado"}, command.Failed: {"out", "b-out", "falhou"},
	command.Expired: {"watch", "b-watch", "expirou"}, command.Withdrawn: {"free", "b-closed", "retirado"},
}

// commandLine is one command for people.
type commandLine struct {
	ID, What, Text, Words, Report string
	By, At, Until                 string
	Sign                          sign
	Steps                         string
	May                           bool // it can be withdrawn
}

func (s *Server) commandLine(c command.Command, now time.Time) commandLine {
	k, known := kindOf(func(k commandKind) bool { return k.Do == c.Do })
	l := commandLine{
		ID: c.ID, What: k.Title, Text: c.Text, Words: c.Words, Report: c.Report, By: s.opt.People.Name(c.By), At: clock(c.Given, now, "15:04"),
		Until: clock(c.Until, now, "15:04"), Sign: commandSigns[c.State], May: c.State == command.Waiting,
	}
	if !known {
		l.What = c.Do
	}
	if c.Do == wire.CommandRestart {
		l.What = "Reiniciar " + c.Node
	}
	if c.Do == wire.CommandMessage && c.State == command.Received {
		l.Sign = sign{"busy", "b-busy", "por ler"}
	}
	if c.Do == wire.CommandMessage && c.State == command.Done {
		l.Sign = sign{"ok", "b-ok", "lida"}
	}
	var steps []string
	for _, step := range []struct {
		words string
		at    time.Time
	}{{"enviado", c.Sent}, {"recebido", c.Came}, {cmp.Or(map[command.State]string{command.Done: "feito", command.Withdrawn: "retirado", command.Expired: "expirou"}[c.State], "terminou"), c.Ended}} {
		if !step.at.IsZero() {
			steps = append(steps, step.words+" "+clock(step.at, now, "15:04:05"))
		}
	}
	l.Steps = strings.Join(steps, " · ")
	switch {
	case c.State == command.Waiting:
		l.Words = "Segue quando a loja ligar, até às " + l.Until + "."
	case c.State == command.Expired && c.Why == wire.CommandTooLate:
		l.Words = "A loja nunca o recebeu. Peça de novo se ainda fizer falta."
	case c.State == command.Expired && c.Sent.IsZero():
		l.Words = "A loja não ligou a tempo: não se fez. Peça de novo se ainda fizer falta."
	case c.State == command.Expired:
		l.Words = "Sem resposta da loja a tempo. A sede pergunta-lhe o que aconteceu assim que ligar."
	}
	return l
}

// commandPanel is what the branch page shows of commands: what and how it stands, without names.
type commandPanel struct {
	ID    string
	Lines []commandLine
}

// mostCommandLines is how many the branch page shows, mostCommands the page of commands.
const (
	mostCommandLines = 4
	mostCommands     = 100
)

func (s *Server) commandPanel(ctx context.Context, id wire.NodeID, now time.Time) commandPanel {
	p := commandPanel{ID: string(id)}
	if s.opt.Commands == nil {
		return p
	}
	all, err := s.opt.Commands.Of(ctx, id, mostCommandLines)
	if err != nil {
		if ctx.Err() == nil {
			s.opt.Log.Error("commands not read", "branch", string(id), "err", err)
		}
		return p
	}
	for _, c := range all {
		p.Lines = append(p.Lines, s.commandLine(c, now))
	}
	return p
}

// commanded returns the branch that a request is about; if there is none that they see, it has answered.
func (s *Server) commanded(w http.ResponseWriter, r *http.Request, who visitor) (network.Detail, bool) {
	id, err := wire.ParseNodeID(r.PathValue("id"))
	d, known := s.opt.Network.Look(id, s.opt.Now(), who.sight())
	if err != nil || !known || s.opt.Commands == nil {
		s.errorPage(w, http.StatusNotFound, "Esta loja não existe", "O endereço pode ter mudado.")
		return d, false
	}
	return d, s.whole(w, who, "Pedidos à loja são de quem a vê toda. Peça a quem tem a função de operação sem limite de entidades.")
}

// commandChoice is a kind as the page offers it.
type commandChoice struct {
	commandKind

	Off string // why it cannot be asked now
}

type commandsData struct {
	ID, Name  string
	Kinds     []commandChoice
	Lines     []commandLine
	Done      string
	Problem   string
	Away      bool
	NoKey     bool
	Kind      commandKind // on the page of one
	Key       string
	Nodes     []option
	Node      string
	Text      string
	Lives     []option
	Life      string
	MaxLetter int
}

// commandLives are the times in which a command may be begun.
var commandLives = []option{{Value: "1", Words: "1 hora"}, {Value: "4", Words: "4 horas"}, {Value: "24", Words: "1 dia"}, {Value: "168", Words: "7 dias"}}

func (s *Server) commandsData(d network.Detail, now time.Time) commandsData {
	c, _ := s.opt.Network.Commanded(d.ID, now)
	data := commandsData{
		ID: string(d.ID), Name: d.Name, Away: !c.Linked, NoKey: s.opt.CanSign == nil || !s.opt.CanSign(), Lives: commandLives, Life: "4", MaxLetter: wire.MaxCommandText,
	}
	for _, dev := range d.Devices {
		if !dev.Server {
			data.Nodes = append(data.Nodes, option{Value: string(dev.Node), Words: deviceName(dev) + " (" + string(dev.Node) + ")"})
		}
	}
	for _, k := range commandKinds {
		choice := commandChoice{commandKind: k}
		switch {
		case data.NoKey:
			choice.Off = "A sede não tem certificado para assinar."
		case c.Linked && (c.Health == nil || !slices.Contains(c.Health.Knows, k.Do)):
			choice.Off = "O programa desta loja ainda não o conhece."
		case k.Needs == "node" && len(data.Nodes) == 0:
			choice.Off = "A loja não disse que dispositivos tem."
		}
		data.Kinds = append(data.Kinds, choice)
	}
	return data
}

// commandsPage is GET /lojas/{id}/pedidos: what can be asked, and what was.
func (s *Server) commandsPage(w http.ResponseWriter, r *http.Request, who visitor) {
	d, known := s.commanded(w, r, who)
	if !known {
		return
	}
	now := s.opt.Now().In(s.opt.Zone)
	data := s.commandsData(d, now)
	all, err := s.opt.Commands.Of(r.Context(), d.ID, mostCommands)
	if err != nil {
		s.fault(w, r, err)
		return
	}
	for _, c := range all {
		data.Lines = append(data.Lines, s.commandLine(c, now))
	}
	switch r.URL.Query().Get("feito") {
	case "dado":
		data.Done = "Pedido guardado. Vê aqui o que a loja responde."
	case "retirado":
		data.Done = "Pedido retirado: a loja não o recebe."
	}
	if r.URL.Query().Get("erro") == "tarde" {
		data.Problem = "Já foi enviado: não se pode retirar."
	}
	s.show(w, r, http.StatusOK, who, "commands", "Pedidos à loja: "+d.Name, data)
}

// commandPage is GET /lojas/{id}/pedidos/{kind}: what happens there, and the button.
func (s *Server) commandPage(w http.ResponseWriter, r *http.Request, who visitor) {
	s.showCommand(w, r, who, http.StatusOK, commandsData{})
}

// showCommand shows the form of one kind, filled with what was sent.
func (s *Server) showCommand(w http.ResponseWriter, r *http.Request, who visitor, status int, sent commandsData) {
	d, known := s.commanded(w, r, who)
	if !known {
		return
	}
	data := s.commandsData(d, s.opt.Now())
	i := slices.IndexFunc(data.Kinds, func(k commandChoice) bool { return k.Path == r.PathValue("kind") })
	if i < 0 {
		s.errorPage(w, http.StatusNotFound, "Esta página não existe", "O endereço pode ter mudado.")
		return
	}
	if off := data.Kinds[i].Off; off != "" {
		s.errorPage(w, http.StatusConflict, "Agora não é possível", off)
		return
	}
	data.Kind, data.Key = data.Kinds[i].commandKind, cmp.Or(sent.Key, rand.Text())
	data.Problem, data.Node, data.Text, data.Life = sent.Problem, cmp.Or(sent.Node, r.URL.Query().Get("no")), sent.Text, cmp.Or(sent.Life, data.Life)
	s.show(w, r, status, who, "command", data.Kind.Title, data)
}

// commandRefusals are what people are told when the desk refuses.
var commandRefusals = map[error]string{
	command.ErrNode: "Escolha um dispositivo desta loja.", command.ErrText: "Escreva a mensagem, até 500 letras.", command.ErrTime: "Escolha o prazo.",
	command.ErrOld:  "O programa desta loja ainda não conhece este pedido. Atualize-o primeiro.",
	command.ErrMany: "Esta loja já tem muitos pedidos sem resposta. Espere por eles, ou retire algum.", command.ErrKind: "O formulário estava incompleto. Tente de novo.",
}

// giveCommand is POST /lojas/{id}/pedidos/{kind}: it keeps the command; its kind «retirar» withdraws one.
func (s *Server) giveCommand(w http.ResponseWriter, r *http.Request, who visitor) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	d, known := s.commanded(w, r, who)
	if !known {
		return
	}
	list := "/lojas/" + string(d.ID) + "/pedidos"
	if r.PathValue("kind") == "retirar" {
		s.withdrawCommand(w, r, who, d.ID, list)
		return
	}
	k, known := kindOf(func(k commandKind) bool { return k.Path == r.PathValue("kind") })
	if !known {
		s.errorPage(w, http.StatusNotFound, "Esta página não existe", "O endereço pode ter mudado.")
		return
	}
	sent := commandsData{Key: r.PostFormValue("key"), Node: r.PostFormValue("no"), Text: strings.TrimSpace(r.PostFormValue("texto")), Life: r.PostFormValue("prazo")}
	hours, err := strconv.Atoi(sent.Life)
	if err != nil || len(sent.Key) < 16 || s.opt.CanSign == nil || !s.opt.CanSign() {
		sent.Key, sent.Problem = "", commandRefusals[command.ErrKind]
		s.showCommand(w, r, who, http.StatusUnprocessableEntity, sent)
		return
	}
	c := command.Command{ID: sent.Key, Branch: d.ID, Do: k.Do, By: who.person.ID, Until: s.opt.Now().Add(time.Duration(hours) * time.Hour)}
	switch k.Needs {
	case "node":
		c.Node = sent.Node
	case "text":
		c.Text = sent.Text
	}
	if err := s.opt.Commands.Give(r.Context(), c); err != nil {
		for refused, words := range commandRefusals {
			if errors.Is(err, refused) {
				sent.Problem = words
				s.showCommand(w, r, who, http.StatusUnprocessableEntity, sent)
				return
			}
		}
		s.fault(w, r, err)
		return
	}
	s.note(r.Context(), who.person.ID, "command_"+k.Path, string(d.ID), strings.TrimSpace(k.Past+" "+c.Node))
	http.Redirect(w, r, list+"?feito=dado", http.StatusSeeOther)
}

func (s *Server) withdrawCommand(w http.ResponseWriter, r *http.Request, who visitor, branch wire.NodeID, list string) {
	switch err := s.opt.Commands.Withdraw(r.Context(), branch, r.PostFormValue("pedido")); {
	case errors.Is(err, command.ErrGone):
		http.Redirect(w, r, list+"?erro=tarde", http.StatusSeeOther)
	case err != nil:
		s.fault(w, r, err)
	default:
		s.note(r.Context(), who.person.ID, "command_withdrawn", string(branch), "retirou um pedido à loja")
		http.Redirect(w, r, list+"?feito=retirado", http.StatusSeeOther)
	}
}
