// Package sqlite is the only door to go-sqlite3: it opens a database file the
// one way this project uses it (write-ahead log, synchronous=FULL, one writing
// connection and some readers), keeps two programs from opening the same file,
// and brings its schema up to date. What it hands out speaks database/sql.
package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/mattn/go-sqlite3"
)

// Errors that a caller may want to tell apart. They arrive wrapped with the
// path of the file.
var (
	// ErrInUse means that another program has the database open.
	ErrInUse = errors.New("the database is in use by another program")
	// ErrDamaged means that the file is not an intact database.
	ErrDamaged = errors.New("the database is damaged")
	// ErrNewerSchema means that a newer version of the program wrote the file.
	ErrNewerSchema = errors.New("the database was written by a newer version of this program")
)

// Tx is a transaction.
type Tx = sql.Tx

// Options are what may differ between databases; the zero value is right for
// most.
type Options struct {
	// BusyTimeout is how long a statement waits for a lock; 0 means 5 s.
	BusyTimeout time.Duration
	// Readers is the most reading connections; 0 means 4.
	Readers int
	// ReadOnly opens an existing file beside the program that owns it and
	// takes no lock; Write and Migrate then fail.
	ReadOnly bool
	// CheckFor bounds the check after a stop that was not clean; 0 means 10 s.
	// What is not read by then is trusted for now; see Unread.
	CheckFor time.Duration
}

// DB is an open database file. It is safe for several goroutines: writers wait
// for each other, readers see the last commit.
type DB struct {
	path    string
	writer  *sql.DB
	readers *sql.DB
	lock    *os.File
	dropped int
	unread  bool // the check at the opening had no time to end

	relief atomic.Pointer[func() bool]
	pace   pace
}

// Open opens the database at path and creates it, and its directory, where
// they do not exist. After a stop that was not clean the file is checked
// first, and ErrDamaged returned if it does not hold together.
func Open(ctx context.Context, path string, opts Options) (*DB, error) {
	if opts.BusyTimeout == 0 {
		opts.BusyTimeout = 5 * time.Second
	}
	if opts.Readers == 0 {
		opts.Readers = 4
	}
	db := &DB{path: path}
	db.pace.doubt = make(chan struct{}, 1)
	if err := db.open(ctx, opts); err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("open database %s: %w", path, named(err))
	}
	return db, nil
}

func (d *DB) open(ctx context.Context, opts Options) error {
	unclean := false
	if !opts.ReadOnly {
		if err := d.own(); err != nil {
			return err
		}
		// SQLite removes the write-ahead log when the last connection closes.
		if wal, err := os.Stat(d.path + "-wal"); err == nil && wal.Size() > 0 {
			unclean = true
			if d.dropped, err = unfinished(d.path + "-wal"); err != nil {
				return err
			}
		}
		d.writer = d.pool(opts, "rwc", 1)
		if err := d.writer.PingContext(ctx); err != nil {
			return err
		}
	}
	d.readers = d.pool(opts, "ro", opts.Readers)
	if err := d.readers.PingContext(ctx); err != nil {
		return err
	}
	if unclean {
		return d.checkFor(ctx, opts.CheckFor)
	}
	return nil
}

// checkFor is Check for so long: people wait for the program to begin.
func (d *DB) checkFor(ctx context.Context, most time.Duration) error {
	if most == 0 {
		most = 10 * time.Second
	}
	short, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	err := d.Check(short)
	if err != nil && short.Err() != nil && ctx.Err() == nil && !errors.Is(err, ErrDamaged) {
		d.unread = true
		return nil
	}
	return err
}

// Unread reports that the check after an unclean stop had no time to read the
// whole file: Check it while the program works.
func (d *DB) Unread() bool { return d.unread }

// own makes the directory and locks the file for this program. The lock is the
// kernel's, so it ends with the program however that ends.
func (d *DB) own() error {
	if err := os.MkdirAll(filepath.Dir(d.path), 0o750); err != nil {
		return err
	}
	lock, err := os.OpenFile(d.path+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = lock.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return ErrInUse
		}
		return err
	}
	d.lock = lock
	return nil
}

// Free reports with ErrInUse that a program has a database open; a file that is
// damaged or not there is free.
func Free(path string) error {
	d := &DB{path: path}
	err := d.own()
	return errors.Join(err, d.Close())
}

func (d *DB) pool(opts Options, mode string, conns int) *sql.DB {
	q := url.Values{}
	q.Set("mode", mode)
	q.Set("_busy_timeout", strconv.FormatInt(opts.BusyTimeout.Milliseconds(), 10))
	q.Set("_foreign_keys", "1")
	q.Set("_stmt_cache_size", "64")
	if mode == "ro" {
		q.Set("_query_only", "1")
	} else {
		q.Set("_auto_vacuum", "incremental")
		q.Set("_journal_mode", "WAL")
		q.Set("_synchronous", "FULL")
		// Also what moves from one page to another leaves nothing behind: Forget finds only what it deletes itself.
		q.Set("_secure_delete", "true")
		q.Set("_txlock", "immediate")
	}
	dsn := "file:" + (&url.URL{Path: d.path}).EscapedPath() + "?" + q.Encode()
	pool := sql.OpenDB(connector{dsn: dsn, driver: &sqlite3.SQLiteDriver{ConnectHook: connected}, pace: &d.pace})
	pool.SetMaxOpenConns(conns)
	pool.SetMaxIdleConns(conns)
	return pool
}

// connected bounds what the write-ahead log keeps on disk after a checkpoint.
func connected(c *sqlite3.SQLiteConn) error {
	_, err := c.Exec("PRAGMA journal_size_limit = 16777216", nil)
	return err
}

type connector struct {
	dsn    string
	driver *sqlite3.SQLiteDriver
	pace   *pace
}

func (c connector) Driver() driver.Driver { return c.driver }

func (c connector) Connect(context.Context) (driver.Conn, error) {
	conn, err := c.driver.Open(c.dsn)
	c.pace.failed(err)
	if own, is := conn.(*sqlite3.SQLiteConn); is && err == nil {
		return watched{own, c.pace}, nil
	}
	return conn, err
}

// Dropped returns how many pages of a write that never was committed were
// found and left out when the file was opened; nobody was told of that write.
func (d *DB) Dropped() int { return d.dropped }

// Path returns the path of the file.
func (d *DB) Path() string { return d.path }

// Write runs do in one transaction and commits it. When Write returns nil the
// changes are on disk and survive a power cut; on any error, and when do
// panics, nothing of it happened. No other Write runs meanwhile. Do runs a
// second time where the disk was full and Relieve found room.
func (d *DB) Write(ctx context.Context, do func(tx *Tx) error) error {
	if d.writer == nil {
		return fmt.Errorf("write to %s: opened for reading only", d.path)
	}
	err := d.write(ctx, do)
	if err == nil || !IsFull(err) {
		return err
	}
	if relief := d.relief.Load(); relief != nil && (*relief)() {
		return d.write(ctx, do)
	}
	return err
}

// Relieve has a function called when a write finds the disk full; it reports
// whether it made room.
func (d *DB) Relieve(room func() bool) { d.relief.Store(&room) }

func (d *DB) write(ctx context.Context, do func(tx *Tx) error) error {
	tx, err := d.writer.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin on %s: %w", d.path, named(err))
	}
	defer tx.Rollback()
	if err := do(tx); err != nil {
		return err
	}
	began := Running()
	err = tx.Commit()
	d.pace.note(began)
	if err != nil {
		return fmt.Errorf("commit to %s: %w", d.path, named(err))
	}
	return nil
}

// Read runs do in one transaction that sees one unchanging state of the
// database; it cannot write.
func (d *DB) Read(ctx context.Context, do func(tx *Tx) error) error {
	tx, err := d.readers.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("read %s: %w", d.path, named(err))
	}
	defer tx.Rollback()
	return do(tx)
}

// Query asks for rows on a reading connection; the caller closes them.
func (d *DB) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return d.readers.QueryContext(ctx, query, args...)
}

// QueryRow asks for at most one row on a reading connection.
func (d *DB) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	return d.readers.QueryRowContext(ctx, query, args...)
}

// Check reads the whole file and returns ErrDamaged if it does not hold
// together. It takes about a second for a hundred megabytes.
func (d *DB) Check(ctx context.Context) error {
	var verdict string
	if err := d.readers.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&verdict); err != nil {
		return fmt.Errorf("check: %w", named(err))
	}
	return d.judge(verdict)
}

// judge returns what SQLite's verdict on a file means. A page that the disk did not give is not a damaged one: it may give
// it when it is asked again.
func (d *DB) judge(verdict string) error {
	if verdict == "ok" {
		return nil
	}
	if m := notRead.FindStringSubmatch(verdict); m != nil {
		if code, err := strconv.Atoi(m[1]); err == nil && sqlite3.ErrNo(code&0xff) == sqlite3.ErrIoErr {
			failed := sqlite3.Error{Code: sqlite3.ErrIoErr, ExtendedCode: sqlite3.ErrNoExtended(code)}
			d.pace.failed(failed)
			return fmt.Errorf("check: %w: %s", failed, verdict)
		}
	}
	return fmt.Errorf("%w: %s", ErrDamaged, verdict)
}

// notRead is what SQLite's verdict says of a page that it could not read (checkTreePage in its btree.c).
var notRead = regexp.MustCompile(`unable to get the page\. error code=(\d+)`)

// CheckWhole is Check that compares every index with its table as well, and
// looks for rows without what they refer to. It takes several times as long.
func (d *DB) CheckWhole(ctx context.Context) error {
	var verdict string
	if err := d.readers.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&verdict); err != nil {
		return fmt.Errorf("check: %w", named(err))
	}
	if err := d.judge(verdict); err != nil {
		return err
	}
	var orphans int
	if err := d.readers.QueryRowContext(ctx, "SELECT count(*) FROM pragma_foreign_key_check").Scan(&orphans); err != nil {
		return fmt.Errorf("check: %w", named(err))
	}
	if orphans > 0 {
		return fmt.Errorf("%w: %d rows refer to nothing", ErrDamaged, orphans)
	}
	return nil
}

// Close closes every connection and gives the file free.
func (d *DB) Close() error {
	var errs []error
	for _, pool := range []*sql.DB{d.readers, d.writer} {
		if pool != nil {
			errs = append(errs, pool.Close())
		}
	}
	if d.lock != nil {
		errs = append(errs, d.lock.Close())
	}
	return errors.Join(errs...)
}

// Named adds this package's errors to an error of a query's rows, so that
// ErrDamaged is found in it.
func Named(err error) error { return named(err) }

// named adds this package's errors to those of the library, whose types do not
// leave it.
func named(err error) error {
	var e sqlite3.Error
	if errors.As(err, &e) && (e.Code == sqlite3.ErrCorrupt || e.Code == sqlite3.ErrNotADB) {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return err
}

// IsFull reports whether an error means that the disk is full or a quota is
// reached.
func IsFull(err error) bool {
	var e sqlite3.Error
	return errors.As(err, &e) && e.Code == sqlite3.ErrFull || errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// IsFailing reports whether an error means that the disk failed to read, write or sync, though there was room.
func IsFailing(err error) bool {
	var e sqlite3.Error
	return errors.As(err, &e) && e.Code == sqlite3.ErrIoErr && !IsFull(err) || errors.Is(err, syscall.EIO)
}

// IsDamaged reports whether an error means that the file does not hold together.
func IsDamaged(err error) bool { return errors.Is(err, ErrDamaged) }

// IsDuplicate reports whether an error means that a row with the same unique
// key exists.
func IsDuplicate(err error) bool {
	var e sqlite3.Error
	return errors.As(err, &e) &&
		(e.ExtendedCode == sqlite3.ErrConstraintUnique || e.ExtendedCode == sqlite3.ErrConstraintPrimaryKey)
}

// IsRefused reports whether an error means that a row breaks a rule of its
// table: a key that exists, a reference to nothing, a value of another kind.
func IsRefused(err error) bool {
	var e sqlite3.Error
	return errors.As(err, &e) && (e.Code == sqlite3.ErrConstraint || e.Code == sqlite3.ErrMismatch)
}

// IsNotFound reports whether an error means that a query for one row found
// none, or that a file does not exist.
func IsNotFound(err error) bool {
	return errors.Is(err, sql.ErrNoRows) || errors.Is(err, fs.ErrNotExist)
}

// Forget runs do like Write, which overwrites what it deletes, and brings the
// write-ahead log back to nothing: what was deleted stands nowhere in the
// files of this database any more. While readers hold an older state the log
// keeps it until the next Forget.
func (d *DB) Forget(ctx context.Context, do func(tx *Tx) error) error {
	if d.writer == nil {
		return fmt.Errorf("write to %s: opened for reading only", d.path)
	}
	if err := d.Write(ctx, do); err != nil {
		return err
	}
	if _, err := d.writer.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		return fmt.Errorf("forget in %s: %w", d.path, named(err))
	}
	return nil
}
