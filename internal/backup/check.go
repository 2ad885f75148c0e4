package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"balcao/internal/disk"
	"balcao/internal/sqlite"
)

// ErrUnsound means that `check` found something wrong; it has said what.
var ErrUnsound = errors.New("o que está no disco não está em ordem")

// checkFor bounds the quick reading of a database.
const checkFor = time.Minute

// check looks at the file and at the disk below it, beside the running program, and says what it finds and what to do.
func (d Desk) check(ctx context.Context, data, file string, whole bool, out io.Writer) error {
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(out, format+"\n", args...) }
	if _, err := os.Stat(file); err != nil {
		return fmt.Errorf("não há base de dados em %s: diga a pasta com -data: %w", file, err)
	}
	sound := d.checkFile(ctx, file, whole, say)
	sound = d.checkRoom(data, file, say) && sound
	sound = checkPace(data, say) && sound
	if aside, err := filepath.Glob(file + ".damaged-*"); err == nil && len(aside) > 0 {
		say("! Há %d ficheiro(s) danificado(s) guardado(s) ao lado (%s…): mande-os ver e troque o disco.", len(aside), filepath.Base(aside[0]))
	}
	if !sound {
		return ErrUnsound
	}
	say("✓ Está tudo em ordem.")
	return nil
}

func (d Desk) checkFile(ctx context.Context, file string, whole bool, say func(string, ...any)) bool {
	db, err := sqlite.Open(ctx, file, sqlite.Options{ReadOnly: true, Readers: 1})
	if err != nil {
		say("✗ O ficheiro não se abre: %v", err)
		say("  %s", d.damaged())
		return false
	}
	defer db.Close()
	schema, err := db.Schema(ctx)
	if err == nil {
		say("  Ficheiro %s, esquema %d.", file, schema)
		if whole {
			err = db.CheckWhole(ctx)
		} else {
			short, cancel := context.WithTimeout(ctx, checkFor)
			defer cancel()
			if err = db.Check(short); err != nil && short.Err() != nil && !errors.Is(err, sqlite.ErrDamaged) {
				say("! Não houve tempo de ler o ficheiro todo (%s). Com -full lê-se até ao fim.", checkFor)
				return true
			}
		}
	}
	if err != nil {
		say("✗ O ficheiro está danificado: %v", err)
		say("  %s", d.damaged())
		return false
	}
	say("✓ O ficheiro está inteiro.")
	return true
}

// damaged says what to do about a file that does not hold together.
func (d Desk) damaged() string {
	if d.Damaged != "" {
		return d.Damaged
	}
	return fmt.Sprintf("Pare o programa, guarde uma cópia da pasta inteira e reponha a última cópia de segurança: %s restore -from CÓPIA.", d.Program)
}

func (d Desk) checkRoom(data, file string, say func(string, ...any)) bool {
	room, err := disk.Of(data)
	if err != nil {
		say("✗ Não se sabe que espaço há: %v", err)
		return false
	}
	var own int64
	for _, part := range []string{"", "-wal", "-shm"} {
		if info, err := os.Stat(file + part); err == nil {
			own += info.Size()
		}
	}
	say("  Espaço: livres %d de %d MiB; o programa ocupa %d MiB.", room.Free>>20, room.Total>>20, own>>20)
	if info, err := os.Stat(filepath.Join(data, "reserve")); err == nil {
		say("✓ A reserva de %d MiB está de lado.", info.Size()>>20)
		return true
	}
	if room.Free < 64<<20 {
		say("✗ Quase não há espaço, e a reserva já foi usada ou nunca coube: apague o que não é do Balcão.")
		return false
	}
	say("! A reserva não está de lado: o programa ainda não arrancou nesta pasta, ou o disco esteve cheio.")
	return true
}

// probes are how many small writes are timed.
const probes = 16

// checkPace times small writes to the disk as a commit makes them.
func checkPace(data string, say func(string, ...any)) bool {
	took, err := probe(filepath.Join(data, ".probe"))
	if err != nil {
		say("✗ Não se consegue gravar nesta pasta: %v", err)
		return false
	}
	slices.Sort(took)
	median, worst := took[len(took)/2], took[len(took)-1]
	say("  Gravar com segurança demora %s (o pior de %d: %s).", median.Round(100*time.Microsecond), probes, worst.Round(100*time.Microsecond))
	if disk.Judge(len(took), median, worst).Slow {
		say("! O disco é lento: confirme que há cópia de segurança de hoje, e veja se está a falhar ou se outro programa o ocupa.")
	}
	return true
}

func probe(path string) (took []time.Duration, err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600) //nolint:gosec // beside the database
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close(), os.Remove(path)) }()
	block := make([]byte, 4096)
	for range probes {
		began := sqlite.Running()
		if _, err := f.Write(block); err != nil {
			return nil, err
		}
		if err := f.Sync(); err != nil {
			return nil, err
		}
		took = append(took, sqlite.Running()-began)
	}
	return took, nil
}
