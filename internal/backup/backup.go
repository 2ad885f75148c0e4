// Package backup is the operator's way to a second copy of a program's database and back: the commands `backup`,
// `restore`, `check` and `rebuild` of the three programs. A backup is taken while the program works; a restore keeps what
// it replaces. It speaks Portuguese.
package backup

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"balcao/internal/sqlite"
)

// Desk is the commands of one program.
type Desk struct {
	Program string // its name on the command line
	File    string // of its database, in the data folder
	Folder  func(config string) (string, error)
	Now     func() time.Time
	Damaged string // what to do about a damaged file, as sentences; empty is to put a backup back
	// Rebuild makes the database anew out of what is left of a damaged one, in the data folder, and says what is lost. Alone
	// leaves out what others hold.
	Rebuild func(ctx context.Context, config, data string, alone bool, out io.Writer) error
	After   string // what the next start after a restore does, as the end of a sentence
}

func (d Desk) usage() string {
	return fmt.Sprintf(`%[1]s backup   -config FICHEIRO | -data PASTA  -to FICHEIRO
%[1]s restore  -config FICHEIRO | -data PASTA  -from FICHEIRO
%[1]s check    -config FICHEIRO | -data PASTA  [-full]
%[1]s rebuild  -config FICHEIRO | -data PASTA  [-alone]

check só lê, com o programa a trabalhar: diz se o ficheiro está inteiro, que espaço há e quanto o disco demora a gravar.
backup copia a base de dados inteira com o programa a trabalhar, confere a cópia e só então lhe dá o nome.
restore só com o programa parado: confere a cópia, guarda ao lado o que lá estava, e põe a cópia no lugar. No arranque
seguinte %[2]s
rebuild só com o programa parado, quando o ficheiro está danificado ou se perdeu: salva o que se lê, confirma a cadeia,
junta o que outros têm (com -alone só o que está no disco), guarda ao lado o que lá estava, e diz o que se perdeu.
`, d.Program, d.After)
}

// Is reports whether a word is one of these commands.
func Is(verb string) bool {
	return verb == "backup" || verb == "restore" || verb == "check" || verb == "rebuild"
}

// Command is `PROGRAM backup|restore|check|rebuild …`.
func (d Desk) Command(ctx context.Context, args []string, out, messages io.Writer) error {
	verb := args[0]
	flags := flag.NewFlagSet(d.Program+" "+verb, flag.ContinueOnError)
	flags.SetOutput(messages)
	flags.Usage = func() { _, _ = io.WriteString(messages, d.usage()) }
	config := flags.String("config", "", "configuração do programa")
	data := flags.String("data", "", "pasta de dados")
	to := flags.String("to", "", "ficheiro da cópia, que ainda não existe")
	from := flags.String("from", "", "ficheiro da cópia")
	whole := flags.Bool("full", false, "com check: lê também os índices, e demora mais")
	alone := flags.Bool("alone", false, "com rebuild: não pergunta a ninguém")
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	if *data == "" && *config == "" {
		return errors.New("diga a configuração com -config, ou a pasta de dados com -data")
	}
	if *data == "" {
		var err error
		if *data, err = d.Folder(*config); err != nil {
			return err
		}
	}
	file := filepath.Join(*data, d.File)
	switch {
	case verb == "check":
		return d.check(ctx, *data, file, *whole, out)
	case verb == "rebuild":
		return d.rebuild(ctx, *config, *data, file, *alone, out)
	case verb == "backup" && *to != "":
		return d.backup(ctx, file, *to, out)
	case verb == "restore" && *from != "":
		return d.restore(ctx, *from, file, out)
	}
	_, _ = io.WriteString(messages, d.usage())
	return errors.New("diga o ficheiro da cópia: -to para a fazer, -from para a repor")
}

func (d Desk) backup(ctx context.Context, file, to string, out io.Writer) error {
	if _, err := os.Stat(to); err == nil {
		return fmt.Errorf("%s já existe; uma cópia nunca se escreve por cima de outra", to)
	}
	db, err := sqlite.Open(ctx, file, sqlite.Options{ReadOnly: true, Readers: 1})
	if err != nil {
		return fmt.Errorf("não há base de dados em %s, ou não se abre: %w", file, err)
	}
	defer db.Close()
	err = db.CopyTo(ctx, to, func(tx *sqlite.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO meta (key, value) VALUES ('copy', ?)
			ON CONFLICT (key) DO UPDATE SET value = excluded.value`, d.Now().UTC().Format(time.RFC3339))
		return err
	})
	if err != nil {
		return fmt.Errorf("a cópia não ficou feita, e nada mudou: %w", err)
	}
	info, err := os.Stat(to)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "Cópia feita e conferida: %s (%d KiB). Guarde-a noutro disco.\n", to, info.Size()>>10)
	return err
}

func (d Desk) restore(ctx context.Context, from, file string, out io.Writer) error {
	if err := checked(ctx, from); err != nil {
		return fmt.Errorf("%s não é uma cópia inteira; nada mudou: %w", from, err)
	}
	if err := free(file); err != nil {
		return fmt.Errorf("pare o programa antes de repor; nada mudou: %w", err)
	}
	aside := fmt.Sprintf("%s.before-%s", file, d.Now().UTC().Format("20060102T150405"))
	for _, part := range []string{"", "-wal", "-shm"} {
		if err := os.Rename(file+part, aside+part); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("guardar o que lá estava: %w", err)
		}
	}
	if err := place(from, file); err != nil {
		return fmt.Errorf("a cópia não ficou no lugar; o que lá estava é %s: %w", aside, err)
	}
	_, err := fmt.Fprintf(out, "Reposta. O que lá estava ficou em %s. No arranque seguinte %s\n", aside, d.After)
	return err
}

func (d Desk) rebuild(ctx context.Context, config, data, file string, alone bool, out io.Writer) error {
	if d.Rebuild == nil {
		return errors.New("este programa não refaz o seu ficheiro")
	}
	if err := free(file); err != nil {
		return fmt.Errorf("pare o programa antes de refazer o ficheiro; nada mudou: %w", err)
	}
	return d.Rebuild(ctx, config, data, alone, out)
}

// checked reads a copy whole.
func checked(ctx context.Context, path string) error {
	db, err := sqlite.Open(ctx, path, sqlite.Options{ReadOnly: true, Readers: 1})
	if err != nil {
		return err
	}
	defer db.Close()
	return db.Check(ctx)
}

// free reports that no program has a database open.
func free(file string) error {
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return os.MkdirAll(filepath.Dir(file), 0o750)
	}
	return sqlite.Free(file)
}

// place copies a file whole, and returns once it is on disk.
func place(from, to string) error {
	in, err := os.Open(from) //nolint:gosec // the operator names the file
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to+".part", os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600) //nolint:gosec // beside the database
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if err == nil {
		err = out.Sync()
	}
	if closed := out.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return os.Rename(to+".part", to)
}
