package technician

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"balcao/kiosk/card"
	"balcao/kiosk/pcsc"
	"balcao/kiosk/trust"
)

// ErrNoCard says that no card was put in in time.
var ErrNoCard = errors.New("nenhum cartão no leitor")

// purposes are the words that a technician may ask for.
func purposes() map[string]card.Purpose {
	return map[string]card.Purpose{"greeting": card.ForGreeting, "checkin": card.ForCheckIn}
}

func (b Bench) card(ctx context.Context, args []string) error {
	return b.choose(ctx, "card", []command{
		{"read", "card read [-explain] [-json] [-purpose greeting|checkin|multipass] [-chip] [-can-file FICHEIRO|-] [-show-personal]   lê um cartão e diz o que custou", b.readCard},
	}, args)
}

// cardRequest is what to read and what to tell.
type cardRequest struct {
	purpose  string
	trust    string
	socket   string
	explain  bool
	json     bool
	personal bool
	chance   io.Reader     // of the challenge to the chip; nil asks none
	number   *accessNumber // opens a card on the reader; nil leaves it shut
	random   io.Reader     // of the terminal, for the keys of the channel
	wait     time.Duration
}

func (b Bench) readCard(ctx context.Context, args []string) error {
	var q cardRequest
	f := b.flags("card read", "card read: lê um cartão como o quiosque o leria, e diz o que foi lido e o que custou")
	f.StringVar(&q.purpose, "purpose", "greeting", "para que se lê: greeting, checkin ou multipass, que é o token de um cartão encostado ao leitor")
	f.BoolVar(&q.explain, "explain", false, "mostra cada comando, os bytes e a verificação")
	f.BoolVar(&q.json, "json", false, "responde em JSON, com tudo")
	f.BoolVar(&q.personal, "show-personal", false, "mostra os dados pessoais, que de outro modo ficam ocultos")
	chip := f.Bool("chip", false, "pede ao chip que prove que é o original, onde a finalidade o quer (checkin)")
	can := f.String("can-file", "", "abre um cartão sem contacto com o número da sua frente, que está neste ficheiro; - pergunta-o (reader.contactless)")
	file := f.String("config", "kiosk.yaml", "configuração do quiosque, que diz se os cartões sem contacto se leem")
	f.StringVar(&q.trust, "trust", "trust", "pasta dos certificados de confiança")
	f.StringVar(&q.socket, "socket", "", "socket do serviço de cartões; vazio é o do sistema")
	f.DurationVar(&q.wait, "wait", 30*time.Second, "quanto tempo esperar por um cartão")
	if err := f.Parse(args); err != nil {
		return err
	}
	if *chip {
		q.chance = rand.Reader
	}
	if _, known := purposes()[q.purpose]; !known && q.purpose != forToken {
		return fmt.Errorf("kiosk card read: -purpose %q não é greeting, checkin nem multipass: %w", q.purpose, ErrUsage)
	}
	q.random = rand.Reader
	if q.purpose == forToken {
		if err := contactlessOn(*file); err != nil {
			return fmt.Errorf("kiosk card read: %w", err)
		}
	}
	if *can != "" {
		var err error
		if q.number, err = b.askNumber(*can, *file, q.json); err != nil {
			return fmt.Errorf("kiosk card read: %w", err)
		}
		defer q.number.wipe()
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	w := pcsc.New(pcsc.Config{Socket: q.socket, Log: slog.New(slog.DiscardHandler)})
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx) }()
	s, err := awaitCard(ctx, w, q.wait)
	if err == nil {
		err = b.explainCard(ctx, s, s.ATR(), s.Reader(), q)
	}
	stop()
	return errors.Join(err, <-ended)
}

// awaitCard waits for the first card, and says what is missing if there is none.
func awaitCard(ctx context.Context, w *pcsc.Watcher, wait time.Duration) (*pcsc.Session, error) {
	limit := time.NewTimer(wait)
	defer limit.Stop()
	missing := "o serviço de cartões (pcscd) não responde"
	for {
		select {
		case e, open := <-w.Events():
			switch {
			case !open:
				return nil, ErrNoCard
			case e.Kind == pcsc.CardInserted:
				return e.Session, nil
			case e.Kind == pcsc.ServiceUp:
				missing = "não há leitor"
			case e.Kind == pcsc.ReaderArrived:
				missing = "leitor " + e.Reader
			}
		case <-limit.C:
			return nil, fmt.Errorf("%w: %s", ErrNoCard, missing)
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// CardReport is what kiosk card read -json says. Personal data is in Text only,
// and only if asked for.
type CardReport struct {
	Reader     string         `json:"reader,omitempty"`
	ATR        string         `json:"atr"`
	Purpose    string         `json:"purpose"`
	Generation string         `json:"generation,omitempty"`
	Fields     []FieldReport  `json:"fields,omitempty"`
	Verdict    *VerdictReport `json:"verdict,omitempty"`
	Channel    *ChannelReport `json:"channel,omitempty"`
	Commands   int            `json:"commands"`
	Sent       int            `json:"sent"`
	Received   int            `json:"received"`
	FirstField *CostReport    `json:"firstField,omitempty"`
	Millis     int64          `json:"ms"`
	Exchanges  []Exchange     `json:"exchanges"`
	Error      string         `json:"error,omitempty"`
}

// FieldReport is one field that was kept.
type FieldReport struct {
	Name  string `json:"name"`
	Nome  string `json:"nome"`
	Bytes int    `json:"bytes"`
	Text  string `json:"text,omitempty"`
	// What says what the field is, where its name does not.
	What string `json:"what,omitempty"`
}

// VerdictReport is what the check of the signature found.
type VerdictReport struct {
	Code         string   `json:"code"`
	Verified     bool     `json:"verified"`
	Suspicious   bool     `json:"suspicious"`
	Portuguese   string   `json:"pt"`
	English      string   `json:"en"`
	ExpiredSince string   `json:"expiredSince,omitempty"`
	CardExpired  bool     `json:"cardExpired"`
	NotChecked   []string `json:"notChecked,omitempty"`
	Chip         string   `json:"chip,omitempty"`
	Certificates int      `json:"certificates"`
}

// CostReport is what the first field cost.
type CostReport struct {
	Commands int   `json:"commands"`
	Bytes    int   `json:"bytes"`
	Millis   int64 `json:"ms"`
}

// Exchange is one command and what came back, without the data: that may be
// personal.
type Exchange struct {
	What     string `json:"what"`
	Command  string `json:"command"`
	Received int    `json:"received"`
	Status   string `json:"status"`
	Micros   int64  `json:"us"`
	// Plain is what a protected command says; Status is then that of the answer
	// inside the channel. Empty for a command without a channel.
	Plain string `json:"plain,omitempty"`
}

// observer is a Transmitter that writes down what passes, and no data.
type observer struct {
	over  card.Transmitter
	now   func() time.Time
	all   []Exchange
	plain []byte // the command that the next one carries through a channel
}

// Transmit sends the command on.
func (o *observer) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	before := o.now()
	answer, err := o.over.Transmit(ctx, command)
	x := Exchange{What: card.Describe(command), Command: fmt.Sprintf("% X", command), Received: len(answer), Micros: o.now().Sub(before).Microseconds()}
	if o.plain != nil {
		x.What, x.Plain = card.Describe(o.plain), fmt.Sprintf("% X", o.plain)
		o.plain = nil
	}
	if r, perr := card.ParseResponse(answer); err == nil && perr == nil {
		x.Status = r.SW.String()
	}
	o.all = append(o.all, x)
	return answer, err
}

// cost is what passed up to now.
func (o *observer) cost() (commands, sent, received int) {
	for _, x := range o.all {
		sent, received = sent+(len(x.Command)+1)/3, received+x.Received
	}
	return len(o.all), sent, received
}

// explainCard reads one card and tells of it.
func (b Bench) explainCard(ctx context.Context, t card.Transmitter, atr []byte, reader string, q cardRequest) error {
	folder, err := trust.Open(q.trust)
	if err != nil {
		return err
	}
	trusted, err := folder.Trust()
	if err != nil {
		return err
	}
	watch := &observer{over: t, now: b.Now}
	report := CardReport{Reader: reader, ATR: fmt.Sprintf("% X", atr), Purpose: q.purpose}
	begun := b.Now()
	if q.purpose == forToken {
		err = report.token(ctx, watch, trusted, begun, q)
		return b.tell(&report, watch, begun, q, err)
	}
	purpose := purposes()[q.purpose]
	report.Purpose = purpose.String()
	query := card.Query{
		Purpose: purpose, Verify: trusted.Len() > 0, Trust: trusted, Now: b.Now(), Challenge: q.chance,
		Progress: func(*card.Reading) {
			if report.FirstField == nil {
				commands, sent, received := watch.cost()
				report.FirstField = &CostReport{Commands: commands, Bytes: sent + received, Millis: b.Now().Sub(begun).Milliseconds()}
			}
		},
	}
	r, err := card.Read(ctx, watch, atr, query)
	if errors.Is(err, card.ErrLocked) {
		r, report.Channel, err = readOpened(ctx, watch, atr, query, q)
	}
	defer r.Wipe()
	if err == nil {
		report.fill(r, purpose, trusted.Len(), q.personal)
	}
	return b.tell(&report, watch, begun, q, err)
}

// tell adds what the reading cost, and answers in the form that was asked for.
func (b Bench) tell(report *CardReport, watch *observer, begun time.Time, q cardRequest, err error) error {
	report.Millis, report.Exchanges = b.Now().Sub(begun).Milliseconds(), watch.all
	report.Commands, report.Sent, report.Received = watch.cost()
	if err != nil {
		report.Error = err.Error()
	}
	if q.json {
		return errors.Join(b.json(report), err)
	}
	return errors.Join(report.write(b.Out, q.explain), err)
}

// fill takes over what may be told of a reading.
func (c *CardReport) fill(r *card.Reading, p card.Purpose, certificates int, personal bool) {
	c.Generation = r.Generation().String()
	i := slices.IndexFunc(card.Uses(), func(u card.Use) bool { return u.Purpose == p })
	for _, f := range card.Uses()[i].Fields {
		text := r.Text(f)
		field := FieldReport{Name: f.String(), Nome: f.Portuguese(), Bytes: len(text)}
		if personal {
			field.Text = text
		}
		c.Fields = append(c.Fields, field)
	}
	c.judged(r.Verdict(), certificates)
}

// judged takes over what the check of the signature found.
func (c *CardReport) judged(v card.Verdict, certificates int) {
	if v.Reason == "" || v.Reason == card.NotAsked {
		v.Reason = card.NoTrust // that is why nobody asked
	}
	pt, en := v.Reason.Texts()
	c.Verdict = &VerdictReport{
		Code: v.String(), Verified: v.Verified(), Suspicious: v.Reason.Suspicious(), Portuguese: pt, English: en,
		CardExpired: v.CardExpired, Certificates: certificates,
	}
	c.Verdict.Chip = string(v.Chip)
	if !v.ExpiredSince.IsZero() {
		c.Verdict.ExpiredSince = v.ExpiredSince.Format(time.DateOnly)
	}
	for _, n := range v.NotChecked {
		c.Verdict.NotChecked = append(c.Verdict.NotChecked, string(n))
	}
}

// write tells the report to a person.
func (c *CardReport) write(out io.Writer, explain bool) error {
	p := printer{out: out}
	if c.Reader != "" {
		p.line("leitor       %s", c.Reader)
	}
	p.line("ATR          %s", c.ATR)
	p.line("para         %s", c.Purpose)
	c.Channel.write(&p)
	if c.Error != "" {
		p.line("não lido     %s", c.Error)
	} else {
		p.line("cartão       %s", c.Generation)
		c.writeFields(&p)
	}
	p.line("custo        %d comandos, %d bytes enviados, %d recebidos, %d ms", c.Commands, c.Sent, c.Received, c.Millis)
	if f := c.FirstField; f != nil {
		p.line("1.º campo    ao fim de %d comandos, %d bytes, %d ms", f.Commands, f.Bytes, f.Millis)
	}
	if explain {
		p.line("")
		for i, x := range c.Exchanges {
			p.line("%3d  %-38s %5d bytes  %-4s  %6d µs  %s", i+1, x.What, x.Received, x.Status, x.Micros, x.Command)
			if x.Plain != "" {
				p.line("%71s%s", "em claro:  ", x.Plain)
			}
		}
	}
	return p.err
}

func (c *CardReport) writeFields(p *printer) {
	for _, f := range c.Fields {
		text := f.Text
		if text == "" {
			text = fmt.Sprintf("%s (%d bytes; -show-personal mostra)", strings.Repeat("•", 8), f.Bytes)
		}
		p.line("             %-24s %s", f.Nome, text)
		if f.What != "" {
			p.line("             %s", f.What)
		}
	}
	v := c.Verdict
	p.line("verificação  %s (%s)", v.Portuguese, v.Code)
	if v.ExpiredSince != "" {
		p.line("             o certificado expirou em %s", v.ExpiredSince)
	}
	if v.CardExpired {
		p.line("             o cartão está fora da validade")
	}
	if v.Chip == string(card.ChipOriginal) {
		pt, _ := card.ChipOriginal.Texts()
		p.line("             %s (%s)", pt, v.Chip)
	}
	for _, n := range v.NotChecked {
		pt, _ := card.Reason(n).Texts()
		p.line("             %s", pt)
	}
	p.line("             %d certificados de confiança", v.Certificates)
}
