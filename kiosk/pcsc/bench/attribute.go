package bench

import "encoding/binary"

// What the reader of this bench says of itself.
const (
	// Maker is its maker.
	Maker = "Balcão (simulado)"
	// Firmware is its version as watchers read it.
	Firmware = "1.04"
	// Serial is its serial number.
	Serial = "SIM-0001"
)

// shareDirect is the mode of a connection to a reader without its card (pcsclite.h).
const shareDirect = 3

// Where things are in a request for an attribute (winscard_msg.h, getset_struct): handle, attribute, the value with its
// length, and the return code.
const (
	maxAttribute  = 264
	attributeAt   = 8
	attributeEnds = attributeAt + maxAttribute
	sizeAttribute = attributeEnds + 8
)

// attribute answers with one attribute of a reader.
func attribute(q request, reply []byte) uint32 {
	if len(reply) < sizeAttribute {
		return codeUnsupported
	}
	var value []byte
	switch q.word(1) {
	case 0x10100: // SCARD_ATTR_VENDOR_NAME
		value = append([]byte(Maker), 0)
	case 0x10102: // SCARD_ATTR_VENDOR_IFD_VERSION
		value = binary.NativeEndian.AppendUint32(nil, 0x01040000)
	case 0x10103: // SCARD_ATTR_VENDOR_IFD_SERIAL_NO
		value = append([]byte(Serial), 0)
	default:
		return codeUnsupported
	}
	copy(reply[attributeAt:attributeEnds], value)
	binary.NativeEndian.PutUint32(reply[attributeEnds:], uint32(len(value)))
	return codeOK
}
