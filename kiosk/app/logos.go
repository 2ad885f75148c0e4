package app

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"balcao/printers"
)

// logosName is under which name the kiosk keeps what it stored in the printer's memory.
const logosName = "logos"

// logoBook is what was stored in the printer's memory, and in which printer's.
type logoBook struct {
	Serial string         `json:"serial,omitempty"` // of the printer; empty where it says none
	Stored map[int]string `json:"stored"`           // number → key of the picture
}

// pictures are those that slips of a form print, each once.
func pictures(f *printers.Form) []printers.Picture {
	var all []printers.Picture
	if f == nil {
		return nil
	}
	for _, p := range f.Parts {
		if p.Picture != nil && !slices.ContainsFunc(all, func(o printers.Picture) bool { return o.Key == p.Picture.Key }) {
			all = append(all, *p.Picture)
		}
	}
	return all
}

// keepLogos has the printer keep the pictures of the slips from now on.
func (u *printerUnit) keepLogos(f *printers.Form) {
	if f == nil {
		f = u.paper.Form
	}
	u.device.KeepLogos(pictures(f))
}

// rememberLogos takes up what earlier runs stored in the printer's memory.
func (u *printerUnit) rememberLogos(ctx context.Context) error {
	raw, err := u.app.store.Kept(ctx, logosName)
	if err != nil {
		return fmt.Errorf("remember the printer's pictures: %w", err)
	}
	if raw == nil {
		return nil
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if err := json.Unmarshal(raw, &u.book); err != nil {
		u.app.log.Warn("what was kept is not readable", "name", logosName, "err", err)
		return nil
	}
	u.device.RememberLogos(u.book.Stored)
	return nil
}

// storedLogos writes down what is in the printer's memory.
func (u *printerUnit) storedLogos(book map[int]string) {
	u.mu.Lock()
	u.book = logoBook{Serial: u.model.Serial, Stored: book}
	raw, err := json.Marshal(u.book)
	u.mu.Unlock()
	if err == nil {
		u.app.keeper.keep(logosName, raw)
	}
}

// sameMemory forgets what was stored if this is another printer than the one it was stored in; the lock is held.
func (u *printerUnit) sameMemory(serial string) {
	if serial == "" || serial == u.book.Serial {
		return
	}
	if u.book.Serial != "" {
		u.app.log.Info("another printer: its memory of pictures is looked at anew")
		u.device.ForgetLogos()
	}
	u.book.Serial = serial
}
