package app

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	profiles "balcao/firmware-profiles"
	"balcao/internal/config"
	"balcao/internal/disk"
	"balcao/internal/glass"
	"balcao/internal/identity"
	"balcao/internal/operation"
	"balcao/internal/wire"
	"balcao/kiosk/audio"
	"balcao/kiosk/led"
	"balcao/printers/device"
)

// Faces a kiosk program may show.
const (
	FaceTouch     = "touch"     // the screen citizens touch, with printer and card reader
	FaceCallboard = "callboard" // the screen in the hall, with its voice
)

// Config is the one file of a kiosk or callboard box.
type Config struct {
	Node  string   `yaml:"node"`  // name towards the branch, such as L901-K01
	Data  string   `yaml:"data"`  // folder of its memory
	Faces []string `yaml:"faces"` // touch, callboard
	Lang  string   `yaml:"lang"`  // of the first screen
	// Identity is the folder of the kiosk's own key and certificate, made by kiosk enrol.
	Identity string `yaml:"identity"`
	// Machine is the profile of the whole machine, such as generic/ticket-kiosk: the profiles of its parts and the size
	// of its screen follow from it, and each key below says otherwise where it stands.
	Machine string `yaml:"machine"`
	// Labels is what stands on the labels of devices that cannot say it themselves, by device.
	Labels map[string]Label `yaml:"labels"`
	// Languages are those that the touch face offers, in this order; empty means all.
	Languages []string `yaml:"languages"`
	// ReviewedOnly keeps languages back whose words nobody who speaks them has read yet.
	ReviewedOnly bool    `yaml:"reviewed_only"`
	Screen       Screen  `yaml:"screen"`
	Branch       Branch  `yaml:"branch"`
	Printer      Printer `yaml:"printer"`
	Reader       Reader  `yaml:"reader"`
	Sound        Sound   `yaml:"sound"`
	LED          LED     `yaml:"led"`
	// Operation says where health, readiness and metrics are served.
	Operation operation.Config `yaml:"operation"`
	// Disk is how much room is kept in reserve; see docs/storage.md.
	Disk disk.Setting `yaml:"disk"`
	Ear  Ear          `yaml:"ear"`

	// Simulate says that printer and reader are made of software and found later.
	Simulate bool `yaml:"-"`
	// Times bend delays for tests.
	Times Times `yaml:"-"`
	// Trace, if not nil, is told of the steps of every request, on the goroutine that makes them.
	Trace func(step Step, request string) `yaml:"-" json:"-"`
}

// Screen says where the faces are served. Only browsers of this machine can reach them.
type Screen struct {
	Listen   string `yaml:"listen"`   // such as 127.0.0.1:8077
	Place    string `yaml:"place"`    // where the callboard hangs, such as Piso 0; empty is the name of its zone
	Zone     string `yaml:"zone"`     // the branch's callboard it shows; empty is the one that names this box, or all
	Takeover int    `yaml:"takeover"` // seconds a new call fills the callboard; 0 is the default of the screen
	Media    string `yaml:"media"`    // folder of the videos beside the calls, copies of the branch server's; empty is none
	Sign     string `yaml:"sign"`     // folder of the recordings in sign language: home.webm, home.vtt; empty is none
	Profile  string `yaml:"profile"`  // of the touch screen or the television; empty is what is found
	// Glass is the touch screen and the person before it, Hall the screen of the callboard and who reads it from the back
	// of the hall; what is silent is as on the screens the faces are drawn for.
	Glass   glass.Screen `yaml:"glass"`
	Hall    glass.Screen `yaml:"hall"`
	Gallery bool         `yaml:"gallery"` // every state with invented data, at /gallery/, for whoever works on the screens
}

// Branch says where the branch server is.
type Branch struct {
	Brokers []string `yaml:"brokers"` // URLs, tried in turn
	// PlainOrders follows orders that are not signed, of a branch server that was put back to a release before they were.
	PlainOrders  bool   `yaml:"plain_orders"`
	PasswordFile string `yaml:"password_file"`
}

// Printer says which printer, and on which line.
type Printer struct {
	Profile  string `yaml:"profile"`  // such as epson/tm-t88v, or auto: the one that describes what the printer says it is
	Firmware string `yaml:"firmware"` // its version, such as "3.2"; empty is not known
	Port     string `yaml:"port"`     // serial device, "tcp://192.0.2.7:9100" or a device below /dev/usb
	Baud     int    `yaml:"baud"`     // 0 is the profile's default
	Profiles string `yaml:"profiles"` // folder with further profiles, as kind/vendor/model.yaml; may be empty
	// Roll is the width of the paper in millimetres: 58, 60, 80 or 82.5; 0 is that of the profile.
	Roll float64 `yaml:"roll"`
	// RollMetres is how long a new roll is, for the forecast of how many slips are left; 0 makes none.
	RollMetres float64 `yaml:"roll_metres"`
	Form       string  `yaml:"form"` // file that says what stands on a slip; empty is the standard form
	// ChineseFont is the file of a font for Chinese names on slips; empty looks where systems keep one.
	ChineseFont string `yaml:"chinese_font"`
}

// mostRoll is how long the longest roll for a kiosk is, in metres.
const mostRoll = 400

// catalogue is what profiles there are: the program's, and those of the folder.
func (p Printer) catalogue() profiles.Catalogue {
	c := profiles.Shipped()
	if p.Profiles != "" {
		c = c.With(os.DirFS(p.Profiles))
	}
	return c
}

// Reader says how cards are read.
type Reader struct {
	Enabled bool   `yaml:"enabled"`
	Socket  string `yaml:"socket"` // of the smart card service; empty is the system's
	Trust   string `yaml:"trust"`  // folder of the certificates that cards are checked with; see kiosk trust
	// Chip has a card's chip prove that it is the original, where the purpose wants it and the card offers it. Off until
	// real cards are known to answer on contacts: docs/decisions says why.
	Chip bool `yaml:"chip"`
	// Contactless has a card that lies on the reader read by PACE, with the number on its front typed by the citizen. Off
	// until it is known that real cards take what is built here.
	Contactless bool `yaml:"contactless"`
	// Profile is such as gemalto/pc-twin; empty is the one that describes what the reader says it is.
	Profile string `yaml:"profile"`
}

// Sound says how calls are heard.
type Sound struct {
	Backend string `yaml:"backend"` // auto, pulse, alsa, null, off
	Server  string `yaml:"server"`  // PulseAudio server; empty is the environment's
	Profile string `yaml:"profile"` // of what is heard; empty is the one of the backend
}

// soundOff is the backend of a box that says nothing.
const soundOff = "off"

// Times are delays of the program itself; zero is the default.
type Times struct {
	// TakeUp is how long a request left without a number may be taken up after a restart; 30 s.
	TakeUp time.Duration
	// Slip is how long a branch that is there may be silent, once the numbers lent are used up, until a slip without a
	// number is given; 5 s, and a tenth of it where the branch is gone.
	Slip time.Duration
	// Hold is how long a number left without paper is kept after a restart; two minutes from the request on.
	Hold time.Duration
	// Off is how wrong the machine's clock is made out to be.
	Off time.Duration
	// Settle is how long devices and the branch may take to be found after the start; 5 s.
	Settle time.Duration
	// Strike is how soon after a key of the keypad the same one is not heard; 500 ms.
	Strike time.Duration
	// Keep is the least time between two writes of what the branch told everybody; 5 s.
	Keep time.Duration
	// LED are the waits of the sign of LEDs.
	LED led.Times
}

func (t Times) withDefaults() Times {
	or := func(d *time.Duration, otherwise time.Duration) {
		if *d <= 0 {
			*d = otherwise
		}
	}
	or(&t.TakeUp, 30*time.Second)
	or(&t.Slip, 5*time.Second)
	or(&t.Hold, 2*time.Minute)
	or(&t.Settle, 5*time.Second)
	or(&t.Keep, 5*time.Second)
	or(&t.Strike, strikeWithin)
	return t
}

// Default returns what holds where the file is silent.
func Default() Config {
	return Config{
		Data: "data", Faces: []string{FaceTouch}, Lang: "pt",
		Screen: Screen{Listen: "127.0.0.1:8077"},
		Branch: Branch{Brokers: []string{"tcp://127.0.0.1:1883"}},
		Reader: Reader{Enabled: true, Trust: "trust"},
		Sound:  Sound{Backend: string(audio.Auto)},
	}
}

// Load reads and checks a file; every fault is named at once, with its line. With simulate the printer's key may be
// missing.
func Load(path string, simulate bool) (Config, error) {
	raw, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if err != nil {
		return Config{}, fmt.Errorf("read configuration: %w", err)
	}
	c := Default()
	c.Simulate = simulate
	file, err := config.Parse(path, raw)
	if err != nil {
		return Config{}, err
	}
	if part, shared := file.Section("kiosk"); shared { // the one file of a small branch
		file = part
	}
	c.wholeMachine(file)
	if err := file.Decode(&c); err != nil {
		return Config{}, err
	}
	return c, nil
}

// Check names every fault of the configuration.
func (c *Config) Check(faults *config.Faults) {
	if !wire.NodeID(c.Node).Valid() && !faults.Faulty("node") {
		faults.Add("node", "%q is not a name such as L901-K01", c.Node)
	}
	if c.Data == "" {
		faults.Add("data", "the kiosk's memory needs a folder")
	}
	if !c.Disk.Valid() {
		faults.Add("disk.reserve_mib", "must be between 0 and 4096 MiB")
	}
	if len(c.Faces) == 0 {
		faults.Add("faces", "name at least one of touch, callboard")
	}
	for i, face := range c.Faces {
		if face != FaceTouch && face != FaceCallboard {
			faults.Add(config.Index("faces", i), "%q is neither touch nor callboard", face)
		}
	}
	c.checkLanguages(faults)
	c.checkScreen(faults)
	c.checkEar(faults)
	c.checkBranch(faults)
	c.checkMachine(faults)
	c.Operation.Check("operation", faults)
	c.checkPrinter(faults)
	c.checkLED(faults)
	if info, err := os.Stat(c.Reader.Trust); c.Reader.Enabled && err == nil && !info.IsDir() {
		faults.Add("reader.trust", "%s is not a folder", c.Reader.Trust)
	}
	if !slices.Contains([]string{string(audio.Auto), string(audio.Pulse), string(audio.ALSA), string(audio.Null), soundOff}, c.Sound.Backend) {
		faults.Add("sound.backend", "%q is none of auto, pulse, alsa, null, off", c.Sound.Backend)
	}
}

func (c *Config) checkScreen(faults *config.Faults) {
	if c.Screen.Takeover < 0 || c.Screen.Takeover > 60 {
		faults.Add("screen.takeover", "%d is not a number of seconds from 0 to 60", c.Screen.Takeover)
	}
	c.Screen.checkSizes(faults)
	if faults.Faulty("screen.listen") {
		return
	}
	host, port, err := net.SplitHostPort(c.Screen.Listen)
	if err != nil {
		faults.Add("screen.listen", "%q is not an address such as 127.0.0.1:8077", c.Screen.Listen)
		return
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		faults.Add("screen.listen", "%q is not a port", port)
	}
	if ip, err := netip.ParseAddr(host); host != "localhost" && (err != nil || !ip.IsLoopback()) {
		faults.Add("screen.listen", "%q can be reached from other machines; only an address such as 127.0.0.1 is allowed", host)
	}
}

func (c *Config) checkBranch(faults *config.Faults) {
	if len(c.Branch.Brokers) == 0 {
		faults.Add("branch.brokers", "name the branch's broker, such as tcp://127.0.0.1:1883")
	}
	for i, s := range c.Branch.Brokers {
		u, err := url.Parse(s)
		if err != nil || u.Host == "" || !slices.Contains([]string{"tcp", "tls", "ssl", "mqtt", "mqtts"}, u.Scheme) {
			faults.Add(config.Index("branch.brokers", i), "%q is not an address such as tcp://127.0.0.1:1883", s)
		}
		identity.CheckURL(faults, config.Index("branch.brokers", i), s)
	}
	if file := c.Branch.PasswordFile; file != "" {
		if _, err := os.Stat(file); err != nil {
			faults.Add("branch.password_file", "no such file: %s", file)
		}
	}
}

func (c *Config) checkPrinter(faults *config.Faults) {
	if !c.shows(FaceTouch) || c.Simulate {
		return
	}
	if c.Printer.Port == "" {
		faults.Add("printer.port", "name the serial device of the printer")
	}
	if _, err := c.Printer.paper(); err != nil {
		faults.Add("printer.form", "%v", err)
	}
	if c.Printer.Profile == autoProfile || c.Printer.Profile == "" && faults.Faulty("machine") {
		return // what it takes is known when the printer has been asked, or when the machine is right
	}
	catalogue := c.Printer.catalogue()
	profile, err := catalogue.Load(c.Printer.Profile, "")
	if errors.Is(err, profiles.ErrUnknown) {
		faults.Add("printer.profile", "%q is none of %s", c.Printer.Profile, strings.Join(catalogue.Names(profiles.KindPrinter), ", "))
		return
	} else if err != nil {
		faults.Add("printer.profile", "%v", err)
		return
	}
	if _, err := device.Dialect(profile); err != nil {
		faults.Add("printer.profile", "%v", err)
	} else if _, err := device.DialectOn(profile, device.Paper{RollMM: c.Printer.Roll}); err != nil {
		faults.Add("printer.roll", "%v", err)
	}
	if c.Printer.RollMetres < 0 || c.Printer.RollMetres > mostRoll {
		faults.Add("printer.roll_metres", "must be between 0 and %d metres", mostRoll)
	}
	if _, err := catalogue.Load(c.Printer.Profile, c.Printer.Firmware); err != nil {
		faults.Add("printer.firmware", "%v", err)
	}
	if c.Printer.Baud != 0 && !slices.Contains(profile.Transport.Serial.Bauds, c.Printer.Baud) {
		faults.Add("printer.baud", "%d is none of the speeds of %s: %v", c.Printer.Baud, profile.ID, profile.Transport.Serial.Bauds)
	}
}

// shows reports whether this program shows a face.
func (c *Config) shows(face string) bool { return slices.Contains(c.Faces, face) }
