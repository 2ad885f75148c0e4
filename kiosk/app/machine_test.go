package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"balcao/internal/config"
)

// loaded reads a configuration with lines behind the ones every kiosk needs.
func loaded(t *testing.T, lines string) (Config, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "kiosk.yaml")
	if err := os.WriteFile(path, []byte("node: L901-K01\n"+lines), 0o600); err != nil {
		t.Fatal(err)
	}
	return Load(path, false)
}

func TestAWholeMachineSaysItsPartsAndSingleKeysSayOtherwise(t *testing.T) {
	t.Parallel()
	c, err := loaded(t, "machine: virtual/demo-kiosk\nprinter: {port: /dev/ttyS0}\n")
	if err != nil {
		t.Fatal(err)
	}
	if c.Printer.Profile != "virtual/escpos-80" || c.Reader.Profile != "virtual/vpcd" || !c.Reader.Enabled || c.Screen.Profile != "virtual/pointer" || pixels(c.Screen.Glass) != "1080x1920" {
		t.Errorf("from the machine: %+v, %+v, %+v", c.Printer, c.Reader, c.Screen)
	}
	c, err = loaded(t, "machine: virtual/demo-kiosk\nprinter: {port: /dev/ttyS0, profile: epson/tm-t88v}\nreader: {enabled: false}\nscreen: {glass: {width: 768, height: 1366}}\n")
	if err != nil {
		t.Fatal(err)
	}
	if c.Printer.Profile != "epson/tm-t88v" || c.Reader.Enabled || pixels(c.Screen.Glass) != "768x1366" || c.Screen.Profile != "virtual/pointer" {
		t.Errorf("single keys: %+v, %+v, %+v", c.Printer, c.Reader, c.Screen)
	}
	c, err = loaded(t, "faces: [callboard]\nmachine: virtual/demo-box\nled: {port: /dev/ttyUSB0}\n")
	if err != nil {
		t.Fatal(err)
	}
	if c.Sound.Backend != "null" || c.LED.Profile != "virtual/alpha-led" || pixels(c.Screen.Hall) != "1920x1080" || c.Reader.Enabled {
		t.Errorf("a box: %+v, %+v, %+v", c.Sound, c.LED, c.Screen)
	}
}

func TestAMachineFromATechniciansFolderCounts(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "kiosk/acme"), 0o750); err != nil {
		t.Fatal(err)
	}
	text := "schema: balcao.profile/v1\nid: acme/totem\nkind: kiosk\ntitle: Totem\nmachine: {printer: custom/vkp80iii, touch: egalax/touchcontroller, screen: {width: 1080, height: 1920}}\n" +
		"evidence:\n  - {fact: machine, source: \"the data sheet of the machine\", status: manual}\n"
	if err := os.WriteFile(filepath.Join(dir, "kiosk/acme/totem.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := loaded(t, "machine: acme/totem\nprinter: {port: /dev/ttyS0, profiles: "+dir+"}\n")
	if err != nil || c.Printer.Profile != "custom/vkp80iii" || c.Reader.Enabled || c.Screen.Profile != "egalax/touchcontroller" {
		t.Errorf("%+v, %+v, %v", c.Printer, c.Screen, err)
	}
}

func TestWhatIsWrongWithAMachineIsOneErrorWithItsLine(t *testing.T) {
	t.Parallel()
	for lines, want := range map[string]string{
		"machine: acme/totem-9\nprinter: {port: /dev/ttyS0}\n":                                           "2: machine: ",
		"machine: epson/tm-t88v\nprinter: {port: /dev/ttyS0}\n":                                          "2: machine: ",
		"machine: virtual/demo-kiosk\nprinter: {port: /dev/ttyS0, profile: acme/9}\n":                    "3: printer.profile: ",
		"machine: virtual/demo-kiosk\nprinter: {port: /dev/ttyS0}\nscreen: {profile: epson/tm-t88v}\n":   "4: screen.profile: ",
		"machine: virtual/demo-kiosk\nprinter: {port: /dev/ttyS0}\nreader: {profile: gemalto/none}\n":    "4: reader.profile: ",
		"machine: virtual/demo-kiosk\nprinter: {port: /dev/ttyS0}\nsound: {profile: virtual/vpcd}\n":     "4: sound.profile: ",
		"machine: virtual/demo-kiosk\nprinter: {port: /dev/ttyS0}\nlabels:\n  fridge: {serial: \"1\"}\n": "5: labels.fridge: ",
		"faces: [callboard]\nled: {profile: alpha/none, port: /dev/ttyS0}\n":                             "3: led.profile: ",
		"faces: [callboard]\nled: {profile: generic/tv-1080p, port: /dev/ttyS0}\n":                       "3: led.profile: ",
		"faces: [callboard]\nled: {port: /dev/ttyS0, baud: 7}\n":                                         "3: led.baud: ",
		"faces: [callboard]\nled: {port: /dev/ttyS0, address: xyz}\n":                                    "3: led.address: ",
		"faces: [callboard]\nled: {profile: alpha/betabrite}\n":                                          "3: led.port: ",
		"faces: [callboard]\nmachine: virtual/demo-box\n":                                                "led.port: ",
	} {
		_, err := loaded(t, lines)
		problems := config.Problems(err)
		if len(problems) != 1 || !strings.Contains(problems[0].String(), want) {
			t.Errorf("%q: %v, want one problem with %q", lines, problems, want)
		}
	}
}
