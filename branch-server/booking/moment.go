package booking

import (
	"errors"
	"strings"
	"time"
)

var errMoment = errors.New("no such moment")

// days and hours are the forms in which files write dates and times.
var (
	days  = []string{"2006-01-02", "02-01-2006", "02/01/2006", "02.01.2006", "2006/01/02"}
	hours = []string{"15:04", "15:04:05", "15h04", "15.04"}
)

// parseMoment reads a date and a time, local to a zone unless the text states an offset. An hour that a clock change
// leaves out does not exist; of one that stands twice the first is meant.
func parseMoment(text string, zone *time.Location) (time.Time, error) {
	if len(text) > 64 {
		return time.Time{}, errMoment
	}
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04Z07:00"} {
		if at, err := time.Parse(form, text); err == nil {
			return at, nil
		}
	}
	date, hour, two := strings.Cut(strings.Replace(text, "T", " ", 1), " ")
	if !two {
		return time.Time{}, errMoment
	}
	hour = strings.TrimSpace(hour)
	for _, d := range days {
		for _, h := range hours {
			if wall, err := time.Parse(d+" "+h, date+" "+hour); err == nil {
				return local(wall, zone)
			}
		}
	}
	return time.Time{}, errMoment
}

// local is the moment at which clocks of a zone show what wall says.
func local(wall time.Time, zone *time.Location) (time.Time, error) {
	at := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), wall.Second(), 0, zone)
	if at.Hour() != wall.Hour() || at.Minute() != wall.Minute() {
		return time.Time{}, errMoment // left out by a clock change
	}
	return at, nil
}
