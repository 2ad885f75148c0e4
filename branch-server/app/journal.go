package app

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"balcao/branch-server/journal"
	"balcao/branch-server/store"
	"balcao/internal/identity"
	"balcao/internal/queue"
	"balcao/internal/sqlite"
)

// ErrJournalFaulty means that `branch-server journal verify` found something wrong; it has said what.
var ErrJournalFaulty = errors.New("the journal is not whole")

const journalUsage = `branch-server journal verify  -data PASTA
branch-server journal explain -data PASTA [-day 2026-11-23] [-ticket A023] [-all]
branch-server journal export  -data PASTA [-day 2026-11-23] [-format ndjson|csv] [-out FICHEIRO]

O diário só é lido; o servidor da loja pode estar a trabalhar.
Com -config FICHEIRO os serviços e balcões aparecem com o seu nome, e as horas no fuso da loja; «verify» confirma também as
assinaturas da sede, que precisam do certificado da loja (identity).
`

// Journal is the command `branch-server journal verify|explain|export`: it reads the journal of a branch, also beside the
// running server, and says whether it is whole, what happened on a day or to a ticket, or writes a day for other
// programs. It speaks Portuguese: whoever asks stands in a branch.
func Journal(ctx context.Context, args []string, out, messages io.Writer) error {
	if len(args) == 0 {
		_, _ = io.WriteString(messages, journalUsage)
		return flag.ErrHelp
	}
	flags := flag.NewFlagSet("branch-server journal "+args[0], flag.ContinueOnError)
	flags.SetOutput(messages)
	flags.Usage = func() { _, _ = io.WriteString(messages, journalUsage) }
	var q journalQuery
	data := flags.String("data", "", "pasta de dados do servidor da loja")
	config := flags.String("config", "", "configuração da loja, para os nomes")
	flags.StringVar(&q.day, "day", "", "dia, como 2026-11-23; sem ele, o último")
	flags.StringVar(&q.ticket, "ticket", "", "senha, como A023")
	flags.BoolVar(&q.all, "all", false, "conta o dia todo, facto a facto")
	flags.StringVar(&q.format, "format", "ndjson", "ndjson ou csv")
	flags.StringVar(&q.to, "out", "", "ficheiro a escrever; sem ele, o ecrã")
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("não se percebe %q", flags.Arg(0))
	}
	if err := q.nameFrom(*config, data); err != nil {
		return err
	}
	r, err := openJournal(ctx, *data)
	if err != nil {
		return err
	}
	defer r.Close()
	switch args[0] {
	case "verify":
		own, err := q.identity()
		if err != nil {
			return err
		}
		return verifyJournal(ctx, r, own, out)
	case "explain":
		return q.explain(ctx, r, out)
	case "export":
		return q.export(ctx, r, out)
	}
	_, _ = io.WriteString(messages, journalUsage)
	return fmt.Errorf("não há nenhum comando «journal %s»", args[0])
}

// openJournal opens the journal in a folder for reading; what is wrong is said with what to do.
func openJournal(ctx context.Context, data string) (*store.Reader, error) {
	path := filepath.Join(data, "branch.db")
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("não há diário em %s: diga a pasta com -data (é o «data» da configuração): %w", path, err)
	}
	r, err := store.OpenReader(ctx, path)
	switch {
	case errors.Is(err, sqlite.ErrNewerSchema):
		return nil, fmt.Errorf("este diário foi escrito por uma versão mais nova do programa; use essa versão: %w", err)
	case errors.Is(err, sqlite.ErrDamaged):
		return nil, fmt.Errorf("o ficheiro não é um diário inteiro; %s: %w", damagedAdvice, err)
	}
	return r, err
}

const damagedAdvice = "guarde uma cópia da pasta inteira e refaça o ficheiro com branch-server rebuild (docs/operations.md, «A damaged journal»)"

func verifyJournal(ctx context.Context, r *store.Reader, own *identity.Identity, out io.Writer) error {
	say := func(format string, args ...any) { fmt.Fprintf(out, format+"\n", args...) }
	broken := r.Check(ctx)
	if broken != nil {
		say("✗ O ficheiro está danificado: %v", broken)
	}
	v := journal.NewVerifier()
	base, err := r.Base(ctx)
	if err != nil {
		return err
	}
	if base != nil {
		v.After(*base)
		say("Os registos 1 a %d foram retirados por serem antigos (%d registos, de %s a %s); a soma deles está guardada e a cadeia continua a partir dela.",
			base.Seq, base.Snapshot.Records, dayOf(base.Snapshot.From), dayOf(base.Snapshot.To))
	}
	torn := sayFormer(ctx, r, say)
	seals, err := openSeals(ctx, r, own, base)
	if err != nil {
		return err
	}
	err = r.From(ctx, 0, func(row journal.Row) error {
		v.Take(row)
		seals.Take(row, v.Day(), v.At())
		return nil
	})
	if err != nil {
		say("✗ Depois do registo %d o ficheiro não se lê: %v", v.Last, err)
	}
	for _, f := range v.Faults {
		say("✗ Registo %d: %s.", f.Seq, f.Text)
	}
	if v.Passed > 0 {
		say("✗ E mais %d faltas.", v.Passed)
	}
	if err == nil {
		seals.End(v.Last)
	}
	torn = sayTampered(seals, say) || torn
	say("%d registos, %d dias, até ao registo %d. Resumo da cadeia: %s", v.Rows, v.Days, v.Last, v.Head())
	if v.Steps > 0 {
		say("O relógio andou para trás %d vezes; a ordem é a dos registos, e nada se perdeu.", v.Steps)
	}
	saySeals(seals, v.Last, own != nil, say)
	if broken == nil && err == nil && len(v.Faults) == 0 && !torn {
		say("✓ O diário está inteiro e cumpre as regras.")
		return nil
	}
	if broken == nil && err == nil && len(v.Faults) == 0 && len(seals.Faults) > 0 {
		say("%s", tamperedAdvice)
	} else {
		say("%s", verifyAdvice(v, err))
	}
	return ErrJournalFaulty
}

func dayOf(ms int64) string { return time.UnixMilli(ms).UTC().Format(time.DateOnly) }

// sayFormer tells of the epochs that were set aside, and whether one of them is not what was sealed.
func sayFormer(ctx context.Context, r *store.Reader, say func(string, ...any)) (torn bool) {
	former, err := r.Former(ctx)
	if err != nil {
		return false // a file from before there were any
	}
	for _, f := range former {
		if f.TornAt > 0 {
			say("✗ Época anterior %d: o registo %d não é o que foi selado.", f.Epoch, f.TornAt)
			torn = true
			continue
		}
		say("Época anterior %d: registos %d a %d, inteiros; fica guardada ao lado.", f.Epoch, f.First, f.Last)
	}
	return torn
}

// verifyAdvice says what to do about a journal that is not whole.
func verifyAdvice(v *journal.Verifier, unreadable error) string {
	torn := v.TornAt()
	switch {
	case unreadable == nil && torn == 0:
		return "Os registos estão inteiros, mas há factos que as regras não deixam. Guarde uma cópia da pasta e envie-a a quem mantém o programa."
	case unreadable == nil && torn == v.Last:
		return fmt.Sprintf("Só o último registo (%d) está estragado. O que ele dizia pode já ter sido impresso ou chamado, por isso o servidor não o deita fora sozinho: %s.", torn, damagedAdvice)
	case torn == 0:
		torn = v.Last + 1
	}
	return fmt.Sprintf("Até ao registo %d o diário é de confiança; daí em diante não: %s.", torn-1, damagedAdvice)
}

// journalQuery is what explain and export are asked.
type journalQuery struct {
	day, ticket, format, to string
	all                     bool
	names                   journal.Names
	trust                   string // folder of the branch's certificate; empty if not known
}

// identity opens the branch's certificate, by which headquarters' signatures are checked; nil where there is none.
func (q *journalQuery) identity() (*identity.Identity, error) {
	if q.trust == "" {
		return nil, nil //nolint:nilnil // a branch without certificates
	}
	return identity.Open(q.trust, time.Now, nil)
}

// nameFrom takes names, time zone and, if none was given, the data folder from a configuration.
func (q *journalQuery) nameFrom(path string, data *string) error {
	q.names = journal.Names{Services: map[queue.ServiceID]string{}, Counters: map[queue.CounterID]string{}}
	zone := "Europe/Lisbon"
	if path != "" {
		cfg, err := Load(path)
		if err != nil {
			return err
		}
		if *data == "" {
			*data = cfg.Data
		}
		zone, q.trust = cfg.Branch.Zone, cfg.Identity
		for _, s := range cfg.Branch.Services {
			q.names.Services[queue.ServiceID(s.ID)] = s.Name.In("pt")
		}
		for _, k := range cfg.Branch.Counters {
			q.names.Counters[queue.CounterID(k.ID)] = k.Label
		}
	}
	var err error
	if q.names.Zone, err = time.LoadLocation(zone); err != nil {
		return fmt.Errorf("read time zone: %w", err)
	}
	return nil
}

// rows calls each for the rows of the day that was asked for, from its opening to before the next one.
func (q *journalQuery) rows(ctx context.Context, r *store.Reader, each func(journal.Row, queue.Entry) error) error {
	days, err := r.Days(ctx)
	if err != nil {
		return err
	}
	if len(days) == 0 {
		return errors.New("o diário ainda não tem nenhum dia")
	}
	at := -1
	for i, d := range days {
		if string(d.Day) == q.day {
			at = i
		}
	}
	switch {
	case q.day == "":
		at = len(days) - 1
	case at < 0:
		return fmt.Errorf("o dia %s não está no diário; tem dias de %s a %s", q.day, days[0].Day, days[len(days)-1].Day)
	}
	q.day = string(days[at].Day)
	end := errors.New("the day is over")
	err = r.From(ctx, days[at].Seq, func(row journal.Row) error {
		if at+1 < len(days) && row.Seq >= days[at+1].Seq {
			return end
		}
		e, err := row.Entry()
		if err != nil {
			return fmt.Errorf("o registo %d não se lê; veja «branch-server journal verify»: %w", row.Seq, err)
		}
		return each(row, e)
	})
	if errors.Is(err, end) {
		return nil
	}
	return err
}

func (q *journalQuery) explain(ctx context.Context, r *store.Reader, out io.Writer) error {
	story := journal.NewStory(q.names)
	if err := q.rows(ctx, r, func(_ journal.Row, e queue.Entry) error { story.Hear(e); return nil }); err != nil {
		return err
	}
	w := bufio.NewWriter(out)
	switch {
	case q.ticket != "":
		visits := story.Numbered(q.ticket)
		if len(visits) == 0 {
			return fmt.Errorf("não há nenhuma senha %s no dia %s", q.ticket, q.day)
		}
		for _, v := range visits {
			fmt.Fprintf(w, "Senha %s, %s, dia %s\n", v.Number, v.Body, q.day)
			for _, l := range story.About(v.ID) {
				fmt.Fprintln(w, story.String(l))
			}
		}
	default:
		fmt.Fprintf(w, "Dia %s\n", q.day)
		for _, l := range story.Lines {
			if q.all || l.Visit == 0 {
				fmt.Fprintln(w, story.String(l))
			}
		}
		fmt.Fprintln(w)
		divisions, whole := journal.Reconcile(story.Day)
		if err := journal.WriteAccounts(w, divisions, whole); err != nil {
			return err
		}
	}
	return w.Flush()
}

func (q *journalQuery) export(ctx context.Context, r *store.Reader, out io.Writer) (err error) {
	if q.format != "ndjson" && q.format != "csv" {
		return fmt.Errorf("o formato %q não existe: ndjson ou csv", q.format)
	}
	if q.to != "" {
		// A day is not written over another file.
		f, err := os.OpenFile(q.to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
		if err != nil {
			return fmt.Errorf("escrever %s: %w", q.to, err)
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		out = f
	}
	w := bufio.NewWriter(out)
	day := queue.NewDay(queue.Catalogue{}, 0)
	err = q.rows(ctx, r, func(row journal.Row, e queue.Entry) error {
		if q.format == "csv" {
			day.Apply(e)
			return nil
		}
		_, err := w.Write(append(slices.Clip(row.Raw), '\n'))
		return err
	})
	if err == nil && q.format == "csv" {
		err = journal.WriteCSV(w, day)
	}
	return errors.Join(err, w.Flush())
}
