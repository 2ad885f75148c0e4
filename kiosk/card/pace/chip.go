package pace

import (
	"context"
	"crypto/ecdh"
	"crypto/ecdsa"
	"encoding/asn1"
	"fmt"
	"io"

	"balcao/kiosk/card"
)

// ChipInfo is how a chip proves that it is the original (Chip Authentication,
// ICAO 9303-11 §6.2): by agreeing on keys for which it needs the private half of
// a key pair whose public half the State has signed.
type ChipInfo struct {
	oid  []byte // of the protocol, without tag and length
	size int    // of the AES keys, in bytes
	key  *ecdh.PublicKey
	ref  []byte // of the key, where the card has several
}

// Identifiers of §9.2.5 and §9.2.6, without their last arc: id-CA-ECDH and
// id-PK-ECDH.
var (
	chipAuthentication = [...]byte{0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x03, 0x02}
	chipPublicKey      = [...]byte{0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x01, 0x02}
)

// ParseChipInfo finds in data group 14 how its chip is to be asked: ECDH with
// AES on a curve of the standard library, version 1. Whether the State signed
// the group is for the caller to check first. It fails with ErrProtocol on what
// is no such group and with ErrUnsupported if it offers nothing that is built.
func ParseChipInfo(group []byte) (ChipInfo, error) {
	body, rest, ok := cutObject(group, 0x6E)
	if !ok || len(rest) > 0 {
		return ChipInfo{}, fmt.Errorf("security infos: %w", ErrProtocol)
	}
	var infos []asn1.RawValue
	if rest, err := asn1.UnmarshalWithParams(body, &infos, "set"); err != nil || len(rest) > 0 {
		return ChipInfo{}, fmt.Errorf("security infos: %w", ErrProtocol)
	}
	var found ChipInfo
	keys := map[int]*ecdh.PublicKey{} // by reference; 0 for the one without
	which := 0
	for _, raw := range infos {
		if n, key, ok := chipKey(raw); ok {
			keys[n] = key
			continue
		}
		if n, oid, size, ok := chipProtocol(raw); ok && size > found.size {
			found.oid, found.size, which = oid, size, n
		}
	}
	if found.key = keys[which]; found.key == nil || found.size == 0 {
		return ChipInfo{}, fmt.Errorf("chip authentication: %w", ErrUnsupported)
	}
	if which != 0 {
		found.ref = []byte{byte(which)}
	}
	return found, nil
}

func chipKey(raw asn1.RawValue) (ref int, key *ecdh.PublicKey, ok bool) {
	var info struct {
		Protocol asn1.RawValue
		Key      asn1.RawValue
		Ref      int `asn1:"optional"`
	}
	if _, err := asn1.Unmarshal(raw.FullBytes, &info); err != nil || string(info.Protocol.Bytes) != string(chipPublicKey[:]) {
		return 0, nil, false
	}
	parsed, known := card.ParseChipKey(info.Key.FullBytes)
	public, ec := parsed.(*ecdsa.PublicKey)
	if !known || !ec || info.Ref < 0 || info.Ref > 127 {
		return 0, nil, false
	}
	key, err := public.ECDH()
	return info.Ref, key, err == nil
}

func chipProtocol(raw asn1.RawValue) (ref int, oid []byte, size int, ok bool) {
	var info struct {
		Protocol asn1.RawValue
		Version  int
		Ref      int `asn1:"optional"`
	}
	if _, err := asn1.Unmarshal(raw.FullBytes, &info); err != nil || info.Version != 1 || info.Ref < 0 || info.Ref > 127 {
		return 0, nil, 0, false
	}
	oid, n := info.Protocol.Bytes, len(chipAuthentication)
	if len(oid) != n+1 || string(oid[:n]) != string(chipAuthentication[:]) || oid[n] < 2 || oid[n] > 4 {
		return 0, nil, 0, false
	}
	return info.Ref, oid, 8 * int(oid[n]), true // 2, 3, 4: AES with 128, 192, 256 bits
}

// AuthenticateChip has a chip agree on new keys over a channel that is open, and
// returns the channel under them; the old one is over. That the chip is the
// original is shown by the first answer under the new keys, not before. It fails
// with ErrProtocol, or as the channel does.
func AuthenticateChip(ctx context.Context, c *Channel, info ChipInfo, random io.Reader) (*Channel, error) {
	own, err := info.key.Curve().GenerateKey(random)
	if err != nil {
		return nil, fmt.Errorf("chip authentication: %w", err)
	}
	choice := object(0x80, info.oid)
	if info.ref != nil {
		choice = append(choice, object(0x84, info.ref)...)
	}
	if _, err := exchange(ctx, c, card.Command{Instruction: 0x22, P1: 0x41, P2: 0xA4, Data: choice}); err != nil {
		return nil, fmt.Errorf("chip authentication: %w", err)
	}
	said := object(0x7C, object(0x80, own.PublicKey().Bytes()))
	if _, err := exchange(ctx, c, card.Command{Instruction: 0x86, Data: said, Le: 256}); err != nil {
		return nil, fmt.Errorf("chip authentication: %w", err)
	}
	secret, err := own.ECDH(info.key)
	if err != nil {
		return nil, fmt.Errorf("chip authentication: %w", err)
	}
	defer clear(secret)
	keys := chipKeys(secret, info.size)
	defer keys.Wipe()
	over := c.over
	c.Wipe()
	return NewChannel(over, keys)
}

func chipKeys(secret []byte, size int) *Keys {
	return &Keys{Enc: derive(secret, forEncryption, size), MAC: derive(secret, forMAC, size)}
}
