// Package keypad reads the few keys below the screen, and the plug of the headphones, from the kernel's input devices,
// for people who cannot see or touch the screen. What it reads itself no other program gets. A device that is pulled out
// is waited for. In place of a device file a Unix socket may speak the same events, as the virtual keypad does.
package keypad

import (
	"encoding/binary"
	"errors"
	"fmt"
	"syscall"
	"unsafe"
)

// Types and codes of events, from the Linux headers uapi/linux/input.h and input-event-codes.h.
const (
	typeSync   = 0x00
	typeKey    = 0x01
	typeSwitch = 0x05

	switchHeadphones = 0x02 // SW_HEADPHONE_INSERT
	switchLineOut    = 0x06 // SW_LINEOUT_INSERT: what some sound cards call the same socket
	switchJack       = 0x07 // SW_JACK_PHYSICAL_INSERT
)

// EventSize is the size of one event in bytes: a moment, a type, a code and a value.
const EventSize = int(unsafe.Sizeof(syscall.Timeval{})) + 8

// Kind says what an Event is about.
type Kind int

// The kinds of events; every other is Nothing.
const (
	Nothing Kind = iota
	Key          // a key went down
	Jack         // the plug of the headphones went in or out
)

// Event is what happened to a device.
type Event struct {
	Kind Kind
	Code uint16 // of the key, as the kernel numbers them
	In   bool   // whether headphones are plugged in
}

// ErrShort is the error for bytes that are no whole event.
var ErrShort = errors.New("no whole input event")

// Decode reads one event of EventSize bytes. The release of a key and its repetitions while it is held are Nothing.
func Decode(b []byte) (Event, error) {
	if len(b) != EventSize {
		return Event{}, fmt.Errorf("%w: %d bytes", ErrShort, len(b))
	}
	b = b[EventSize-8:]
	kind, code, value := binary.NativeEndian.Uint16(b), binary.NativeEndian.Uint16(b[2:]), int32(binary.NativeEndian.Uint32(b[4:]))
	switch {
	case kind == typeKey && value == 1:
		return Event{Kind: Key, Code: code}, nil
	case kind == typeSwitch && (code == switchHeadphones || code == switchLineOut || code == switchJack):
		return Event{Kind: Jack, In: value != 0}, nil
	}
	return Event{}, nil
}

// Encode is an event as a device tells it, with the mark that ends it. It is for devices made of software.
func Encode(e Event) []byte {
	one := func(kind, code uint16, value uint32) []byte {
		b := make([]byte, EventSize-8, EventSize)
		b = binary.NativeEndian.AppendUint16(b, kind)
		b = binary.NativeEndian.AppendUint16(b, code)
		return binary.NativeEndian.AppendUint32(b, value)
	}
	var b []byte
	switch e.Kind {
	case Key:
		b = append(one(typeKey, e.Code, 1), one(typeKey, e.Code, 0)...)
	case Jack:
		value := uint32(0)
		if e.In {
			value = 1
		}
		b = one(typeSwitch, switchHeadphones, value)
	case Nothing:
	}
	return append(b, one(typeSync, 0, 0)...)
}

// codes are the kernel's numbers of the keys that keypads have, by the name that browsers give them
// (KeyboardEvent.code, W3C UI Events). Letters and digits are left out: they are typed by scanners.
var codes = map[string]uint16{
	"Escape": 1, "Backspace": 14, "Tab": 15, "Enter": 28, "Space": 57,
	"F1": 59, "F2": 60, "F3": 61, "F4": 62, "F5": 63, "F6": 64, "F7": 65, "F8": 66, "F9": 67, "F10": 68, "F11": 87, "F12": 88,
	"F13": 183, "F14": 184, "F15": 185, "F16": 186, "F17": 187, "F18": 188, "F19": 189, "F20": 190, "F21": 191, "F22": 192,
	"F23": 193, "F24": 194,
	"NumpadEnter": 96, "NumpadMultiply": 55, "NumpadSubtract": 74, "NumpadAdd": 78, "NumpadDivide": 98, "NumpadDecimal": 83,
	"Numpad0": 82, "Numpad1": 79, "Numpad2": 80, "Numpad3": 81, "Numpad4": 75, "Numpad5": 76, "Numpad6": 77, "Numpad7": 71,
	"Numpad8": 72, "Numpad9": 73,
	"Home": 102, "ArrowUp": 103, "PageUp": 104, "ArrowLeft": 105, "ArrowRight": 106, "End": 107, "ArrowDown": 108,
	"PageDown": 109, "Insert": 110, "Delete": 111, "AudioVolumeMute": 113, "AudioVolumeDown": 114, "AudioVolumeUp": 115,
	"Pause": 119, "Help": 138, "ContextMenu": 127, "MediaPlayPause": 164,
}

// Code is the kernel's number of a key by its name in a browser, such as ArrowDown.
func Code(name string) (uint16, bool) {
	c, ok := codes[name]
	return c, ok
}
