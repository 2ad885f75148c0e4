package wire

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
)

// KindConfig is what headquarters seals as a configuration (dn/cfg), and KindOwnConfig marks an OwnConfig among the
// questions of a branch.
const (
	KindConfig    = "config"
	KindOwnConfig = "config.own"
)

// MaxConfig is the longest document of a configuration in bytes, once it is expanded.
const MaxConfig = 512 << 10

// ConfigDown is the body of a sealed configuration: what headquarters decides for one branch, as one document.
type ConfigDown struct {
	Number int    `json:"n"` // of the publication, as people know it
	Hash   string `json:"h"` // SHA-256 of the document, hexadecimal
	Packed []byte `json:"z"` // the document, gzip
}

// OwnConfig is a branch's own description under what headquarters decides (up/req), so that headquarters can find fault
// with a configuration before it is sent. It holds nobody's name.
type OwnConfig struct {
	Kind   string `json:"kind"` // KindOwnConfig
	Hash   string `json:"h"`
	Packed []byte `json:"z"`
}

// OwnConfigReply answers an OwnConfig (dn/rsp).
type OwnConfigReply struct {
	Hash string `json:"h"` // what is held now
}

// PackConfig compresses a document and names it.
func PackConfig(document []byte) (packed []byte, hash string, err error) {
	if len(document) > MaxConfig {
		return nil, "", fmt.Errorf("pack configuration: %w: %d bytes", ErrTooLarge, len(document))
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(document); err != nil {
		return nil, "", fmt.Errorf("pack configuration: %w", err)
	}
	if err := z.Close(); err != nil {
		return nil, "", fmt.Errorf("pack configuration: %w", err)
	}
	return b.Bytes(), hashOf(document), nil
}

func hashOf(document []byte) string {
	sum := sha256.Sum256(document)
	return hex.EncodeToString(sum[:])
}

// UnpackConfig expands a document and compares it with its name; it takes no more memory than MaxConfig.
func UnpackConfig(packed []byte, hash string) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("unpack configuration: %w", ErrMalformed)
	}
	document, err := io.ReadAll(io.LimitReader(z, MaxConfig+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("unpack configuration: %w", ErrMalformed)
	case len(document) > MaxConfig:
		return nil, fmt.Errorf("unpack configuration: %w", ErrTooLarge)
	case hashOf(document) != hash:
		return nil, fmt.Errorf("unpack configuration: %w: its hash is another", ErrMalformed)
	}
	return document, nil
}

// DecodeConfigDown reads the body of a sealed configuration and returns its document.
func DecodeConfigDown(body []byte) (c ConfigDown, document []byte, err error) {
	if err := json.Unmarshal(body, &c); err != nil || c.Number < 1 {
		return ConfigDown{}, nil, fmt.Errorf("read configuration: %w", ErrMalformed)
	}
	document, err = UnpackConfig(c.Packed, c.Hash)
	return c, document, err
}

// DecodeOwnConfig reads a branch's own description and returns its document.
func DecodeOwnConfig(body []byte) (c OwnConfig, document []byte, err error) {
	if err := json.Unmarshal(body, &c); err != nil || c.Kind != KindOwnConfig {
		return OwnConfig{}, nil, fmt.Errorf("read description: %w", ErrMalformed)
	}
	document, err = UnpackConfig(c.Packed, c.Hash)
	return c, document, err
}

// Facts about configurations of headquarters, and about what nobody should have sent.
const (
	TypeConfigApplied  = "config.applied"
	TypeConfigRejected = "config.rejected"
	TypeSecurityAlert  = "security.alert"
)

// ConfigResult is the body of config.applied and config.rejected.
type ConfigResult struct {
	Number  int    `json:"n"`
	Hash    string `json:"h"`             // of the document
	Version int    `json:"v,omitempty"`   // of the branch's description that came of it
	Why     string `json:"why,omitempty"` // one of the reasons below
	Path    string `json:"path,omitempty"`
}

// SecurityFact is the body of security.alert.
type SecurityFact struct {
	What string `json:"what"`        // what was sent, config or order
	Why  string `json:"why"`         // one of the reasons below; of an order also altered, revoked or unsigned
	N    int    `json:"n,omitempty"` // how many since the last such fact; 0 is one
}

// Why a configuration is not taken. The first five are against whoever sent it, the others against what it says.
const (
	ConfigForged       = "forged"       // not signed by headquarters, or changed on the way
	ConfigMisaddressed = "misaddressed" // meant for another branch, or another kind of thing
	ConfigExpired      = "expired"
	ConfigReplayed     = "replayed"   // older than one that was believed
	ConfigUnreadable   = "unreadable" // signed, and not what a configuration is
	ConfigFaulty       = "faulty"     // the branch's description would be at fault
	ConfigUnfit        = "unfit"      // the queue cannot work by it
)

// States of a branch's configuration in ConfigHealth.
const (
	ConfigStateNone     = ""         // headquarters never sent one
	ConfigStateApplied  = "applied"  // it is in force
	ConfigStateStaged   = "staged"   // taken; it waits until nobody would be lost by it
	ConfigStateRejected = "rejected" // the one before stays in force
)

// ConfigHealth is which configuration of headquarters a branch has. It is in the branch's health, so it comes again
// every few seconds.
type ConfigHealth struct {
	State  string `json:"s"`
	Number int    `json:"n"`             // the last that was believed
	Serial uint64 `json:"ser"`           // version of the statement it came in
	Hash   string `json:"h"`             // of its document
	Why    string `json:"why,omitempty"` // why it was rejected or waits
	Path   string `json:"path,omitempty"`
	Text   string `json:"text,omitempty"` // the same in Portuguese
	AtMS   int64  `json:"at,omitempty"`   // when the state began
	Force  int    `json:"f,omitempty"`    // number of the publication in force
	Runs   string `json:"run,omitempty"`  // hash of its document
	Own    string `json:"own,omitempty"`  // hash of the branch's own description
}
