package people

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"

	"balcao/internal/config"
)

// Key lets a program read, as a viewer of some districts and bodies. Of the key itself only the hash is kept.
type Key struct {
	Name      string   `yaml:"name"`      // which program it is: small letters, digits, dots and dashes
	Districts []string `yaml:"districts"` // the whole country where it is empty
	Bodies    []string `yaml:"bodies"`    // ids of bodies in lower case; all where it is empty
	Hash      string   `yaml:"sha256"`    // in hexadecimal
}

// Keys are the keys of an installation.
type Keys struct {
	all []Key
}

type keyFile struct {
	Keys []Key `yaml:"keys"`
}

// Check names every fault of a file of keys.
func (f *keyFile) Check(faults *config.Faults) {
	seen := map[string]bool{}
	for i, k := range f.Keys {
		at := config.Index("keys", i)
		if !login.MatchString(k.Name) || seen[k.Name] {
			faults.Add(at+".name", "%q is not a name of its own of small letters, digits, dots and dashes", k.Name)
		}
		seen[k.Name] = true
		if err := (Record{ID: "key", Name: k.Name, Role: Viewer, Bodies: k.Bodies}).fault(); errors.Is(err, ErrBody) {
			faults.Add(at+".bodies", "%v", err)
		}
		if !keyHash.MatchString(k.Hash) {
			faults.Add(at+".sha256", "not the hash of a key; make one with hq -new-key")
		}
	}
}

var keyHash = regexp.MustCompile(`^[0-9a-f]{64}$`)

// ParseKeys reads a file of keys; name is what faults call it.
func ParseKeys(name string, raw []byte) (*Keys, error) {
	var f keyFile
	if err := config.Decode(name, raw, &f); err != nil {
		return nil, err
	}
	return &Keys{all: f.Keys}, nil
}

// Find returns whom a key stands for. A nil Keys knows none.
func (k *Keys) Find(key string) (Person, bool) {
	if k == nil {
		return Person{}, false
	}
	sum := sha256.Sum256([]byte(key))
	hash := []byte(hex.EncodeToString(sum[:]))
	for _, one := range k.all {
		if subtle.ConstantTimeCompare(hash, []byte(one.Hash)) == 1 {
			return Person{ID: "key:" + one.Name, Name: one.Name, Role: Viewer, Districts: one.Districts, Bodies: one.Bodies}, true
		}
	}
	return Person{}, false
}

// NewKey makes a key for a program and returns it with the line of the file that lets it in.
func NewKey(name string) (key, line string, err error) {
	if !login.MatchString(name) {
		return "", "", fmt.Errorf("%q is not a name of small letters, digits, dots and dashes", name)
	}
	key = rand.Text()
	sum := sha256.Sum256([]byte(key))
	return key, fmt.Sprintf("  - {name: %s, sha256: %s}", name, hex.EncodeToString(sum[:])), nil
}
