package app

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"balcao/branch-server/site"
	"balcao/branch-server/store"
	"balcao/internal/machine"
	"balcao/internal/sqlite"
	"balcao/internal/wire"
)

// How long things may take.
const (
	longestCommand = 20 * time.Minute // any command
	longestRestart = 3 * time.Minute  // a kiosk waits until nobody is at it
)

// carryOut does a command and says what became of it.
func (c *commands) carryOut(ctx context.Context, one store.Command, u *uplink) error {
	work, stop := context.WithTimeout(ctx, longestCommand)
	defer stop()
	var err error
	switch one.Do {
	case wire.CommandBackup:
		one.Words, err = c.backup(work)
	case wire.CommandCheck:
		one.Words, err = c.check(work)
	case wire.CommandReport:
		one.Words, one.Report, err = c.report(work)
	case wire.CommandConfig:
		one.Words, err = c.config(work, u)
	case wire.CommandRestart:
		one.Words, err = c.restart(work, one)
	}
	if ctx.Err() != nil {
		return nil // told as interrupted after the next start
	}
	one.State = wire.CommandDone
	if err != nil {
		one.State, one.Report = wire.CommandFailed, ""
		one.Why, one.Words = whyNot(err)
		c.app.log.Warn("a command of headquarters was not done", "command", one.Do, "err", err)
	}
	return c.end(ctx, one)
}

// errNoRoom means that the disk has no room for a copy.
var errNoRoom = errors.New("no room for a copy")

// whyNot says why a command was not done.
func whyNot(err error) (why, words string) {
	switch {
	case errors.Is(err, errNoRoom), sqlite.IsFull(err):
		return wire.CommandNoRoom, "Não há espaço no disco para a cópia. Liberte espaço, ou faça-a para outro disco (branch-server backup)."
	case errors.Is(err, sqlite.ErrDamaged):
		return wire.CommandDamaged, "O ficheiro está danificado: pare o servidor fora do horário e refaça-o (branch-server rebuild)."
	case errors.Is(err, site.ErrNoNode):
		return wire.CommandNoNode, "Esse dispositivo não está ligado à loja."
	case errors.Is(err, site.ErrNotBack):
		return wire.CommandNoAnswer, "O dispositivo não recomeçou em três minutos: pode haver alguém a usá-lo, ou o programa é antigo. Repita, ou peça à loja que o desligue e ligue."
	case errors.Is(err, context.DeadlineExceeded):
		return wire.CommandFault, "Demorou demasiado e parou."
	}
	return wire.CommandFault, "Não se conseguiu. O registo do servidor da loja diz porquê."
}

// Copies that headquarters asked for lie in the data folder, and the older of them go.
const (
	copiesFolder = "copies"
	copiesKept   = 2
)

// backup copies the database whole while the branch works.
func (c *commands) backup(ctx context.Context) (string, error) {
	size := sizeOf(filepath.Join(c.app.cfg.Data, "branch.db")) + sizeOf(filepath.Join(c.app.cfg.Data, "branch.db-wal"))
	if c.app.disk.Admit() != nil || c.app.disk.State().Free < 2*size {
		return "", errNoRoom
	}
	folder := filepath.Join(c.app.cfg.Data, copiesFolder)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", fmt.Errorf("make folder of copies: %w", err)
	}
	now := c.app.clock.Now().UTC()
	name := "branch-" + now.Format("20060102T150405") + ".db"
	if err := c.app.store.Copy(ctx, filepath.Join(folder, name), now); err != nil {
		return "", err
	}
	words := fmt.Sprintf("Cópia feita e conferida: %s/%s, %d KiB. Guarda-se com a anterior; para outro disco, use branch-server backup.",
		copiesFolder, name, sizeOf(filepath.Join(folder, name))>>10)
	return words, thin(folder)
}

// thin takes copies away but for the newest.
func thin(folder string) error {
	all, err := filepath.Glob(filepath.Join(folder, "branch-*.db"))
	if err != nil {
		return err
	}
	slices.Sort(all)
	for _, old := range all[:max(0, len(all)-copiesKept)] {
		if err := os.Remove(old); err != nil {
			return fmt.Errorf("take an old copy away: %w", err)
		}
	}
	return nil
}

// check reads the whole database.
func (c *commands) check(ctx context.Context) (string, error) {
	began := c.app.clock.Steady()
	err := c.app.store.Check(ctx)
	c.app.whole.Found(err)
	if err != nil {
		return "", err
	}
	s := c.app.disk.State()
	return fmt.Sprintf("O ficheiro está inteiro (lido em %s). Disco: %s livres, gravar demora %d ms.",
		c.app.clock.Steady().Sub(began).Round(time.Second), mebibytes(s.Free), s.Pace.Median.Milliseconds()), nil
}

func mebibytes(n uint64) string { return fmt.Sprintf("%d MiB", n>>20) }

// config tells headquarters the branch's own description again, and tries a configuration again that waits or was rejected.
func (c *commands) config(ctx context.Context, u *uplink) (string, error) {
	if err := c.app.above.retry(ctx); err != nil {
		return "", err
	}
	c.app.above.mu.Lock()
	c.app.above.told = ""
	s := c.app.above.state
	c.app.above.mu.Unlock()
	c.app.above.offer(ctx, u)
	held, _, err := c.app.store.LatestDescription(ctx)
	if err != nil {
		return "", err
	}
	words := fmt.Sprintf("Descrição da loja n.º %d enviada.", held.Number)
	switch {
	case s.State == wire.ConfigStateStaged, s.State == wire.ConfigStateRejected:
		words += fmt.Sprintf(" A configuração da sede n.º %d não está em vigor: %s", s.Number, s.Words)
	case s.Force > 0:
		words += fmt.Sprintf(" Em vigor: configuração da sede n.º %d.", s.Force)
	default:
		words += " Sem configuração da sede."
	}
	return words, nil
}

// restart ends the program of a kiosk or callboard, and waits until it is back.
func (c *commands) restart(ctx context.Context, one store.Command) (string, error) {
	began := c.app.clock.Steady()
	if err := c.app.site.Restart(ctx, one.ID, wire.NodeID(one.Node), longestRestart); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s recomeçou em %s.", one.Node, c.app.clock.Steady().Sub(began).Round(time.Second)), nil
}

// report says how the branch's machines are. There is nobody's name in it.
func (c *commands) report(ctx context.Context) (words, text string, err error) {
	a := c.app
	schema, err := a.store.Database().Schema(ctx)
	if err != nil {
		return "", "", err
	}
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("Relatório de %s, %s", a.cfg.Branch.ID, a.clock.Now().UTC().Format(time.RFC3339))
	line("Programa: branch-server %s, %s, %s/%s", Version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	line("Arranque: %s; máquina ligada há %s; memória %s", a.boot, (time.Duration(machine.Uptime()) * time.Millisecond).Round(time.Second), mebibytes(machine.Resident()))
	unsent, _ := a.uplink.child.Unsent()
	line("Diário: época %d, esquema %d, %d por enviar à sede", a.store.Epoch(), schema, unsent)
	if kinds, err := a.store.LaterFacts(ctx); err == nil && laterWords(kinds) != "" {
		line("Versões: %s", laterWords(kinds))
	}
	d := a.disk.State()
	line("Disco: %s, livres %s de %s, gravar %d ms (pior %d ms), ficheiro %s", a.whole.Code(d.Code()), mebibytes(d.Free), mebibytes(d.Total),
		d.Pace.Median.Milliseconds(), d.Pace.Worst.Milliseconds(), mebibytes(sizeOf(filepath.Join(a.cfg.Data, "branch.db"))))
	if k := a.time.health(); k != nil {
		line("Relógio: %s, a sede adiantada %d ms (medido: %t), máquina adiantada %d ms", k.Quality, k.OffsetMS, k.Known, k.SkewMS)
	}
	if own := a.trust.Own(); own != nil {
		line("Certificado: até %s", own.Until().UTC().Format(time.RFC3339))
	}
	h := a.above.tell()
	line("Configuração da sede: n.º %d %s, em vigor n.º %d", h.Number, h.State, h.Force)
	for _, n := range a.devices() {
		line("%s: ligado %t, programa %s, por enviar %d", n.Node, n.Online, n.Software, n.Unsent)
		for _, part := range slices.Sorted(maps.Keys(n.Devices)) {
			line("  %s: %s", part, n.Devices[part])
		}
		for _, m := range n.Models {
			line("  %s", strings.Join(strings.Fields(m.Maker+" "+m.Model+" "+m.Firmware+" "+m.Profile), " "))
		}
	}
	text = b.String()
	if len(text) > wire.MaxCommandReport {
		text = strings.ToValidUTF8(text[:wire.MaxCommandReport], "")
	}
	return "Relatório recebido.", text, nil
}
