package technician

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"balcao/kiosk/app"
	"balcao/kiosk/card"
	"balcao/kiosk/card/pace"
)

// errLocked says what to do about a card that lies on the reader.
var errLocked = errors.New("o cartão está num leitor sem contacto e só abre com o número da sua frente: -can-file; sem ele dá o seu token: -purpose multipass")

// accessNumber is the number on the front of a card: in one place, and wiped when it is used. It is never an argument,
// since whoever may list programs may read those.
type accessNumber struct{ digits [6]byte }

func (n *accessNumber) wipe() {
	if n != nil {
		clear(n.digits[:])
	}
}

// askNumber reads the number from a file, or asks for it; nobody is asked where contactless cards are switched off.
func (b Bench) askNumber(from, config string, quiet bool) (*accessNumber, error) {
	if err := contactlessOn(config); err != nil {
		return nil, err
	}
	in := b.In
	if from != "-" {
		f, err := os.Open(from) //nolint:gosec // the technician names the file
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	} else if !quiet {
		p := printer{out: b.Out}
		p.line("Número na frente do cartão (seis algarismos, em baixo à direita):")
		if p.err != nil {
			return nil, p.err
		}
	}
	return numberFrom(in)
}

// contactlessOn fails where cards on the reader are switched off.
func contactlessOn(config string) error {
	cfg, err := app.Load(config, true) // the printer may not be there yet
	if err != nil {
		return err
	}
	if !cfg.Reader.Contactless {
		return fmt.Errorf("os cartões sem contacto estão desligados em %s (reader.contactless)", config)
	}
	return nil
}

// numberFrom takes six digits off the first line, and says nothing of what else stands there.
func numberFrom(in io.Reader) (*accessNumber, error) {
	var line [64]byte
	defer clear(line[:])
	n := 0
	for n < len(line) {
		_, err := io.ReadFull(in, line[n:n+1])
		if errors.Is(err, io.EOF) || err == nil && line[n] == '\n' {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("número do cartão: %w", err)
		}
		n++
	}
	digits := bytes.TrimSpace(line[:n])
	number := &accessNumber{}
	if len(digits) != len(number.digits) || len(bytes.Trim(digits, "0123456789")) > 0 {
		return nil, fmt.Errorf("o número do cartão não tem seis algarismos: %w", ErrUsage)
	}
	copy(number.digits[:], digits)
	return number, nil
}

// ChannelReport is how a card on the reader was opened, and what that cost.
type ChannelReport struct {
	// Kind is the protocol, curve and cipher that the card asked for.
	Kind string `json:"kind"`
	// Open says that card and terminal have agreed on keys.
	Open bool `json:"open"`
	// Commands, Sent and Received are what passed before the first protected
	// command.
	Commands int `json:"commands"`
	Sent     int `json:"sent"`
	Received int `json:"received"`
	// Protected is how many commands went through the channel.
	Protected int `json:"protected"`
}

// readOpened reads a card that lies on the reader through the channel that its number opens.
func readOpened(ctx context.Context, watch *observer, atr []byte, query card.Query, q cardRequest) (*card.Reading, *ChannelReport, error) {
	if q.number == nil {
		return nil, nil, fmt.Errorf("%w: %w", errLocked, card.ErrLocked)
	}
	defer q.number.wipe()
	info, err := pace.Offered(ctx, watch)
	if err != nil {
		return nil, nil, err
	}
	report := &ChannelReport{Kind: info.String()}
	password, err := pace.Number(q.number.digits[:])
	if err != nil {
		return nil, report, err
	}
	defer password.Wipe()
	channel, err := pace.Open(ctx, watch, info, password, q.random)
	defer channel.Wipe()
	report.Commands, report.Sent, report.Received = watch.cost()
	if errors.Is(err, pace.ErrPassword) {
		err = fmt.Errorf("o número não é o deste cartão: %w", err)
	}
	if err != nil {
		return nil, report, err
	}
	report.Open = true
	r, err := card.Read(ctx, &lens{watch: watch, channel: channel}, atr, query)
	report.Protected = len(watch.all) - report.Commands
	return r, report, err
}

// lens is a Transmitter that tells the observer of the line what each protected command says.
type lens struct {
	watch   *observer
	channel *pace.Channel
}

// Transmit sends a command through the channel.
func (l *lens) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	l.watch.plain = command
	defer func() { l.watch.plain = nil }()
	answer, err := l.channel.Transmit(ctx, command)
	if r, perr := card.ParseResponse(answer); err == nil && perr == nil {
		l.watch.all[len(l.watch.all)-1].Status = r.SW.String()
	}
	return answer, err
}

// write tells of the channel; of none, nothing.
func (c *ChannelReport) write(p *printer) {
	if c == nil {
		return
	}
	state := "não abriu"
	if c.Open {
		state = fmt.Sprintf("aberto; %d comandos cifrados e autenticados", c.Protected)
	}
	p.line("canal        %s: %s", c.Kind, state)
	p.line("             até aí %d comandos, %d bytes enviados, %d recebidos", c.Commands, c.Sent, c.Received)
}
