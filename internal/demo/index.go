package main

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"slices"
	"strings"

	"balcao/internal/look"
)

//go:embed files/index.html files/index.css
var pageFiles embed.FS

// face is one of the faces that the index page links and explains.
type face struct {
	Name  string
	Icon  string
	URL   string
	Who   string
	Text  string
	Try   string
	Label string
}

func (d *demo) faces() []face {
	a := d.addresses()
	all := []face{
		{
			Name: "Quiosque", Icon: "ticket", URL: a.Kiosk, Who: "Cidadãos",
			Text: "O ecrã tátil à entrada. Um toque no serviço e a senha sai em papel.",
			Try:  "Em «Ver todos», o IRS tem horário próprio e o Passaporte dá só dez senhas por dia. Toque em «Cartão de Cidadão» e veja o talão em Papel. Experimente «Usar cartão» com um cartão da página Cartões.",
		},
		{
			Name: "Papel", Icon: "print", URL: a.Paper, Who: "Simulado",
			Text: "O que a impressora simulada imprime, byte a byte, pela linha série. Também avaria: sem papel, tampa aberta, cabo fora.",
			Try:  "Tire o papel e peça uma senha: o quiosque oferece o número no ecrã.",
		},
		{
			Name: "Cartões", Icon: "b-id-card", URL: a.Cards, Who: "Simulado", Label: d.bench.CardsLabel(),
			Text: "Cartões de Cidadão inventados para pôr e tirar do leitor, e outros cartões que não servem.",
			Try:  "Ponha um cartão, escolha o cumprimento no quiosque, e tire-o a meio.",
		},
		{
			Name: "Teclado e auscultadores", Icon: "volume-max", URL: a.Keypad, Who: "Simulado",
			Text: "As quatro teclas e a ficha dos auscultadores, para quem não vê ou não alcança o ecrã. O que o quiosque diz lê-se e ouve-se aqui.",
			Try:  "Ligue os auscultadores, carregue em Seguinte até ao serviço que quer, e em OK. Depois tire-os a meio.",
		},
		{
			Name: "Balcão", Icon: "user", URL: a.Counter, Who: "Técnicos",
			Text: "Chamar, rechamar, atender e terminar com uma tecla, e a razão de cada chamada.",
			Try:  "Entre como marta, PIN " + demoPIN + ", escolha o balcão 1 e carregue em F2.",
		},
		{
			Name: "Painel", Icon: "monitor", URL: a.Callboard, Who: "Sala de espera",
			Text: "Mostra e diz cada chamada: dois tons e a senha, letra a letra.",
			Try:  "Deixe-o aberto ao lado do balcão e chame alguém.",
		},
		{
			Name: "Letreiro", Icon: "monitor", URL: a.LED, Who: "Simulado",
			Text: "O letreiro de LED ao lado do painel, que fala o protocolo publicado dos letreiros Alpha por uma linha série. Também avaria: cabo fora, desligado, calado.",
			Try:  "Chame alguém no balcão e veja a chamada a piscar; tire o cabo e veja na sede que falta.",
		},
		{
			Name: "Coordenação", Icon: "dashboard", URL: a.Manager, Who: "Coordenação da loja",
			Text: "Filas, balcões, quiosques e impressoras da loja, e porque foi chamada cada senha.",
			Try:  "Entre como joana, PIN " + demoPIN + ".",
		},
		{
			Name: "Horário e senhas", Icon: "calendar", URL: strings.TrimSuffix(a.Manager, "/coordenacao") + "/horario", Who: "Coordenação da loja",
			Text: "Que serviços dão senhas agora, quantas restam, e que dias são diferentes. Suspender, reabrir, mudar o contingente de hoje.",
			Try:  "Como joana, suspenda um serviço por uma hora e veja o quiosque dizer quando reabre. A loja da demonstração está aberta a qualquer hora.",
		},
		{
			Name: "Marcações", Icon: "user-check", URL: strings.TrimSuffix(a.Manager, "/coordenacao") + "/marcacoes", Who: "Receção e coordenação",
			Text: "Quem tem hora marcada, quem já chegou e quem faltou; «Chegou» na receção, e a importação de ficheiros com ensaio e desfazer.",
			Try:  "Como joana, copie um código da lista de hoje, toque em «Tenho marcação» no quiosque e escreva-o.",
		},
		{
			Name: "Sede", Icon: "map", URL: a.HQ, Who: "Serviços centrais",
			Text: "Todas as lojas num ecrã: quem espera, quanto, e o que está avariado.",
			Try:  "Tire uma senha no quiosque e veja o número mudar aqui em menos de um segundo.",
		},
	}
	if d.second == nil {
		return all
	}
	return slices.Insert(all, 2, face{
		Name: "Quiosque 2", Icon: "ticket", URL: a.Neighbour, Who: "Cidadãos",
		Text: "O quiosque ao lado do primeiro, com impressora sua.",
		Try:  "Tire o papel ao primeiro: ele manda ao quiosque 2 quem quer a senha em papel.",
	}, face{
		Name: "Papel do quiosque 2", Icon: "print", URL: a.NeighbourPaper, Who: "Simulado",
		Text: "O que imprime a impressora do segundo quiosque; também avaria.",
		Try:  "Tire também este papel: nenhum quiosque manda ao outro, e a sede recebe um alerta.",
	})
}

// pages serves the index and, below it, the pages of the virtual devices.
func (d *demo) pages() http.Handler {
	index := template.Must(template.New("index.html").Funcs(look.Funcs()).ParseFS(pageFiles, "files/index.html"))
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		var body bytes.Buffer
		err := index.Execute(&body, map[string]any{
			"Faces": d.faces(), "Traffic": d.opts.traffic, "Branches": d.opts.branches, "Broker": d.addresses().Broker,
		})
		if err != nil {
			http.Error(w, "page not available", http.StatusInternalServerError)
			return
		}
		look.Page{
			Title: "Demonstração", Styles: []string{"staff.css"}, Links: []string{"/index.css"},
			Body: template.HTML(body.String()), //nolint:gosec // escaped by its template
		}.Write(w, http.StatusOK)
	})
	mux.HandleFunc("GET /index.css", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFileFS(w, r, pageFiles, "files/index.css")
	})
	mux.Handle("/look/", look.Handler())
	mux.Handle("GET /favicon.ico", look.Favicon())
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	mux.Handle("/", d.bench.Handler())
	return look.Secure(mux)
}
