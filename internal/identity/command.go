package identity

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"
)

const enrolUsage = `%[1]s enrol: pede o certificado desta máquina à autoridade da instalação

  %[1]s enrol [-config FICHEIRO] -at https://sede.exemplo:8444 [-token FICHEIRO]

O código vem da sede (hq ca token %[2]s) e serve uma vez. Sem -token lê-se do teclado, para não ficar na linha de
comando. A chave é feita aqui e não sai daqui; o certificado renova-se sozinho.
`

// Enrolling is what the command enrol of a program needs.
type Enrolling struct {
	Program string
	// Load reads the program's configuration and returns the node's name and the folder of its identity.
	Load func(config string) (node, dir string, err error)
	// Config is the usual configuration file.
	Config string
	In     io.Reader
	Out    io.Writer
	Now    func() time.Time
}

// Command carries out enrol, with answers for a technician.
func (e Enrolling) Command(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet(e.Program+" enrol", flag.ContinueOnError)
	flags.SetOutput(e.Out)
	flags.Usage = func() { _, _ = fmt.Fprintf(e.Out, enrolUsage, e.Program, "NÓ"); flags.PrintDefaults() }
	config := flags.String("config", e.Config, "ficheiro de configuração")
	at := flags.String("at", "", "endereço da autoridade, como https://sede.exemplo:8444")
	file := flags.String("token", "", "ficheiro com o código de inscrição")
	if err := flags.Parse(args); err != nil {
		return err
	}
	node, dir, err := e.Load(*config)
	if err != nil {
		return err
	}
	if dir == "" {
		return errors.New("a configuração não diz onde fica a identidade desta máquina (identity)")
	}
	if Exists(dir) {
		return fmt.Errorf("esta máquina já está inscrita (%s); para a inscrever de novo, apague essa pasta", dir)
	}
	if *file == "" {
		_, _ = fmt.Fprint(e.Out, "Código de inscrição: ")
	}
	token, err := readToken(*file, e.In)
	if err != nil {
		return err
	}
	if token.Node != node {
		return fmt.Errorf("o código é de %s e esta máquina é %s", token.Node, node)
	}
	if err := Enrol(ctx, Request{Dir: dir, URL: *at, Token: token, Now: e.Now()}); err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.Out, "%s está inscrita; a identidade fica em %s.\n", node, dir)
	return err
}

// readToken reads a token from a file, or from in when no file is named, so that it never stands in a command line.
func readToken(file string, in io.Reader) (Token, error) {
	if file != "" {
		f, err := os.Open(file) //nolint:gosec // the operator names the file
		if err != nil {
			return Token{}, fmt.Errorf("read token: %w", err)
		}
		defer f.Close()
		in = f
	}
	line := make([]byte, 0, 256)
	one := make([]byte, 1)
	for len(line) < 256 {
		n, err := in.Read(one)
		if n == 1 && one[0] == '\n' || err != nil {
			break
		}
		line = append(line, one[:n]...)
	}
	return ParseToken(string(line))
}
