package authority

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"balcao/internal/identity"
)

// Place is where commands find an authority and the identity of the machine it is on.
type Place struct {
	Program  string // for the help, such as hq
	Server   string // name of the machine: hq, or a branch that stands alone
	CA       Config
	Identity string // folder of that machine's own identity
	Now      func() time.Time
}

const usage = `%[1]s ca: a autoridade que dá certificados aos nós desta instalação

  %[1]s ca [-config FICHEIRO] init   [-name NOME] [-host NOME]…      cria a autoridade e a identidade desta máquina
  %[1]s ca [-config FICHEIRO] token  [-for 24h] [-out FICHEIRO] [-host NOME]… NÓ   código de inscrição, serve uma vez
  %[1]s ca [-config FICHEIRO] list                                  certificados e códigos por usar
  %[1]s ca [-config FICHEIRO] revoke [-reason TEXTO] NÓ|NÚMERO      retira a confiança; vale em toda a rede em minutos
  %[1]s ca [-config FICHEIRO] broker -dir PASTA [-listen ENDEREÇO] [NÓ…]   ficheiros para um Mosquitto no lugar do nosso

O código de inscrição é secreto até ser usado. A chave em %[2]s nunca sai desta máquina: guarde uma cópia fora dela.
`

// names collects the values of a flag given several times.
type names []string

// String joins the values.
func (n *names) String() string { return strings.Join(*n, ",") }

// Set adds a value.
func (n *names) Set(v string) error {
	*n = append(*n, v)
	return nil
}

// Command carries out ca init, token, list or revoke, with answers for an operator on out.
func (p Place) Command(ctx context.Context, args []string, out io.Writer) error {
	word := ""
	if len(args) > 0 {
		word, args = args[0], args[1:]
	}
	flags := flag.NewFlagSet(p.Program+" ca "+word, flag.ContinueOnError)
	flags.SetOutput(out)
	flags.Usage = func() { _, _ = fmt.Fprintf(out, usage, p.Program, p.CA.Data); flags.PrintDefaults() }
	var hosts names
	name := flags.String("name", p.Server, "nome da instalação, no certificado da autoridade")
	life := flags.Duration("for", TokenLife, "validade do código de inscrição")
	file := flags.String("out", "", "ficheiro onde fica o código, só para este utilizador; sem ele vai para o ecrã")
	reason := flags.String("reason", "", "porque se retira a confiança")
	dir := flags.String("dir", "", "pasta dos ficheiros do Mosquitto")
	listen := flags.String("listen", "0.0.0.0:8883", "endereço do Mosquitto")
	flags.Var(&hosts, "host", "nome ou endereço pelo qual os navegadores pedem as páginas desta máquina")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if word == "broker" {
		return p.broker(ctx, *dir, *listen, flags.Args(), out)
	}
	if p.CA.Data == "" {
		return errors.New("a configuração não diz onde fica a autoridade (ca.data)")
	}
	switch word {
	case "init":
		return p.init(ctx, *name, hosts, out)
	case "token":
		return p.token(ctx, flags.Args(), hosts, *life, *file, out)
	case "list":
		return p.list(ctx, out)
	case "revoke":
		return p.revoke(ctx, flags.Args(), *reason, out)
	default:
		flags.Usage()
		return fmt.Errorf("%s ca: comando desconhecido %q", p.Program, word)
	}
}

// init makes the authority and gives its machine an identity; what is there already stays.
func (p Place) init(ctx context.Context, name string, hosts []string, out io.Writer) error {
	if p.Identity == "" {
		return errors.New("a configuração não diz onde fica a identidade desta máquina (identity)")
	}
	a, err := Init(ctx, p.CA.Data, name, p.Now)
	if errors.Is(err, ErrKnown) {
		a, err = Open(p.CA.Data, p.Now)
	}
	if err != nil {
		return err
	}
	if own, err := identity.Open(p.Identity, p.Now, nil); err != nil || p.Now().After(own.Until()) {
		if err != nil && !errors.Is(err, identity.ErrNone) {
			return err
		}
		if err := a.Settle(ctx, Grant{Node: p.Server, Hosts: hosts}, p.Identity); err != nil {
			return err
		}
	}
	mark := identity.Fingerprint(a.Root())
	_, err = fmt.Fprintf(out, "Autoridade em %s; identidade de %s em %s.\nImpressão digital: %s\n", p.CA.Data, p.Server, p.Identity, hex.EncodeToString(mark[:]))
	return err
}

// Settle gives the machine the authority is on its own identity, in a folder.
func (a *Authority) Settle(ctx context.Context, g Grant, dir string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return fmt.Errorf("make key: %w", err)
	}
	leaf, err := a.Give(ctx, g, &key.PublicKey)
	if err != nil {
		return err
	}
	revoked, err := a.Revoked(ctx)
	if err != nil {
		return err
	}
	if g.serves() {
		pub, signing, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			return fmt.Errorf("make key: %w", err)
		}
		c, err := a.Give(ctx, g, pub)
		if err != nil {
			return err
		}
		if err := identity.StoreSigner(dir, signing, c); err != nil {
			return err
		}
	}
	return identity.Store(dir, key, leaf, a.root, revoked, identity.Home{Server: g.Node})
}

func (p Place) token(ctx context.Context, args, hosts []string, life time.Duration, file string, out io.Writer) error {
	if len(args) != 1 {
		return fmt.Errorf("diga para que nó é, por exemplo: %s ca token L017-K03", p.Program)
	}
	a, err := Open(p.CA.Data, p.Now)
	if err != nil {
		return err
	}
	t, err := a.Token(ctx, p.Server, Grant{Node: args[0], Hosts: hosts}, life)
	if err != nil {
		return err
	}
	if file != "" {
		if err := identity.Replace(file, []byte(t.String()+"\n"), 0o600); err != nil {
			return fmt.Errorf("write token: %w", err)
		}
		_, err = fmt.Fprintf(out, "Código de %s em %s, válido até %s.\n", args[0], file, p.Now().Add(life).Format("2006-01-02 15:04"))
		return err
	}
	_, err = fmt.Fprintln(out, t)
	return err
}

func (p Place) list(ctx context.Context, out io.Writer) error {
	a, err := Open(p.CA.Data, p.Now)
	if err != nil {
		return err
	}
	given, waiting, err := a.List(ctx)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "NÓ\tESTADO\tATÉ\tNÚMERO")
	for _, c := range given {
		state := "válido"
		if !c.Revoked.IsZero() {
			state = "revogado " + c.Revoked.Format("2006-01-02")
			if c.Reason != "" {
				state += ": " + c.Reason
			}
		}
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", c.Node, state, c.Until.Format("2006-01-02"), c.Serial)
	}
	for _, t := range waiting {
		_, _ = fmt.Fprintf(w, "%s\tcódigo por usar\t%s\t\n", t.Node, t.Expires.Format("2006-01-02 15:04"))
	}
	return w.Flush()
}

func (p Place) revoke(ctx context.Context, args []string, reason string, out io.Writer) error {
	if len(args) != 1 {
		return errors.New("diga um nó ou o número de um certificado; list mostra-os")
	}
	a, err := Open(p.CA.Data, p.Now)
	if err != nil {
		return err
	}
	n, err := a.Revoke(ctx, args[0], reason)
	if errors.Is(err, ErrUnknown) {
		return fmt.Errorf("nenhum certificado válido nem código por usar de %s", args[0])
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%d certificado(s) de %s revogado(s). A rede sabe-o dentro de dez minutos.\n", n, args[0])
	return err
}

// ConfigFlag takes -config out of a command's arguments, wherever it stands before the command's own words.
func ConfigFlag(args []string, usual string) (file string, rest []string) {
	file = usual
	for i := 0; i < len(args); i++ {
		name, value, whole := strings.Cut(args[i], "=")
		switch {
		case name != "-config" && name != "--config":
			rest = append(rest, args[i])
		case whole:
			file = value
		case i+1 < len(args):
			i++
			file = args[i]
		}
	}
	return file, rest
}
