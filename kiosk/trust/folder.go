// Package trust keeps the folder of certificates that a kiosk believes when it
// checks who made a card, and the commands with which a technician looks after
// it: kiosk trust list, add and check.
//
// No certificate comes with the program. Those of the State are fetched from
// where it publishes them, compared by fingerprint, and added by hand; every
// certificate in the folder is trusted to issue signers of cards directly, so
// only the issuers named "Cartão de Cidadão" belong into it.
package trust

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"balcao/kiosk/card"
)

// ErrNoCertificate says that a file holds no certificate.
var ErrNoCertificate = errors.New("no certificate in it")

// maxFile bounds a file of certificates; those of the State have 2 KiB each.
const maxFile = 1 << 20

// Entry is one certificate of the folder.
type Entry struct {
	// File is its name within the folder.
	File string
	// Certificate is what the file holds.
	Certificate *x509.Certificate
}

// Folder is what the trust folder holds.
type Folder struct {
	// Entries are the certificates that are trusted, in the order of their
	// file names.
	Entries []Entry
	// Faults name the files that are not certificates of issuers; they are
	// left out.
	Faults []error
}

// Open reads a trust folder. Junk in it does not spoil the rest but is told in
// Faults; a folder that is not there is empty. It fails only if the folder
// cannot be read.
func Open(dir string) (Folder, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return Folder{}, nil
	}
	if err != nil {
		return Folder{}, fmt.Errorf("open trust folder: %w", err)
	}
	var f Folder
	for _, e := range entries {
		if e.IsDir() || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		certificates, err := readFile(filepath.Join(dir, e.Name()))
		if err != nil {
			f.Faults = append(f.Faults, fmt.Errorf("%s: %w", e.Name(), err))
			continue
		}
		for _, c := range certificates {
			if err := card.CheckIssuer(c); err != nil {
				f.Faults = append(f.Faults, fmt.Errorf("%s: %w", e.Name(), err))
				continue
			}
			f.Entries = append(f.Entries, Entry{File: e.Name(), Certificate: c})
		}
	}
	return f, nil
}

// Trust makes of the folder what card.Read wants.
func (f Folder) Trust() (*card.Trust, error) {
	var all []*x509.Certificate
	for _, e := range f.Entries {
		all = append(all, e.Certificate)
	}
	return card.NewTrust(all...)
}

func readFile(name string) ([]*x509.Certificate, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxFile {
		return nil, fmt.Errorf("not a file of certificates: %w", ErrNoCertificate)
	}
	raw, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return Parse(raw)
}

// Parse reads certificates in PEM, as many as there are, or one or several in
// DER. It fails with ErrNoCertificate if there is none, or if there is anything
// else beside them: a private key has no business in this folder.
func Parse(raw []byte) ([]*x509.Certificate, error) {
	if !bytes.Contains(raw, []byte("-----BEGIN ")) {
		certificates, err := x509.ParseCertificates(raw)
		if err != nil || len(certificates) == 0 {
			return nil, ErrNoCertificate
		}
		return certificates, nil
	}
	var all []*x509.Certificate
	for {
		block, rest := pem.Decode(raw)
		if block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			return nil, fmt.Errorf("a block of another kind beside it: %w", ErrNoCertificate)
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("a block that cannot be read: %w", ErrNoCertificate)
		}
		all = append(all, c)
		raw = rest
	}
	if len(all) == 0 {
		return nil, ErrNoCertificate
	}
	return all, nil
}

// Add puts the certificates of a file into the folder, one file each, named by
// their fingerprint, and returns those that are new. It makes the folder if it
// is missing. One that is not an issuer's is refused with card.ErrNotIssuer,
// and then nothing is added.
func Add(dir, file string) (added []Entry, err error) {
	certificates, err := readFile(file)
	if err == nil {
		added, err = AddCertificates(dir, certificates)
	}
	if err != nil {
		return added, fmt.Errorf("add %s: %w", file, err)
	}
	return added, nil
}

// AddCertificates is Add for certificates that are in memory.
func AddCertificates(dir string, certificates []*x509.Certificate) (added []Entry, err error) {
	for _, c := range certificates {
		if err := card.CheckIssuer(c); err != nil {
			return nil, err
		}
	}
	have, err := Open(dir)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // certificates are public
		return nil, err
	}
	for _, c := range certificates {
		if slices.ContainsFunc(have.Entries, func(e Entry) bool { return e.Certificate.Equal(c) }) {
			continue
		}
		e := Entry{File: strings.ToLower(card.Fingerprint(c)[:16]) + ".pem", Certificate: c}
		if err := writeFile(dir, e); err != nil {
			return added, err
		}
		added, have.Entries = append(added, e), append(have.Entries, e)
	}
	return added, nil
}

// writeFile writes beside and renames, so that a power cut leaves a whole
// certificate or none.
func writeFile(dir string, e Entry) error {
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: e.Certificate.Raw})
	beside, err := os.CreateTemp(dir, ".adding-")
	if err != nil {
		return err
	}
	_, err = beside.Write(text)
	err = errors.Join(err, beside.Chmod(0o644), beside.Sync(), beside.Close())
	if err == nil {
		err = os.Rename(beside.Name(), filepath.Join(dir, e.File))
	}
	if err != nil {
		return errors.Join(err, os.Remove(beside.Name()))
	}
	return nil
}
