package web

import (
	"context"
	"net/http"
	"strconv"
	"strings"
)

// Deed is something that somebody did with the pages and that is not a fact of the queue: signing in, changing the
// set-up, what the coordination and reception do. The acts of clerks on visits are in the journal already.
type Deed struct {
	Person string // id; empty for a stranger
	Role   string
	Act    string // the route
	What   string // what the route leaves open, such as the action
	How    string // done, refused, locked, or an HTTP status
}

// How a deed ended.
const (
	deedDone    = "done"
	deedRefused = "refused"
	deedLocked  = "locked"
)

// audited reports whether a route's use is written down: whatever changes something, but for what the journal tells and
// for the hints that somebody has read, which change nothing for anybody else.
func audited(pattern string) bool {
	method, path, _ := strings.Cut(pattern, " ")
	return method == http.MethodPost && path != "/commands/{name}" && path != "/entrar" && !strings.HasPrefix(path, hintsPath)
}

// noted answers a request and writes down that it was made.
func (w *Web) noted(rt route, rw http.ResponseWriter, r *http.Request, v visitor) {
	seen := &witness{ResponseWriter: rw, status: http.StatusOK}
	rt.serve(seen, r, v)
	if v.person.ID == "" {
		return // programs with a token: what they bring is counted with it
	}
	how := strconv.Itoa(seen.status)
	switch {
	case seen.status < http.StatusBadRequest:
		how = deedDone
	case seen.status == http.StatusForbidden, seen.status == http.StatusConflict, seen.status == http.StatusUnprocessableEntity:
		how = deedRefused
	}
	what := r.PathValue("action")
	if what == "" {
		what = r.PathValue("name")
	}
	if len(what) > 64 {
		what = ""
	}
	w.deed(r.Context(), Deed{Person: v.person.ID, Role: string(v.person.Role), Act: rt.pattern, What: what, How: how})
}

// deed writes down what was done, also when the browser has gone meanwhile.
func (w *Web) deed(ctx context.Context, d Deed) {
	if w.cfg.Audit == nil {
		return
	}
	if err := w.cfg.Audit(context.WithoutCancel(ctx), d); err != nil {
		w.cfg.Log.Error("audit not written", "act", d.Act, "err", err)
	}
}

// witness remembers the status of an answer.
type witness struct {
	http.ResponseWriter

	status int
}

// WriteHeader passes the status on.
func (w *witness) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *witness) Unwrap() http.ResponseWriter { return w.ResponseWriter }
