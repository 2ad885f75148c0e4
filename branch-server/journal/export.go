package journal

import (
	"encoding/csv"
	"io"
	"strconv"
	"time"

	"balcao/internal/queue"
)

// columns of the CSV of a day, one row a visit. Times are RFC 3339 in UTC, empty where a thing did not happen; durations
// are whole seconds.
var columns = []string{
	"day", "number", "division", "body", "service", "class", "state", "print", "kiosk", "slot", "asked", "issued", "first_call",
	"started", "ended", "counter", "legs", "wait_s", "service_s", "held_s", "walked", "inaccurate",
}

// WriteCSV writes the visits of a day for a spreadsheet, one row each under a row of column names.
func WriteCSV(out io.Writer, d *queue.Day) error {
	w := csv.NewWriter(out)
	if err := w.Write(columns); err != nil {
		return err
	}
	for _, v := range d.Visits() {
		wait, service := "", ""
		if !v.CalledAt.IsZero() {
			wait = seconds(v.Wait(v.CalledAt))
		}
		if !v.StartedAt.IsZero() && !v.EndedAt.IsZero() {
			service = seconds(v.ServiceTime(v.EndedAt))
		}
		if err := w.Write([]string{
			string(d.Date()), v.Number.String(), string(v.Division), string(v.Body), string(v.Service), string(v.Class), string(v.State),
			string(v.Print), string(v.Kiosk), moment(v.Slot), moment(v.Asked), moment(v.IssuedAt), moment(v.CalledAt),
			moment(v.StartedAt), moment(v.EndedAt), string(v.Counter), strconv.Itoa(len(v.Legs)), wait, service, seconds(v.HeldFor),
			strconv.FormatBool(v.Walked), strconv.FormatBool(v.Inaccurate),
		}); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}

func seconds(d time.Duration) string { return strconv.FormatInt(int64(d/time.Second), 10) }
