package cardtest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"strings"

	"balcao/kiosk/card"
)

// Exchange is one command and its answer.
type Exchange struct {
	// Command and Answer are the bytes as they went over the line.
	Command, Answer []byte
}

// Dialogue is what passed between a reader and a card. Its text form is the
// .apdu file: lines "-> " with a command and "<- " with an answer in hex,
// lines "atr " with the answer to reset, and "# " comments.
type Dialogue struct {
	// ATR is the answer to reset.
	ATR []byte
	// Exchanges are in order.
	Exchanges []Exchange
}

// Bytes counts what went over the line in both directions, without the ATR.
func (d *Dialogue) Bytes() int {
	n := 0
	for _, x := range d.Exchanges {
		n += len(x.Command) + len(x.Answer)
	}
	return n
}

// Format writes the dialogue as an .apdu file.
func (d *Dialogue) Format() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "atr %X\n", d.ATR)
	for _, x := range d.Exchanges {
		fmt.Fprintf(&b, "-> %X\n<- %X\n", x.Command, x.Answer)
	}
	return b.Bytes()
}

// ParseDialogue reads an .apdu file. Its errors name the line.
func ParseDialogue(text []byte) (*Dialogue, error) {
	d := &Dialogue{}
	open := false
	lines := bufio.NewScanner(bytes.NewReader(text))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		mark, digits, _ := strings.Cut(line, " ")
		data, err := hex.DecodeString(strings.ReplaceAll(digits, " ", ""))
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		switch {
		case mark == "atr" && d.ATR == nil && len(d.Exchanges) == 0:
			d.ATR = data
		case mark == "->" && !open:
			d.Exchanges = append(d.Exchanges, Exchange{Command: data})
			open = true
		case mark == "<-" && open:
			d.Exchanges[len(d.Exchanges)-1].Answer = data
			open = false
		default:
			return nil, fmt.Errorf("line %d: %q out of place", n, mark)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read dialogue: %w", err)
	}
	if open {
		return nil, fmt.Errorf("dialogue ends after a command")
	}
	return d, nil
}

// Recorder is a Transmitter that writes down what passes through it.
type Recorder struct {
	// Over is where commands go.
	Over card.Transmitter
	// Dialogue is what passed so far.
	Dialogue Dialogue
}

// Transmit sends the command on and records it with its answer.
func (r *Recorder) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	answer, err := r.Over.Transmit(ctx, command)
	if err == nil {
		r.Dialogue.Exchanges = append(r.Dialogue.Exchanges,
			Exchange{Command: bytes.Clone(command), Answer: bytes.Clone(answer)})
	}
	return answer, err
}

// Player is a Transmitter that plays a dialogue back and insists that the same
// commands are sent in the same order.
type Player struct {
	// Dialogue is what is expected.
	Dialogue *Dialogue

	next int
}

// Transmit returns the recorded answer; it fails when the command is not the
// recorded one.
func (p *Player) Transmit(_ context.Context, command []byte) ([]byte, error) {
	if p.next >= len(p.Dialogue.Exchanges) {
		return nil, fmt.Errorf("exchange %d: dialogue is over, got %X", p.next+1, command)
	}
	x := p.Dialogue.Exchanges[p.next]
	p.next++
	if !bytes.Equal(x.Command, command) {
		return nil, fmt.Errorf("exchange %d: got %X, want %X", p.next, command, x.Command)
	}
	return bytes.Clone(x.Answer), nil
}

// Rest says how many recorded exchanges were not played.
func (p *Player) Rest() int { return len(p.Dialogue.Exchanges) - p.next }
