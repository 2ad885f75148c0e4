// Package hardware asks Linux what a kiosk is made of: the machine itself, as its maker wrote into the firmware, and
// the touch screen, as its USB device tells. What nobody told is empty; nothing is guessed.
package hardware

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Make is what is known of one device. What is not known is empty.
type Make struct {
	// Maker, Model, Serial and Firmware are the device's own words.
	Maker, Model, Serial, Firmware string
	// USB is vendor and product as four hexadecimal digits each, such as "0eef:0001"; empty for what is not on USB.
	USB string
}

// Machine returns what the machine's own firmware says of it: the tables of SMBIOS (DMTF DSP0134, types 0 and 1), or
// the device tree of a board without them. Root is where the system's files are, "/" on a real machine. The serial
// number of SMBIOS is readable by root alone and empty for others.
func Machine(root string) Make {
	dmi := filepath.Join(root, "sys/class/dmi/id")
	m := Make{
		Maker: word(dmi, "sys_vendor"), Model: word(dmi, "product_name"), Serial: word(dmi, "product_serial"),
		Firmware: word(dmi, "bios_version"),
	}
	if m.Model == "" {
		tree := filepath.Join(root, "sys/firmware/devicetree/base")
		m.Model, m.Serial = word(tree, "model"), word(tree, "serial-number")
	}
	return m
}

// Touch returns what the first touch screen of the machine says of itself; false where there is none. A touch screen
// is an input device that points directly at what it shows (INPUT_PROP_DIRECT, Documentation/input/event-codes.rst of
// Linux). Its firmware is the release number of its USB device (bcdDevice, USB 2.0, 9.6.1).
func Touch(root string) (Make, bool) {
	inputs, err := filepath.Glob(filepath.Join(root, "sys/class/input/input[0-9]*"))
	if err != nil {
		return Make{}, false
	}
	slices.SortFunc(inputs, func(a, b string) int { return number(a) - number(b) })
	for _, input := range inputs {
		if !direct(word(input, "properties")) || strings.Trim(word(input, "capabilities/abs"), "0 ") == "" {
			continue
		}
		m := Make{Model: word(input, "name"), Serial: word(input, "uniq")}
		m.fromUSB(input)
		return m, true
	}
	return Make{}, false
}

// number is that of an input's folder, so that input2 comes before input10.
func number(path string) int {
	n, _ := strconv.Atoi(strings.TrimPrefix(filepath.Base(path), "input")) // the pattern has digits there
	return n
}

// propDirect is the number of INPUT_PROP_DIRECT (linux/input-event-codes.h).
const propDirect = 1

// direct reads a bitmap as sysfs writes it: words in hexadecimal, the lowest last.
func direct(bitmap string) bool {
	words := strings.Fields(bitmap)
	if len(words) == 0 {
		return false
	}
	low, err := strconv.ParseUint(words[len(words)-1], 16, 64)
	return err == nil && low&(1<<propDirect) != 0
}

// fromUSB looks for the USB device around an input.
func (m *Make) fromUSB(input string) {
	at, err := filepath.EvalSymlinks(input)
	if err != nil {
		return
	}
	for range 12 { // deeper than any tree of hubs
		at = filepath.Dir(at)
		vendor, product := word(at, "idVendor"), word(at, "idProduct")
		if vendor == "" || product == "" {
			continue
		}
		m.USB = strings.ToLower(vendor + ":" + product)
		m.Maker = word(at, "manufacturer")
		if name := word(at, "product"); name != "" {
			m.Model = name
		}
		if serial := word(at, "serial"); serial != "" {
			m.Serial = serial
		}
		m.Firmware = Release(word(at, "bcdDevice"))
		return
	}
}

// Release writes a release number of USB as people do: "0203" is 2.03. What is no such number is empty.
func Release(bcd string) string {
	if len(bcd) != 4 || strings.Trim(bcd, "0123456789abcdefABCDEF") != "" || bcd == "0000" {
		return ""
	}
	return strings.TrimPrefix(bcd[:2], "0") + "." + bcd[2:]
}

// longest is how much of a file counts; a name of a device is shorter.
const longest = 80

// fillers are what makers leave in the tables where they had nothing to say.
var fillers = []string{
	"to be filled by o.e.m.", "default string", "system product name", "system manufacturer", "system serial number",
	"not specified", "not applicable", "none", "unknown", "n/a", "0", "o.e.m.", "oem",
}

// word reads one file of one line; empty where there is none, or nothing in it.
func word(folder, name string) string {
	raw, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		return ""
	}
	raw = raw[:min(len(raw), longest)]
	text := strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, strings.ToValidUTF8(strings.ReplaceAll(string(raw), "\n", " "), ""))
	text = strings.Join(strings.Fields(text), " ")
	if slices.Contains(fillers, strings.ToLower(text)) {
		return ""
	}
	return text
}
