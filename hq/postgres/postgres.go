// Package postgres is the only door to PostgreSQL: it opens the database on which several programs of headquarters work
// side by side, keeps its schema and the months of its events, takes batches in under row locks, says which program leads,
// and carries word between them. What it hands out speaks database/sql; what is kept, and how it is asked for, is the
// store's.
package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"

	"balcao/internal/wire"
)

// ErrNewerSchema means that a newer version of the program brought the database up to date.
var ErrNewerSchema = errors.New("the database was written by a newer version of this program")

// Config says which database it is.
type Config struct {
	// URL is postgres://user@host:port/database, without a password. Several hosts with commas between are tried in turn
	// until one takes writes, which is how a standby that was promoted is found.
	URL string
	// Password is that of the user; empty is none, or the one that PGPASSWORD or a file of passwords says.
	Password string
	// Connections is the most that one program holds; 0 means 8. Two more carry word between programs.
	Connections int
	// Reads reports whether a fact of a branch can be read; nil is wire.Reads.
	Reads func(kind string, version int) bool

	schema string // empty is that of everybody
}

// Times after which a connection that leads nowhere is given up.
const (
	connectFor = 5 * time.Second
	keepAlive  = 10 * time.Second
)

// Locks that programs of headquarters agree on; other programs have no business in this database.
const (
	lockWrite   = 0x62616c01 // one change of a person at a time
	lockMigrate = 0x62616c02
	lockLead    = 0x62616c03
)

// DB is the open database. It is safe for several goroutines.
type DB struct {
	pool *pgxpool.Pool
	db   *sql.DB
	cfg  *pgx.ConnConfig

	reads func(kind string, version int) bool

	mu     sync.Mutex
	months map[string]bool // of events that are known to have a place
}

// Open connects, brings the schema up to date and makes places for the events of these months. Now is the moment.
func Open(ctx context.Context, c Config, now time.Time) (*DB, error) {
	d, err := connect(ctx, c)
	if err != nil {
		return nil, err
	}
	if err := d.prepare(ctx, now); err != nil {
		_ = d.Close()
		return nil, err
	}
	return d, nil
}

func (d *DB) prepare(ctx context.Context, now time.Time) error {
	if err := d.migrate(ctx); err != nil {
		return err
	}
	if err := d.settled(ctx); err != nil {
		return err
	}
	return d.MakeMonths(ctx, now)
}

// connect reaches the database and changes nothing.
func connect(ctx context.Context, c Config) (*DB, error) {
	cfg, err := c.parse()
	if err != nil {
		return nil, err
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", plain(err))
	}
	d := &DB{pool: pool, cfg: cfg.ConnConfig, months: map[string]bool{}, reads: c.Reads}
	if d.reads == nil {
		d.reads = wire.Reads
	}
	d.db = sql.OpenDB(portable{stdlib.GetPoolConnector(pool)})
	d.db.SetMaxIdleConns(0) // the pool keeps them
	if err := d.db.PingContext(ctx); err != nil {
		_ = d.Close()
		return nil, fmt.Errorf("open the database %s: %w", c.Where(), plain(err))
	}
	return d, nil
}

// Check names what is wrong with the address; nil for nothing. It connects nowhere.
func (c Config) Check() error {
	u, err := url.Parse(c.URL)
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" || u.Host == "" && !u.Query().Has("host") || strings.Trim(u.Path, "/") == "" {
		return errors.New("want an address such as postgres://balcao@db.example:5432/balcao")
	}
	if _, has := u.User.Password(); has || u.Query().Has("password") {
		return errors.New("a password does not belong into the address: name a file of it")
	}
	if _, err := c.parse(); err != nil {
		return errors.New("the address is not understood")
	}
	return nil
}

// Where names the database for people and logs: hosts and name, no user, no secret.
func (c Config) Where() string {
	u, err := url.Parse(c.URL)
	if err != nil {
		return "postgres"
	}
	return u.Host + u.Path
}

func (c Config) parse() (*pgxpool.Config, error) {
	cfg, err := pgxpool.ParseConfig(c.URL)
	if err != nil {
		// What the library says may hold the address as it was given.
		return nil, errors.New("read the address of the database: not an address such as postgres://balcao@db.example:5432/balcao")
	}
	cfg.MaxConns = 8
	if c.Connections > 0 {
		cfg.MaxConns = int32(min(c.Connections, 1000)) //nolint:gosec // bounded
	}
	cfg.MaxConnIdleTime = 5 * time.Minute
	cc := cfg.ConnConfig
	if c.Password != "" {
		cc.Password = c.Password
	}
	if cc.ConnectTimeout == 0 || cc.ConnectTimeout > connectFor {
		cc.ConnectTimeout = connectFor
	}
	if cc.ValidateConnect == nil {
		cc.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	}
	cc.DialFunc = (&net.Dialer{KeepAlive: keepAlive, Timeout: connectFor}).DialContext
	if c.schema != "" {
		cc.RuntimeParams["search_path"] = c.schema
	}
	for key, value := range map[string]string{
		"application_name":                    "balcao-hq",
		"idle_in_transaction_session_timeout": "60s",
		"lock_timeout":                        "20s",
		// A line that went dead is noticed by the server too, so that what it held is free again.
		"tcp_keepalives_idle": "10", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3", "tcp_user_timeout": "20s",
	} {
		if _, given := cc.RuntimeParams[key]; !given {
			cc.RuntimeParams[key] = value
		}
	}
	return cfg, nil
}

// plain leaves the words of the server and takes away what the library says of how it connected, the user among it.
func plain(err error) error {
	if told, is := errors.AsType[*pgconn.PgError](err); is {
		return told
	}
	if connecting, is := errors.AsType[*pgconn.ConnectError](err); is {
		if inner := connecting.Unwrap(); inner != nil {
			return inner
		}
	}
	return err
}

// Close closes every connection.
func (d *DB) Close() error {
	err := d.db.Close()
	d.pool.Close()
	return err
}

// Write runs a change in one transaction and returns once it is on disk. Changes come one after the other, over all
// programs, as they do in a file; taking batches in is not among them.
func (d *DB) Write(ctx context.Context, change func(tx *sql.Tx) error) error {
	tx, err := d.db.BeginTx(ctx, nil)
	if err != nil {
		return plain(err)
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(lockWrite)); err != nil {
		return plain(err)
	}
	if err := change(tx); err != nil {
		return plain(err)
	}
	return plain(tx.Commit())
}

// Query reads what is committed.
func (d *DB) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	rows, err := d.db.QueryContext(ctx, query, args...)
	return rows, plain(err)
}

// QueryRow reads one row of what is committed.
func (d *DB) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	return d.db.QueryRowContext(ctx, query, args...)
}

// Incarnation names the state of the database: it changes whenever what was committed may have gone back, that is when
// another server took over, an older copy was put back, or the server was started again.
func (d *DB) Incarnation(ctx context.Context) (string, error) {
	var name string
	err := d.pool.QueryRow(ctx, `SELECT (SELECT to_hex(system_identifier) FROM pg_control_system()) || '-' ||
		substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) || '-' ||
		to_hex((extract(epoch FROM pg_postmaster_start_time()) * 1000)::bigint)`).Scan(&name)
	if err != nil {
		return "", fmt.Errorf("name the state of the database: %w", plain(err))
	}
	return name, nil
}

// State is what there is to know of a database before it is used.
type State struct {
	Server string   // version
	Schema int      // migrations it has seen; 0 before the first start
	Bytes  int64    // its size
	Weak   []string // settings with which what is acknowledged may be lost
}

// Look reaches a database and changes nothing; ErrNewerSchema if a newer version of this program works on it.
func Look(ctx context.Context, c Config) (State, error) {
	d, err := connect(ctx, c)
	if err != nil {
		return State{}, err
	}
	defer d.Close()
	var s State
	var known int
	if s.Schema, known, err = d.Schema(ctx); err != nil {
		return s, err
	}
	if s.Schema > known {
		return s, fmt.Errorf("%w: its schema is %d, this program knows %d", ErrNewerSchema, s.Schema, known)
	}
	err = d.pool.QueryRow(ctx, `SELECT current_setting('server_version'), pg_database_size(current_database())`).Scan(&s.Server, &s.Bytes)
	if err != nil {
		return s, plain(err)
	}
	for _, name := range []string{"fsync", "full_page_writes", "synchronous_commit"} {
		var value string
		if err := d.pool.QueryRow(ctx, `SELECT current_setting($1)`, name).Scan(&value); err != nil {
			return s, plain(err)
		}
		if value == "off" {
			s.Weak = append(s.Weak, name)
		}
	}
	return s, nil
}
