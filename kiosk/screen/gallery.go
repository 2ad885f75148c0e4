package screen

import (
	"html/template"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"balcao/internal/look"
	"balcao/internal/wire"
	"balcao/kiosk/flow"
)

// gallery shows every state of both faces with invented data, for eyes and for
// the browser tests: /gallery/touch/NAME?lang=en&modes=contrast,large and
// /gallery/board/NAME. Touches there lead nowhere.
func gallery(now func() time.Time) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /gallery/{$}", galleryIndex)
	mux.HandleFunc("GET /gallery/componentes", componentsPage)
	mux.HandleFunc("GET /gallery/componentes/{mode}", componentsIn)
	mux.HandleFunc("GET /gallery/touch/{name}", func(w http.ResponseWriter, r *http.Request) {
		touchFrame("/gallery/events/touch/"+r.PathValue("name")+"?"+r.URL.RawQuery, "/gallery/input", "/gallery/glass.css?"+r.URL.RawQuery, sampleGlass(r.URL.Query()).Tight, true, nil).Write(w, http.StatusOK)
	})
	mux.HandleFunc("GET /gallery/board/{name}", func(w http.ResponseWriter, r *http.Request) {
		showing := sampleHall(r.URL.Query())
		boardFrame("/gallery/events/board/"+r.PathValue("name"), "/gallery/hall.css?"+r.URL.RawQuery, galleryTakeover, showing.Earlier).Write(w, http.StatusOK)
	})
	mux.HandleFunc("GET /gallery/glass.css", func(w http.ResponseWriter, r *http.Request) {
		sheetOf(touchSizes(sampleGlass(r.URL.Query()))).ServeHTTP(w, r)
	})
	mux.HandleFunc("GET /gallery/hall.css", func(w http.ResponseWriter, r *http.Request) {
		sheetOf(look.HallSizes(sampleHall(r.URL.Query()))).ServeHTTP(w, r)
	})
	mux.HandleFunc("GET /gallery/events/touch/{name}", func(w http.ResponseWriter, r *http.Request) {
		view, ok := sampleView(r.PathValue("name"), r.URL.Query())
		serveSample(w, r, ok, view, now)
	})
	mux.HandleFunc("GET /gallery/events/board/{name}", func(w http.ResponseWriter, r *http.Request) {
		face, ok := sampleBoard(r.PathValue("name"), now())
		serveSample(w, r, ok, face, now)
	})
	return mux
}

// galleryTakeover is how many seconds a call of the gallery is new: longer than
// anybody or any rule takes to look at it.
const galleryTakeover = 600

// serveSample streams one state that does not change; a board with a fresh
// call gets it just after the page has come.
func serveSample(w http.ResponseWriter, r *http.Request, ok bool, state any, now func() time.Time) {
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := newHub()
	h.stamp = (&Screen{cfg: Config{Now: now}}).stampNow
	if face, board := state.(boardFace); board && len(face.fresh) > 0 {
		old := face
		b := *face.Board
		old.Board = &b
		b.Calls = face.Board.Calls[len(face.fresh):]
		old.Say = nil
		h.set(old)
		timer := time.AfterFunc(300*time.Millisecond, func() { h.set(face) })
		defer timer.Stop()
	} else {
		h.set(state)
	}
	h.ServeHTTP(w, r)
}

var galleryTemplate = template.Must(template.New("gallery").Parse(`<body class="page stack"><h1>Galeria do quiosque</h1><p><a href="/gallery/componentes">Componentes</a></p>
{{range .}}<section class="panel"><div class="head"><h2>{{.Title}}</h2></div><p class="in row">{{range .Links}}<a class="button small" href="{{.}}">{{.}}</a>{{end}}</p></section>{{end}}</body>`))

func galleryIndex(w http.ResponseWriter, _ *http.Request) {
	type group struct {
		Title string
		Links []string
	}
	var groups []group
	for _, q := range []string{"", "?lang=en", "?lang=es", "?lang=fr", "?lang=uk", "?lang=en-x-mirror", "?modes=contrast,large", "?modes=low", "?modes=easy", "?lang=uk&modes=large"} {
		g := group{Title: "Toque " + q}
		for _, name := range touchSamples() {
			g.Links = append(g.Links, "/gallery/touch/"+name+q)
		}
		groups = append(groups, g)
	}
	boards := group{Title: "Painel"}
	for _, name := range boardSamples() {
		boards.Links = append(boards.Links, "/gallery/board/"+name)
	}
	var b strings.Builder
	if err := galleryTemplate.Execute(&b, append(groups, boards)); err != nil {
		http.Error(w, "gallery not available", http.StatusInternalServerError)
		return
	}
	look.Page{Title: "Galeria", Styles: []string{"staff.css"}, Body: template.HTML(b.String())}.Write(w, http.StatusOK) //nolint:gosec // made by the template above
}

// steps lead from the first screen to each sample; every View is a real one.
func steps() map[string][]flow.Input {
	tap := func(a flow.Action, arg string) flow.Input { return flow.Tap{Key: "k", Action: a, Arg: arg} }
	ticket := flow.TicketReply{Request: "k", Ticket: flow.Ticket{
		Link:   "https://senhas.example.pt/s/7K2MA234",
		Number: "A023", Service: "cc", Place: "Piso 0 · Balcões 1 a 6", Ahead: 7, Wait: flow.Range{Low: 20, High: 35}, AtMS: 1795429440000,
	}}
	long := ticket
	long.Ticket.Number, long.Ticket.Wait, long.Ticket.Ahead = "M1008", flow.Range{}, 1
	several := ticket
	several.Ticket.Then = []string{"fin", "imt"}
	outcome := func(result flow.PrintResult) flow.Input { return flow.PrintOutcome{Request: "k", Result: result} }
	ask := tap(flow.ActService, "cc")
	alone := flow.TicketReply{Request: "k", Ticket: flow.Ticket{Number: "A412", Service: "cc", Place: "Piso 0 · Balcões 1 a 6", Ahead: -1, Alone: true}}
	nameless := flow.TicketReply{Request: "k", Ticket: flow.Ticket{Number: "K1-7", Service: "cc", Ahead: -1, Alone: true, Nameless: true}}
	greet := []flow.Input{tap(flow.ActGreet, ""), flow.CardInserted{}, flow.CardRead{Given: "Maria", Initial: "S"}}
	named := []flow.Input{tap(flow.ActGreet, ""), flow.CardInserted{}, flow.CardRead{Given: "Maria", Initial: "S", Checking: true}}
	checked := func(reason string, verified, expired bool) []flow.Input {
		return slices.Concat(named, []flow.Input{flow.CardChecked{Reason: reason, Verified: verified, Expired: expired}})
	}
	problem := func(code string) []flow.Input {
		return []flow.Input{tap(flow.ActGreet, ""), flow.CardInserted{}, flow.CardFailed{Code: code}}
	}
	idle := flow.TimerFired{Name: flow.TimerIdle}
	slow := flow.TimerFired{Name: flow.TimerSlow}
	all := map[string][]flow.Input{
		"home":            {},
		"home-offline":    {flow.LinkChanged{}},
		"home-nopaper":    {flow.PrinterChanged{Status: flow.PrinterNoPaper}},
		"home-both":       {flow.LinkChanged{}, flow.PrinterChanged{Status: flow.PrinterAbsent}},
		"home-closed":     {flow.OfferChanged{Offer: flow.Offer{Branch: "Loja de Cidadão Vila Serena", Zone: "Europe/Lisbon"}}},
		"home-holiday":    {flow.OfferChanged{Offer: shut("closed")}},
		"home-early":      {flow.OfferChanged{Offer: shut("not_open")}},
		"home-full":       {flow.OfferChanged{Offer: full()}},
		"home-partly":     {flow.OfferChanged{Offer: partly()}},
		"home-asking":     {ask},
		"starting":        nil,
		"bodies":          {tap(flow.ActBodies, "")},
		"services":        {tap(flow.ActBodies, ""), tap(flow.ActBody, "irn")},
		"priority":        {tap(flow.ActPriority, "")},
		"card":            {tap(flow.ActGreet, "")},
		"card-reading":    {tap(flow.ActGreet, ""), flow.CardInserted{}},
		"card-problem":    {tap(flow.ActGreet, ""), flow.CardFailed{Code: flow.CardReverse}},
		"greeting":        greet,
		"working":         {ask, slow},
		"printing":        {ask, ticket},
		"ticket":          {ask, ticket, outcome(flow.PrintDone)},
		"ticket-long":     {ask, long, outcome(flow.PrintDone)},
		"ticket-card":     slices.Concat(greet, []flow.Input{ask, ticket, outcome(flow.PrintDone)}),
		"ticket-nameless": {flow.LinkChanged{}, ask, nameless, outcome(flow.PrintDone)},
		"ticket-alone":    {flow.LinkChanged{}, ask, alone, outcome(flow.PrintDone)},
		"unknown":         {ask, ticket, outcome(flow.PrintUnknown)},
		"nopaper":         {ask, ticket, outcome(flow.PrintFailed)},
		"onscreen":        {ask, ticket, outcome(flow.PrintFailed), tap(flow.ActAccept, "")},
		"services-off":    {flow.OfferChanged{Offer: partly()}, tap(flow.ActBodies, ""), tap(flow.ActBody, "irn")},
		"refused-late":    {ask, flow.TicketReply{Request: "k", Refused: flow.RefusedClosed}, flow.OfferChanged{Offer: partly()}},
		"soldout":         {ask, flow.TicketReply{Request: "k", Refused: flow.RefusedSoldOut}},
		"unavailable":     {ask, flow.TicketReply{Request: "k", Refused: flow.RefusedUnavailable}},
		"access":          {tap(flow.ActBodies, ""), tap(flow.ActAccess, "")},
		"help":            {tap(flow.ActHelp, "")},
		"warning":         {tap(flow.ActBodies, ""), idle},
		"several-none":    {tap(flow.ActBodies, ""), tap(flow.ActSeveral, "")},
		"several":         {tap(flow.ActBodies, ""), tap(flow.ActSeveral, ""), tap(flow.ActPick, "cc"), tap(flow.ActPick, "fin"), tap(flow.ActPick, "imt")},
		"several-ticket":  {tap(flow.ActBodies, ""), tap(flow.ActSeveral, ""), tap(flow.ActPick, "cc"), tap(flow.ActPick, "fin"), tap(flow.ActTake, ""), several, outcome(flow.PrintDone)},
		"languages":       {tap(flow.ActBodies, ""), tap(flow.ActLanguages, "")},
		"search":          {tap(flow.ActSearch, "")},
		"search-found":    slices.Concat([]flow.Input{tap(flow.ActSearch, "")}, typed("C")),
		"search-none":     slices.Concat([]flow.Input{tap(flow.ActSearch, "")}, typed("CCC")),
		"sign":            {tap(flow.ActSign, "")},
		"sign-called":     {tap(flow.ActSign, ""), tap(flow.ActCall, "interpreter")},
		"sign-ticket":     {tap(flow.ActSign, ""), tap(flow.ActBack, ""), ask, ticket, outcome(flow.PrintDone)},
		"help-called":     {tap(flow.ActHelp, ""), tap(flow.ActCall, "help")},

		"card-forgotten":           slices.Concat(greet, []flow.Input{tap(flow.ActFinish, ""), tap(flow.ActGreet, "")}),
		"card-pulled":              {tap(flow.ActGreet, ""), flow.CardInserted{}, flow.CardGone{}},
		"card-swapped":             slices.Concat(greet, []flow.Input{flow.CardInserted{}}),
		"home-card-left":           slices.Concat(greet, []flow.Input{tap(flow.ActFinish, "")}),
		"greeting-checking":        named,
		"greeting-verified":        checked("genuine", true, false),
		"greeting-signer-expired":  checked("signer-expired-since", true, false),
		"greeting-expired":         checked("genuine", true, true),
		"greeting-impostor":        checked("signer-impostor", false, false),
		"greeting-altered":         checked("data-altered", false, false),
		"greeting-no-certificates": checked("no-trusted-certificates", false, false),
		"greeting-removed":         slices.Concat(named, []flow.Input{flow.CardGone{}}),
	}
	for _, code := range []string{
		flow.CardUnreadable, flow.CardForeign, flow.CardDocument, flow.CardContactless, flow.CardReverse, flow.CardSilent, flow.CardBusy, flow.CardReset,
		flow.CardTwo, flow.CardOther, flow.CardNoReader, flow.CardNoService, flow.CardClosed,
	} {
		all["card-problem-"+code] = problem(code)
	}
	maps.Copy(all, bookingSteps())
	maps.Copy(all, numberSteps())
	maps.Copy(all, earSteps())
	return all
}

// typed is a word on the on-screen keyboard; the letters are on each of them.
func typed(word string) []flow.Input {
	var list []flow.Input
	for _, c := range word {
		list = append(list, flow.Tap{Key: "k", Action: flow.ActKey, Arg: string(c)})
	}
	return list
}

func touchSamples() []string {
	var names []string
	for name := range steps() {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// sampleView walks the path to a sample. Timers fire as the newest one.
func sampleView(name string, q url.Values) (flow.View, bool) {
	way, ok := steps()[name]
	if !ok {
		return flow.View{}, false
	}
	s := flow.New(flow.Config{Lang: q.Get("lang"), Listen: true, Few: sampleGlass(q).Tight})
	var inputs []flow.Input
	if name != "starting" {
		inputs = append(inputs, flow.OfferChanged{Offer: sampleOffer()}, flow.ReaderChanged{Ready: true},
			flow.BoardChanged{Calls: []flow.Call{{Number: "A022", Counter: "Balcão 5"}, {Number: "C114", Counter: "Balcão 2"}, {Number: "F031", Counter: "Balcão 7"}}})
	}
	for mode := range strings.SplitSeq(q.Get("modes"), ",") {
		inputs = append(inputs, flow.Tap{Key: "m", Action: flow.ActMode, Arg: mode})
	}
	last := 0
	for _, in := range append(inputs, way...) {
		if fired, ok := in.(flow.TimerFired); ok {
			fired.ID = last
			in = fired
		}
		var out []flow.Effect
		s, out = flow.Next(s, in)
		for _, e := range out {
			if st, ok := e.(flow.StartTimer); ok {
				last = st.ID
			}
		}
	}
	return s.View(), true
}

func sampleOffer() flow.Offer {
	t := sampleText
	r := func(lo, hi int) flow.Range { return flow.Range{Low: lo, High: hi} }
	o := flow.Offer{
		ID: "L901", Branch: "Loja de Cidadão Vila Serena", Zone: "Europe/Lisbon", Open: true, Greeting: true, Bookings: true,
		Bodies: []flow.Body{
			{ID: "irn", Short: "IRN", Name: t("Registos e Notariado", "Registries and Notaries"), Icon: "b-id-card"},
			{ID: "at", Short: "AT", Name: t("Finanças", "Tax Authority"), Icon: "money-taxes"},
			{ID: "iss", Short: "ISS", Name: t("Segurança Social", "Social Security"), Icon: "social-security"},
			{ID: "imt", Short: "IMT", Name: t("Mobilidade e Transportes", "Mobility and Transport"), Icon: "driving"},
			{ID: "adse", Short: "ADSE", Name: t("Saúde dos trabalhadores do Estado", "State workers’ health"), Icon: "health"},
			{ID: "cm", Short: "CM", Name: t("Câmara Municipal", "City Council"), Icon: "buildings"},
		},
		Services: []flow.Service{
			{ID: "cc", Body: "irn", Name: t("Cartão de Cidadão", "Citizen card"), Help: t("Pedir ou renovar", "Apply or renew"), Icon: "b-id-card", Popular: true, State: flow.Open, Waiting: 7, Wait: r(20, 35)},
			{ID: "fin", Body: "at", Name: t("Finanças", "Taxes"), Help: t("NIF, IRS, pagamentos", "Tax number, payments"), Icon: "money-taxes", Popular: true, State: flow.Open, Waiting: 3, Wait: r(10, 20)},
			{ID: "ss", Body: "iss", Name: t("Segurança Social", "Social Security"), Help: t("Prestações, NISS", "Benefits, NISS number"), Icon: "social-security", Popular: true, State: flow.Open, Waiting: 12, Wait: r(45, 60)},
			{ID: "imt", Body: "imt", Name: t("Carta de condução", "Driving licence"), Help: t("IMT: renovar, trocar", "IMT: renew, exchange"), Icon: "driving", Popular: true, State: flow.Open, Waiting: 1, Wait: r(5, 15)},
			{ID: "adse", Body: "adse", Name: t("ADSE", "ADSE health"), Help: t("Inscrição, reembolsos", "Enrolment, refunds"), Icon: "health", Popular: true, State: flow.Open, Wait: r(0, 10)},
			{ID: "cm", Body: "cm", Name: t("Câmara Municipal", "City Council"), Help: t("Água, licenças, taxas", "Water, permits, fees"), Icon: "buildings", Popular: true, State: flow.Open, Waiting: 4},
			{ID: "cert", Body: "irn", Name: t("Certidões", "Certificates"), Help: t("Nascimento, casamento", "Birth, marriage"), Icon: "file", State: flow.Open, Waiting: 3, Wait: r(10, 20)},
			{ID: "pass", Body: "irn", Name: t("Passaporte", "Passport"), Help: t("Pedir ou renovar", "Apply or renew"), Icon: "b-passport", State: flow.SoldOut},
			{ID: "auto", Body: "irn", Name: t("Registo automóvel", "Vehicle registry"), Icon: "truck", State: flow.Suspended},
			{ID: "ccl", Body: "irn", Name: t("Cartão de Cidadão", "Citizen card"), Help: t("Traga a carta com o PIN", "Bring the letter with the PIN"), Icon: "b-id-card", Collection: true, State: flow.Open, Waiting: 2, Wait: r(5, 10)},
			{ID: "passl", Body: "irn", Name: t("Passaporte", "Passport"), Help: t("Traga o talão do pedido", "Bring the request slip"), Icon: "b-passport", Collection: true, State: flow.Open, Waiting: 0, Wait: r(0, 5)},
		},
	}
	return o
}

func boardSamples() []string {
	return append([]string{"normal", "saying", "takeover", "two", "stale", "empty", "closed", "long", "offline"}, rushSamples()...)
}

func sampleBoard(name string, now time.Time) (boardFace, bool) {
	if !slices.Contains(boardSamples(), name) {
		return boardFace{}, false
	}
	call := func(id int, number, counter, body, service string, minutes int) wire.BoardCall {
		return wire.BoardCall{ID: id, Seq: uint64(100 + id), Number: number, Counter: "Balcão " + counter, Body: body, Service: service, Count: 1, AtMS: now.Add(-time.Duration(minutes) * time.Minute).UnixMilli()}
	}
	line := func(body string, waiting, lo, hi int) wire.BoardLine {
		return wire.BoardLine{Body: body, Waiting: waiting, Wait: wire.Range{Low: lo, High: hi}}
	}
	b := wire.Board{
		Epoch: 1, Seq: 90, AtMS: now.UnixMilli(), Branch: "Loja de Cidadão Vila Serena", Day: "2026-11-23", Open: true,
		Calls: []wire.BoardCall{
			call(23, "A023", "3", "Registos e Notariado", "Cartão de Cidadão", 2), call(22, "A022", "5", "Registos e Notariado", "Cartão de Cidadão", 3),
			call(14, "C114", "2", "Finanças", "IRS", 4), call(31, "F031", "7", "Segurança Social", "NISS", 5),
			call(21, "A021", "1", "Registos e Notariado", "Certidões", 6), call(8, "M008", "12", "Câmara Municipal", "Água", 7),
		},
		Queues: []wire.BoardLine{line("Registos", 7, 20, 35), line("Finanças", 3, 10, 20), line("Seg. Social", 12, 45, 60), line("IMT", 0, 0, 0), line("ADSE", 4, 0, 0)},
	}
	f := boardFace{Board: &b, Link: linkFace{Up: true, SinceMS: now.Add(-time.Hour).UnixMilli()}, Zone: "Europe/Lisbon", Place: "Piso 0"}
	switch name {
	case "saying":
		f.Say = &sayFace{Text: "Senha A 23, balcão 3", Lang: "pt"}
	case "takeover":
		f.fresh = []int{23}
		f.Say = &sayFace{Text: "Senha A 23, balcão 3", Lang: "pt"}
	case "two":
		f.fresh = []int{23, 22}
	case "stale":
		f.Link = linkFace{Up: false, SinceMS: now.Add(-2 * time.Minute).UnixMilli()}
	case "empty":
		b.Calls = nil
	case "closed":
		b.Calls, b.Queues, b.Open = nil, nil, false
	case "long":
		b.Calls[0].Number, b.Calls[0].Counter, b.Calls[0].Service, b.Calls[0].Count = "M1008", "Balcão 12", "Apoio ao consumidor e mediação de conflitos", 2
	case "offline":
		return boardFace{Link: linkFace{Up: false, SinceMS: now.Add(-40 * time.Second).UnixMilli()}}, true
	default:
		sampleRush(name, &f, &b, now)
	}
	return f, true
}
