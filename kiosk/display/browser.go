package display

import (
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
)

// ErrNoBrowser says that no browser was found.
var ErrNoBrowser = errors.New("no Chromium is installed")

// Browser returns the path of the machine's Chromium.
func Browser() (string, error) {
	for _, name := range []string{"chromium", "chromium-browser"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("%w: want chromium in PATH", ErrNoBrowser)
}

// flags make a browser show one page and nothing else. What a page may open is not decided here but by the machine's
// policies, which no page and no flag can lift.
func flags(profile, page string, more []string) []string {
	all := []string{
		"--kiosk", "--user-data-dir=" + profile,
		"--no-first-run", "--no-default-browser-check", "--noerrdialogs", "--disable-session-crashed-bubble",
		"--disable-infobars", "--disable-pinch", "--overscroll-history-navigation=0", "--disable-features=Translate,TouchpadOverscrollHistoryNavigation",
		"--disable-component-update", "--disable-sync", "--disable-breakpad", "--password-store=basic",
		"--autoplay-policy=no-user-gesture-required", "--check-for-update-interval=31536000",
	}
	if !slices.ContainsFunc(more, func(f string) bool {
		return strings.HasPrefix(f, "--headless") || strings.HasPrefix(f, "--ozone-platform")
	}) {
		all = append(all, "--ozone-platform=wayland")
	}
	return append(append(all, more...), page)
}
