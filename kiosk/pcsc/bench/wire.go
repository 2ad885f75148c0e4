package bench

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// The protocol between libpcsclite and pcscd, version 4.4 (pcsc-lite 1.9.9,
// winscard_msg.h): a header of two 32-bit words, size and command, then a
// structure in the byte order of the machine. Later clients are answered in
// 4.5 (2.3.0) or fall back to 4.4.
const (
	opEstablish    = 0x01
	opRelease      = 0x02
	opConnect      = 0x04
	opReconnect    = 0x05
	opDisconnect   = 0x06
	opBegin        = 0x07
	opEnd          = 0x08
	opTransmit     = 0x09
	opControl      = 0x0A
	opStatus       = 0x0B
	opCancel       = 0x0D
	opGetAttrib    = 0x0F
	opSetAttrib    = 0x10
	opVersion      = 0x11
	opReadersState = 0x12
	opWaitChange   = 0x13
	opStopWaiting  = 0x14
	opReaderEvents = 0x15 // since 4.5
)

// Return codes (pcsclite.h).
const (
	codeOK                uint32 = 0
	codeCancelled         uint32 = 0x80100002
	codeInvalidHandle     uint32 = 0x80100003
	codeUnknownReader     uint32 = 0x80100009
	codeSharingViolation  uint32 = 0x8010000B
	codeNoSmartcard       uint32 = 0x8010000C
	codeProtoMismatch     uint32 = 0x8010000F
	codeReaderUnavailable uint32 = 0x80100017
	codeServiceStopped    uint32 = 0x8010001E
	codeUnsupported       uint32 = 0x8010001F
	codeUnresponsive      uint32 = 0x80100066
	codeRemoved           uint32 = 0x80100069
)

// Sizes of structures and tables.
const (
	maxReaders     = 16
	maxName        = 128
	maxATR         = 33
	sizeReader     = 184
	sizeConnect    = 4 + maxName + 5*4
	sizeTransmit   = 8 * 4
	maxExtended    = 4 + 3 + (1 << 16) + 3 + 2 // MAX_BUFFER_SIZE_EXTENDED
	maxMessageSize = 4096
)

var errProtocol = errors.New("not the protocol of pcscd")

// request is one message of a client.
type request struct {
	op   uint32
	body []byte // the structure
	data []byte // what follows a transmit structure
}

// words reads the i-th 32-bit word of the body.
func (r request) word(i int) uint32 { return binary.NativeEndian.Uint32(r.body[4*i:]) }

// bodySize gives the exact size of the structure of an operation, -1 for one
// that is unknown, -2 for one whose size does not matter.
func bodySize(op uint32) int {
	switch op {
	case opReadersState, opWaitChange, opStopWaiting, opReaderEvents:
		return 0
	case opRelease, opBegin, opCancel, opStatus:
		return 8
	case opEstablish, opVersion, opDisconnect, opEnd:
		return 12
	case opReconnect:
		return 24
	case opConnect:
		return sizeConnect
	case opTransmit:
		return sizeTransmit
	case opControl, opGetAttrib, opSetAttrib:
		return -2
	default:
		return -1
	}
}

// readRequest reads one message. It refuses what pcscd would hang up on.
func readRequest(r io.Reader) (request, error) {
	var header [8]byte
	if _, err := io.ReadFull(r, header[:]); err != nil {
		return request{}, err
	}
	size := binary.NativeEndian.Uint32(header[:4])
	q := request{op: binary.NativeEndian.Uint32(header[4:])}
	want := bodySize(q.op)
	if want == -1 || want >= 0 && int64(size) != int64(want) || size > maxMessageSize {
		return request{}, fmt.Errorf("operation %#x of %d bytes: %w", q.op, size, errProtocol)
	}
	q.body = make([]byte, size)
	if _, err := io.ReadFull(r, q.body); err != nil {
		return request{}, err
	}
	if q.op == opTransmit {
		n := q.word(3)
		if n > maxExtended {
			return request{}, fmt.Errorf("transmit of %d bytes: %w", n, errProtocol)
		}
		q.data = make([]byte, n)
		if _, err := io.ReadFull(r, q.data); err != nil {
			return request{}, err
		}
	}
	return q, nil
}

// put writes the i-th 32-bit word of a structure.
func put(body []byte, i int, value uint32) { binary.NativeEndian.PutUint32(body[4*i:], value) }

// words makes a structure of 32-bit words.
func words(values ...uint32) []byte {
	b := make([]byte, 4*len(values))
	for i, v := range values {
		put(b, i, v)
	}
	return b
}
