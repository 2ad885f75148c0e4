package app

import (
	"errors"
	"maps"
	"slices"
	"strings"

	profiles "balcao/firmware-profiles"
	"balcao/internal/config"
	"balcao/internal/glass"
)

// wholeMachine lets what a file says of the whole machine stand before its single keys are read: the profiles of its
// parts and the size of its screen. A machine that is not known changes nothing; Check says so.
func (c *Config) wholeMachine(file *config.File) {
	value, err := file.Value()
	if err != nil {
		return // reading it tells every fault
	}
	tree, _ := value.(map[string]any)
	id, _ := tree["machine"].(string)
	if id == "" {
		return
	}
	printer, _ := tree["printer"].(map[string]any)
	folder, _ := printer["profiles"].(string)
	p, err := (Printer{Profiles: folder}).catalogue().Load(id, "")
	if err != nil || p.Machine == nil {
		return
	}
	c.fit(*p.Machine, Printer{Profiles: folder}.catalogue())
}

// fit takes over the parts of a machine.
func (c *Config) fit(m profiles.Machine, catalogue profiles.Catalogue) {
	c.Printer.Profile = m.Printer
	c.Reader.Enabled, c.Reader.Profile = m.Reader != "", m.Reader
	c.Screen.Profile = m.Touch
	if c.Screen.Profile == "" {
		c.Screen.Profile = m.Callboard
	}
	if m.Screen != nil {
		c.Screen.Glass.Width, c.Screen.Glass.Height = m.Screen.Width, m.Screen.Height
	}
	if p, err := catalogue.Load(m.Callboard, ""); err == nil && p.Callboard != nil {
		c.Screen.Hall.Width, c.Screen.Hall.Height = p.Callboard.Width, p.Callboard.Height
	}
	if p, err := catalogue.Load(m.Sound, ""); err == nil && p.Sound != nil {
		c.Sound.Profile, c.Sound.Backend = p.ID, p.Sound.System
	}
	c.LED.Profile = m.LED
}

// checkMachine names what is wrong with the profiles of everything but the printer.
func (c *Config) checkMachine(faults *config.Faults) {
	for _, one := range []struct {
		key, id string
		kinds   []string
	}{
		{"machine", c.Machine, []string{profiles.KindKiosk}},
		{"reader.profile", c.Reader.Profile, []string{profiles.KindReader}},
		{"screen.profile", c.Screen.Profile, []string{profiles.KindTouch, profiles.KindCallboard}},
		{"sound.profile", c.Sound.Profile, []string{profiles.KindSound}},
	} {
		if one.id != "" {
			c.checkProfile(faults, one.key, one.id, one.kinds...)
		}
	}
	for _, device := range slices.Sorted(maps.Keys(c.Labels)) {
		if !slices.Contains(labelled(), device) {
			faults.Add("labels."+device, "%q is none of %s", device, strings.Join(labelled(), ", "))
		}
		l := c.Labels[device]
		for _, part := range []string{l.Maker, l.Model, l.Serial, l.Firmware} {
			if len(part) > longestLabel {
				faults.Add("labels."+device, "a part of a label has at most %d bytes", longestLabel)
				break
			}
		}
	}
}

// checkProfile names a profile that does not exist, with the nearest that does, or is of another kind.
func (c *Config) checkProfile(faults *config.Faults, key, id string, kinds ...string) (profiles.Profile, bool) {
	catalogue := c.Printer.catalogue()
	p, err := catalogue.Load(id, "")
	switch {
	case errors.Is(err, profiles.ErrUnknown):
		faults.Add(key, "%q is none of %s", id, strings.Join(catalogue.Names(kinds...), ", "))
	case err != nil:
		faults.Add(key, "%v", err)
	case !slices.Contains(kinds, p.Kind):
		faults.Add(key, "%s describes a %s, and a %s is wanted", id, p.Kind, strings.Join(kinds, " or "))
	default:
		return p, true
	}
	return profiles.Profile{}, false
}

// pixels writes the size of a screen as 1080x1920; empty where it is not known.
func pixels(s glass.Screen) string {
	if s.Width == 0 || s.Height == 0 {
		return ""
	}
	return profiles.Size{Width: s.Width, Height: s.Height}.String()
}
