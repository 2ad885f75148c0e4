package technician

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	profiles "balcao/firmware-profiles"
)

func (b Bench) profiles(ctx context.Context, args []string) error {
	return b.choose(ctx, "profiles", []command{
		{"list", "profiles list [-json] [-kind TIPO] [-dir PASTA]                 os perfis que há", b.listProfiles},
		{"show", "profiles show [-json] [-firmware V] [-dir PASTA] PERFIL         cada valor, de onde vem e como se sabe", b.showProfile},
		{"lint", "profiles lint [-json] [-dir PASTA]                              os erros dos ficheiros, com a linha", b.lintProfiles},
		{"diff", "profiles diff [-json] [-dir PASTA] PERFIL[@V] PERFIL[@V]        em que diferem dois perfis ou duas versões", b.diffProfiles},
		{"match", "profiles match [-json] [-kind TIPO] [-dir PASTA] [-maker M] [-model M] [-usb VVVV:PPPP] [-firmware V]   que perfil serve a um aparelho", b.matchProfiles},
		{"schema", "profiles schema [-layer]                                       o JSON Schema de um perfil, ou de um ficheiro só", b.schemaOfProfiles},
	}, args)
}

// profileFlags are those that all words of profiles have.
type profileFlags struct {
	json bool
	dir  string
	rest []string
}

func (b Bench) parseProfiles(word, usage string, args []string, more func(*profileFlags, func(p *string, name, usage string))) (profileFlags, error) {
	var q profileFlags
	f := b.flags("profiles "+word, "profiles "+word+": "+usage)
	f.BoolVar(&q.json, "json", false, "responde em JSON")
	f.StringVar(&q.dir, "dir", "", "pasta com mais perfis, como tipo/marca/modelo.yaml")
	if more != nil {
		more(&q, func(p *string, name, usage string) { f.StringVar(p, name, "", usage) })
	}
	err := f.Parse(args)
	q.rest = f.Args()
	return q, err
}

// catalogue returns the profiles that come with the program, and those of a
// folder beside them; an empty name is none.
func catalogue(dir string) profiles.Catalogue {
	c := profiles.Shipped()
	if dir != "" {
		c = c.With(os.DirFS(dir))
	}
	return c
}

// profileRow is one profile in a list.
type profileRow struct {
	ID        string `json:"id"`
	Kind      string `json:"kind"`
	Title     string `json:"title"`
	Dialect   string `json:"dialect"`
	Confirm   string `json:"confirm,omitempty"`
	Simulated bool   `json:"simulated"`
	Firmware  int    `json:"firmwareRanges"`
	Hash      string `json:"hash"`
}

func rowOf(p profiles.Profile) profileRow {
	return profileRow{
		ID: p.ID, Kind: p.Kind, Title: p.Title, Dialect: p.Dialect, Confirm: p.Confirm.Method, Simulated: p.Simulated,
		Firmware: len(p.Firmware), Hash: p.Hash(),
	}
}

// kindFlag is -kind of list and match.
const kindFlag = "tipo: printer, card-reader, callboard, sound, touch ou kiosk; vazio são todos"

// kindsOf is what -kind says, as the profiles want it.
func kindsOf(kind string) ([]string, error) {
	if kind == "" {
		return nil, nil
	}
	if !slices.Contains(profiles.Kinds(), kind) {
		return nil, fmt.Errorf("-kind %q não é nenhum de %s: %w", kind, strings.Join(profiles.Kinds(), ", "), ErrUsage)
	}
	return []string{kind}, nil
}

func (b Bench) listProfiles(_ context.Context, args []string) error {
	var kind string
	q, err := b.parseProfiles("list", "os perfis que há", args, func(_ *profileFlags, text func(*string, string, string)) {
		text(&kind, "kind", kindFlag)
	})
	if err != nil {
		return err
	}
	kinds, err := kindsOf(kind)
	if err != nil {
		return fmt.Errorf("kiosk profiles list: %w", err)
	}
	all, err := catalogue(q.dir).All(kinds...)
	if err != nil {
		return err
	}
	rows := []profileRow{}
	for _, p := range all {
		rows = append(rows, rowOf(p))
	}
	if q.json {
		return b.json(rows)
	}
	p := printer{out: b.Out}
	for _, r := range rows {
		p.line("%-28s %-11s %-8s %-15s %-12.12s %s", r.ID, r.Kind, or(r.Dialect, "-"), or(r.Confirm, "-"), r.Hash, r.Title)
	}
	return p.err
}

func (b Bench) schemaOfProfiles(_ context.Context, args []string) error {
	f := b.flags("profiles schema", "profiles schema: o JSON Schema de um perfil, com todas as camadas juntas, ou de um ficheiro só")
	layer := f.Bool("layer", false, "o de um ficheiro só, para editores")
	if err := f.Parse(args); err != nil {
		return err
	}
	text := profiles.Schema()
	if *layer {
		text = profiles.LayerSchema()
	}
	_, err := b.Out.Write(text)
	return err
}

// profileShow is a profile with where its values come from.
type profileShow struct {
	profileRow
	Version string           `json:"version,omitempty"`
	Values  []profiles.Trace `json:"values"`
}

func (b Bench) showProfile(_ context.Context, args []string) error {
	var firmware string
	q, err := b.parseProfiles("show", "cada valor, de onde vem e como se sabe", args, func(_ *profileFlags, text func(*string, string, string)) {
		text(&firmware, "firmware", "versão do aparelho, como 3.2")
	})
	if err != nil {
		return err
	}
	if len(q.rest) != 1 {
		return fmt.Errorf("kiosk profiles show: falta o perfil, como epson/tm-t88v: %w", ErrUsage)
	}
	c := catalogue(q.dir)
	p, err := c.Load(q.rest[0], firmware)
	if err != nil {
		return err
	}
	values, err := c.Explain(q.rest[0], firmware)
	if err != nil {
		return err
	}
	if q.json {
		return b.json(profileShow{profileRow: rowOf(p), Version: firmware, Values: values})
	}
	out := printer{out: b.Out}
	out.line("%s  %s", p.ID, p.Title)
	out.line("SHA-256  %s", p.Hash())
	for _, v := range values {
		from := v.Layer
		if v.Firmware != "" {
			from += " " + v.Firmware
		}
		known := ""
		if v.Evidence.Status != "" {
			known = fmt.Sprintf("  [%s: %s]", v.Evidence.Status, v.Evidence.Source)
		}
		out.line("%-28s %-28s %s%s", v.Key, v.Value, from, known)
	}
	return out.err
}

func (b Bench) lintProfiles(_ context.Context, args []string) error {
	q, err := b.parseProfiles("lint", "os erros dos ficheiros, com a linha", args, nil)
	if err != nil {
		return err
	}
	c := catalogue(q.dir)
	faults := c.Lint()
	lines := []string{}
	if faults != nil {
		lines = strings.Split(faults.Error(), "\n")
	}
	if q.json {
		if err := b.json(map[string]any{"profiles": len(c.Names()), "faults": lines}); err != nil {
			return err
		}
	} else {
		out := printer{out: b.Out}
		for _, l := range lines {
			out.line("%s", l)
		}
		out.line("%d perfis, %d erros", len(c.Names()), len(lines))
		if out.err != nil {
			return out.err
		}
	}
	if faults != nil {
		return fmt.Errorf("kiosk profiles lint: %d erros", len(lines))
	}
	return nil
}

func (b Bench) diffProfiles(_ context.Context, args []string) error {
	q, err := b.parseProfiles("diff", "em que diferem dois perfis, ou duas versões de um", args, nil)
	if err != nil {
		return err
	}
	if len(q.rest) != 2 {
		return fmt.Errorf("kiosk profiles diff: quer dois perfis, como star/tsp700@2.0 star/tsp700@3.2: %w", ErrUsage)
	}
	c := catalogue(q.dir)
	var both [2]profiles.Profile
	for i, name := range q.rest {
		id, firmware, _ := strings.Cut(name, "@")
		if both[i], err = c.Load(id, firmware); err != nil {
			return err
		}
	}
	changes, err := profiles.Diff(both[0], both[1])
	if err != nil {
		return err
	}
	if q.json {
		return b.json(append([]profiles.Change{}, changes...))
	}
	out := printer{out: b.Out}
	for _, d := range changes {
		out.line("%-28s %-24s → %s", d.Key, or(d.Before, "(nada)"), or(d.After, "(nada)"))
	}
	if len(changes) == 0 {
		out.line("não diferem")
	}
	return out.err
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

func (b Bench) matchProfiles(_ context.Context, args []string) error {
	var i profiles.Identification
	q, err := b.parseProfiles("match", "que perfil serve a um aparelho que diz isto de si", args, func(_ *profileFlags, text func(*string, string, string)) {
		text(&i.Maker, "maker", "fabricante, como o aparelho o diz")
		text(&i.Model, "model", "modelo, como o aparelho o diz")
		text(&i.USB, "usb", "fabricante e produto USB, como 08e6:3437 (lsusb)")
		text(&i.Kind, "kind", kindFlag)
		text(&i.Firmware, "firmware", "versão")
	})
	if err != nil {
		return err
	}
	if i.Model == "" && i.USB == "" {
		return fmt.Errorf("kiosk profiles match: falta -model ou -usb: %w", ErrUsage)
	}
	if _, err := kindsOf(i.Kind); err != nil {
		return fmt.Errorf("kiosk profiles match: %w", err)
	}
	found, err := matches(catalogue(q.dir), i)
	if err != nil {
		return err
	}
	if q.json {
		return b.json(found)
	}
	out := printer{out: b.Out}
	for _, r := range found {
		out.line("%-22s %-12.12s %s", r.ID, r.Hash, r.Title)
	}
	if len(found) == 0 {
		out.line("nenhum perfil conhece este aparelho; veja firmware-profiles/README.md para descrever um")
	}
	return out.err
}

// matches are the profiles of a device, for its firmware.
func matches(c profiles.Catalogue, i profiles.Identification) ([]profileRow, error) {
	ids, err := c.Match(i)
	if err != nil {
		return nil, err
	}
	rows := []profileRow{}
	for _, id := range ids {
		p, err := c.Load(id, versionOf(i.Firmware))
		if err != nil {
			return nil, err
		}
		rows = append(rows, rowOf(p))
	}
	return rows, nil
}

// versionOf is a version as profiles read it, empty for one that is written in
// another way.
func versionOf(said string) string {
	v, err := profiles.ParseVersion(said)
	if err != nil {
		return ""
	}
	return v.String()
}
