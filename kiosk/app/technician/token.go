package technician

import (
	"context"
	"errors"
	"fmt"
	"time"

	"balcao/kiosk/card"
	"balcao/kiosk/card/pace"
)

// forToken asks for the token of MultiPass, which is no purpose of the table: it is what check-in asks a card on the
// reader for first.
const forToken = "multipass"

// tokenIs says what a token is to whoever reads one.
const tokenIs = "não diz nada da pessoa, mas é sempre o mesmo neste cartão: trata-se como um dado pessoal. " +
	"É o que a coluna «multipass» de um ficheiro de marcações traz"

// token reads the token of a card on the reader, as a kiosk does for a booking, and wipes it. What it is stays masked
// unless personal data was asked for.
func (c *CardReport) token(ctx context.Context, watch *observer, trusted *card.Trust, now time.Time, q cardRequest) error {
	token, verdict, err := pace.ReadToken(ctx, watch, pace.Witness{Trust: trusted, Now: now, Random: q.random})
	defer token.Wipe()
	switch {
	case errors.Is(err, pace.ErrUnsupported):
		return fmt.Errorf("o cartão não dá nenhum token: não é um Cartão de Cidadão encostado ao leitor, ou é anterior ao MultiPass: %w", err)
	case errors.Is(err, pace.ErrChannel):
		return fmt.Errorf("o cartão deixou de falar com as chaves combinadas: pode ser uma cópia: %w", err)
	case err != nil:
		return err
	}
	c.Generation = card.CC2.String()
	c.judged(verdict, trusted.Len())
	if token.Zero() {
		return nil // the verdict says why
	}
	field := FieldReport{Name: "MultiPass token", Nome: "token de MultiPass", What: tokenIs}
	text := token.AppendHex(make([]byte, 0, 64))
	defer clear(text[:cap(text)])
	field.Bytes = len(text) / 2
	if q.personal {
		field.Text = string(text)
	}
	c.Fields = []FieldReport{field}
	return nil
}
