package checkup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"balcao/internal/operation"
	"balcao/internal/sqlite"
)

// Room that a data folder should have.
const (
	leastRoom  = 256 << 20 // below it the program does not last a day
	amplerRoom = 2 << 30   // below it somebody should look
)

// Folder looks at a data folder: that the program could write there, and how much room is left. One that is not there
// yet is made by the program, if its parent lets it.
func (r *Report) Folder(path string) {
	const about = "dados"
	at := path
	for {
		info, err := os.Stat(at)
		if err == nil {
			if !info.IsDir() {
				r.Fault(about, "mude data na configuração, ou mova esse ficheiro", "%s não é uma pasta", at)
				return
			}
			break
		}
		if !errors.Is(err, fs.ErrNotExist) || filepath.Dir(at) == at {
			r.Fault(about, "dê ao utilizador do programa acesso à pasta", "%s não se alcança: %v", at, err)
			return
		}
		at = filepath.Dir(at)
	}
	if err := unix.Access(at, unix.W_OK|unix.X_OK); err != nil {
		r.Fault(about, "chown ao utilizador do programa, ou corra -check como ele (sudo -u balcao …)", "não se escreve em %s: %v", at, err)
		return
	}
	free, err := operation.Free(at)
	if err != nil {
		r.Fault(about, "veja o disco com df e dmesg", "%v", err)
		return
	}
	made := "escreve-se"
	if at != path {
		made = "será criada"
	}
	switch {
	case free < leastRoom:
		r.Fault(about, "liberte espaço: cópias antigas e ficheiros .before-… desta pasta, nunca a base de dados nem o seu -wal", "%s: só %s livres", path, size(free))
	case free < amplerRoom:
		r.Notice(about, "liberte espaço esta semana", "%s: %s, restam %s", path, made, size(free))
	default:
		r.Good(about, "%s: %s, %s livres", path, made, size(free))
	}
}

func size(bytes uint64) string {
	if bytes >= 1<<30 {
		return strings.Replace(fmt.Sprintf("%.1f GB", float64(bytes)/(1<<30)), ".", ",", 1)
	}
	return fmt.Sprintf("%d MB", bytes>>20)
}

// Running reports whether a program has a database open; then its ports are taken, and rightly.
func Running(database string) bool {
	lock, err := os.OpenFile(database+".lock", os.O_RDWR, 0) //nolint:gosec // beside the database that the operator named
	if err != nil {
		return false
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return errors.Is(err, syscall.EWOULDBLOCK)
	}
	return false // the lock ends with the file
}

// Database looks at a database without changing it. Understands says whether this program knows its schema, and which
// it is.
func (r *Report) Database(ctx context.Context, path string, understands func(ctx context.Context, path string) (int, error)) {
	const about = "base de dados"
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		r.Good(about, "ainda não existe; o primeiro arranque cria-a")
		return
	}
	schema, err := understands(ctx, path)
	switch {
	case errors.Is(err, sqlite.ErrNewerSchema):
		r.Fault(about, "instale de novo a versão mais recente, ou reponha uma cópia feita por esta (restore -from)", "%s foi escrita por uma versão mais nova deste programa", path)
	case errors.Is(err, sqlite.ErrDamaged):
		r.Fault(about, fmt.Sprintf("pare o programa e refaça o ficheiro: %s rebuild -config %s (salva o que se lê, guarda o danificado e diz o que se perdeu); só se não chegar, reponha a última cópia (restore -from)", r.Program, r.Config),
			"%s está danificada: %v", path, err)
	case err != nil:
		r.Fault(about, "confirme de quem é o ficheiro e se o disco o lê", "%s não se abre: %v", path, err)
	default:
		r.Good(about, "%s, esquema %d", path, schema)
	}
}

// built is a moment before which no clock of a machine that runs these programs can rightly be.
var built = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

// Clock notes a clock that was never set: without it certificates are refused and Days have wrong dates.
func (r *Report) Clock(now time.Time) {
	if now.Before(built) {
		r.Fault("relógio", "timedatectl set-ntp true, e confirme a pilha da placa", "são %s, antes de este programa existir", now.Format("2006-01-02 15:04"))
		return
	}
	r.Good("relógio", "%s", now.Format("2006-01-02 15:04 MST"))
}
