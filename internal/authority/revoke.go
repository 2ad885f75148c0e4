package authority

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"database/sql"
	"fmt"
	"math/big"
	"time"

	"balcao/internal/sqlite"
)

// Certificate is one that was given out, as people look at it.
type Certificate struct {
	Serial  string
	Node    string
	Made    time.Time
	Until   time.Time
	Revoked time.Time // zero while it holds
	Reason  string
}

// Waiting is a token that can still be used.
type Waiting struct {
	Node    string
	Expires time.Time
}

// List returns every certificate that has not ended, by node, and every token that can still be used.
func (a *Authority) List(ctx context.Context) (given []Certificate, waiting []Waiting, err error) {
	now := a.now().UnixMilli()
	err = a.write(ctx, func(tx *sqlite.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT serial, node, made_ms, until_ms, revoked_ms, COALESCE(reason, '')
			FROM certificates WHERE until_ms > ? ORDER BY node, made_ms`, now)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var c Certificate
			var made, until int64
			var revoked sql.NullInt64
			if err := rows.Scan(&c.Serial, &c.Node, &made, &until, &revoked, &c.Reason); err != nil {
				return err
			}
			c.Made, c.Until = time.UnixMilli(made).UTC(), time.UnixMilli(until).UTC()
			if revoked.Valid {
				c.Revoked = time.UnixMilli(revoked.Int64).UTC()
			}
			given = append(given, c)
		}
		if err := rows.Err(); err != nil {
			return err
		}
		open, err := tx.QueryContext(ctx, `SELECT node, expires_ms FROM tokens WHERE used_ms IS NULL AND expires_ms > ? ORDER BY node`, now)
		if err != nil {
			return err
		}
		defer open.Close()
		for open.Next() {
			var w Waiting
			var expires int64
			if err := open.Scan(&w.Node, &expires); err != nil {
				return err
			}
			w.Expires = time.UnixMilli(expires).UTC()
			waiting = append(waiting, w)
		}
		return open.Err()
	})
	if err != nil {
		return nil, nil, fmt.Errorf("list certificates: %w", err)
	}
	return given, waiting, nil
}

// Revoke takes back every certificate of a node, or the one with a serial number, and the node's tokens. It returns how
// many certificates it took back; ErrUnknown if there was none.
func (a *Authority) Revoke(ctx context.Context, which, reason string) (int, error) {
	var n int64
	err := a.write(ctx, func(tx *sqlite.Tx) error {
		res, err := tx.ExecContext(ctx, `UPDATE certificates SET revoked_ms = ?, reason = ?
			WHERE revoked_ms IS NULL AND (node = ? OR serial = ?)`, a.now().UnixMilli(), reason, which, which)
		if err != nil {
			return err
		}
		if n, err = res.RowsAffected(); err != nil {
			return err
		}
		res, err = tx.ExecContext(ctx, `DELETE FROM tokens WHERE node = ? AND used_ms IS NULL`, which)
		if err != nil {
			return err
		}
		if tokens, err := res.RowsAffected(); err != nil || n == 0 && tokens == 0 {
			if err == nil {
				err = ErrUnknown
			}
			return err
		}
		return bump(ctx, tx, a.now().Unix())
	})
	if err != nil {
		return 0, fmt.Errorf("revoke %s: %w", which, err)
	}
	return int(n), nil
}

// bump gives the next list a higher number. It follows the clock, so that an authority restored from an old copy is
// believed again with its next revocation.
func bump(ctx context.Context, tx *sqlite.Tx, second int64) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO meta (key, value) VALUES ('crl', CAST(? AS TEXT))
		ON CONFLICT (key) DO UPDATE SET value = CAST(MAX(CAST(value AS INTEGER) + 1, ?) AS TEXT)`, second, second)
	return err
}

// Revoked returns the signed list of what was taken back and has not ended by itself (RFC 5280 §5), in DER.
func (a *Authority) Revoked(ctx context.Context) ([]byte, error) {
	at := a.now()
	list := &x509.RevocationList{Number: big.NewInt(1), ThisUpdate: at.Add(-slack), NextUpdate: at.Add(listLife)}
	err := a.write(ctx, func(tx *sqlite.Tx) error {
		var number int64
		switch err := tx.QueryRowContext(ctx, `SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'crl'`).Scan(&number); err {
		case nil:
			list.Number.SetInt64(number)
		case sql.ErrNoRows:
		default:
			return err
		}
		rows, err := tx.QueryContext(ctx, `SELECT serial, revoked_ms FROM certificates WHERE revoked_ms IS NOT NULL AND until_ms > ?`, at.UnixMilli())
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var serial string
			var revoked int64
			if err := rows.Scan(&serial, &revoked); err != nil {
				return err
			}
			n, ok := new(big.Int).SetString(serial, 16)
			if !ok {
				return fmt.Errorf("serial number %q is not one", serial)
			}
			list.RevokedCertificateEntries = append(list.RevokedCertificateEntries,
				x509.RevocationListEntry{SerialNumber: n, RevocationTime: time.UnixMilli(revoked).UTC()})
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("list revoked certificates: %w", err)
	}
	der, err := x509.CreateRevocationList(rand.Reader, list, a.root, a.key)
	if err != nil {
		return nil, fmt.Errorf("list revoked certificates: %w", err)
	}
	return der, nil
}
