package app

import (
	"fmt"
	"os"

	"balcao/hq/postgres"
	"balcao/internal/config"
	"balcao/internal/machine"
)

// Postgres is a database on PostgreSQL in place of the SQLite file: several programs of headquarters may share it.
type Postgres struct {
	// URL is postgres://user@host:port/database without a password; empty keeps everything in the file of the data folder.
	// Several hosts, with commas between, are tried in turn until one takes writes.
	URL          string `yaml:"url"`
	PasswordFile string `yaml:"password_file"`
	Connections  int    `yaml:"connections"` // most of one program; 0 is 8
	// KeepMonths is for how many months the events of branches are kept; 0 is for ever. What reports say stays.
	KeepMonths int `yaml:"keep_months"`
}

func (p *Postgres) check(faults *config.Faults) {
	if p.URL == "" {
		if p.Connections != 0 || p.KeepMonths != 0 { // a password alone is for moving there
			faults.Add("postgres.url", "name the database, or leave postgres out")
		}
		return
	}
	if err := (postgres.Config{URL: p.URL}).Check(); err != nil {
		faults.Add("postgres.url", "%s", err)
	}
	if _, err := os.Stat(p.PasswordFile); p.PasswordFile != "" && err != nil {
		faults.Add("postgres.password_file", "no such file: %s", p.PasswordFile)
	}
	checkRange(faults, "postgres.connections", p.Connections == 0 || p.Connections >= 2 && p.Connections <= 200, "want 0 or between 2 and 200")
	checkRange(faults, "postgres.keep_months", p.KeepMonths == 0 || p.KeepMonths >= 2 && p.KeepMonths <= 600, "want 0 or between 2 and 600")
}

// open reads the secret.
func (p *Postgres) open() (postgres.Config, error) {
	secret, err := machine.Secret(p.PasswordFile)
	if err != nil {
		return postgres.Config{}, fmt.Errorf("read postgres.password_file: %w", err)
	}
	return postgres.Config{URL: p.URL, Password: secret, Connections: p.Connections}, nil
}
