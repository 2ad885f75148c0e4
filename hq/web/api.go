package web

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"balcao/hq/network"
	"balcao/hq/visit"
	"balcao/internal/wire"
)

// branchJSON is one branch for tools. Durations are in seconds, moments in Unix milliseconds, 0 for never.
type branchJSON struct {
	ID        wire.NodeID `json:"id"`
	Name      string      `json:"name"`
	District  string      `json:"district,omitempty"`
	Simulated bool        `json:"simulated" doc:"só existe como simulação"`
	State     string      `json:"state" doc:"out, watch, unlinked, fine, closed ou never"`
	Cause     string      `json:"cause,omitempty"`
	Linked    bool        `json:"linked" doc:"está ligado e fala"`
	Since     int64       `json:"since" doc:"a ligação está assim desde"`
	Heard     int64       `json:"heard" doc:"última palavra"`
	Day       string      `json:"day" doc:"dia do local, AAAA-MM-DD"`
	Open      bool        `json:"open"`
	Source    string      `json:"source" doc:"de onde vêm os números: o registo, ou o que o local diz de si"`
	Issued    int         `json:"issued"`
	Waiting   int         `json:"waiting"`
	Called    int         `json:"called"`
	Serving   int         `json:"serving"`
	Served    int         `json:"served"`
	NoShows   int         `json:"no_shows"`
	WaitAvg   float64     `json:"wait_avg" doc:"dos que esperam agora"`
	Longest   float64     `json:"longest" doc:"de quem espera há mais tempo"`
	Counters  int         `json:"counters" doc:"balcões abertos"`
	Devices   int         `json:"devices"`
	Faults    int         `json:"faults" doc:"equipamentos com avaria ou sem notícias"`
	Unlawful  int         `json:"unlawful,omitempty"`
	Log       logJSON     `json:"log"`
}

type logJSON struct {
	Epoch       uint64 `json:"epoch"`
	HWM         uint64 `json:"hwm"`
	BranchSeq   uint64 `json:"branch_seq"`
	Behind      uint64 `json:"behind"`
	Quarantined bool   `json:"quarantined"`
	LagMS       int64  `json:"lag_ms"`
}

var stateNames = map[network.State]string{
	network.Out: "out", network.Watch: "watch", network.Unlinked: "unlinked", network.Fine: "fine", network.Closed: "closed",
	network.Never: "never",
}

func jsonOf(b network.Summary) branchJSON {
	return branchJSON{
		ID: b.ID, Name: b.Name, District: b.District, Simulated: b.Simulated, State: stateNames[b.State], Cause: string(b.Cause),
		Linked: b.Fresh(), Since: ms(b.Since), Heard: ms(b.Heard), Day: b.Day, Open: b.Open, Source: string(b.Source),
		Issued: b.Issued, Waiting: b.Waiting, Called: b.Called, Serving: b.Serving, Served: b.Served, NoShows: b.NoShows,
		WaitAvg: b.WaitAvg.Seconds(), Longest: b.Longest.Seconds(), Counters: b.Counters,
		Unlawful: b.Unlawful, Devices: b.Fleet.Nodes, Faults: b.Fleet.Faults + b.Fleet.Gone,
		Log: logJSON{
			Epoch: b.Log.Epoch, HWM: b.Log.HWM, BranchSeq: b.Log.BranchSeq, Behind: b.Log.Behind(),
			Quarantined: b.Log.Quarantined, LagMS: b.Log.Lag.Milliseconds(),
		},
	}
}

func ms(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func (s *Server) answer(w http.ResponseWriter, status int, body any) {
	s.answerAs(w, status, "application/json", body)
}

func (s *Server) answerAs(w http.ResponseWriter, status int, kind string, body any) {
	b, err := json.Marshal(body)
	if err != nil {
		http.Error(w, "answer not made", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	_, _ = w.Write(append(b, '\n')) // whoever asked may have gone
}

func (s *Server) refuse(w http.ResponseWriter, status int, err error) {
	s.answer(w, status, errorJSON{err.Error()})
}

func (s *Server) apiBranches(w http.ResponseWriter, _ *http.Request, who visitor) {
	branches, t := s.opt.Network.Overview(s.opt.Now(), who.sight())
	list := make([]branchJSON, len(branches))
	for i, b := range branches {
		list[i] = jsonOf(b)
	}
	s.answer(w, http.StatusOK, branchesJSON{s.opt.Now().UnixMilli(), list, totalsJSON{
		Branches: t.Branches, Reporting: t.Reporting, Waiting: t.Waiting, Called: t.Called, Serving: t.Serving, Served: t.Served,
		NoShows: t.NoShows, Issued: t.Issued, WaitAvg: t.WaitAvg.Seconds(), Longest: t.Longest.Seconds(), LongestIn: t.LongestIn,
		Faults: t.Faults, Counters: t.Counters,
	}})
}

type branchesJSON struct {
	Now      int64        `json:"now"`
	Branches []branchJSON `json:"branches"`
	Totals   totalsJSON   `json:"totals" doc:"soma dos locais que se veem"`
}

type totalsJSON struct {
	Branches  int         `json:"branches"`
	Reporting int         `json:"reporting"`
	Waiting   int         `json:"waiting"`
	Called    int         `json:"called"`
	Serving   int         `json:"serving"`
	Served    int         `json:"served"`
	NoShows   int         `json:"no_shows"`
	Issued    int         `json:"issued"`
	WaitAvg   float64     `json:"wait_avg"`
	Longest   float64     `json:"longest"`
	LongestIn wire.NodeID `json:"longest_in"`
	Faults    int         `json:"faults"`
	Counters  int         `json:"counters"`
}

// known returns the branch that a request is about, or answers that there is none.
func (s *Server) known(w http.ResponseWriter, r *http.Request, who visitor) (network.Detail, bool) {
	id, err := wire.ParseNodeID(r.PathValue("id"))
	if err == nil {
		if d, known := s.opt.Network.Look(id, s.opt.Now(), who.sight()); known {
			return d, true
		}
		err = fmt.Errorf("branch %s: never seen", id)
	}
	s.refuse(w, http.StatusNotFound, err)
	return network.Detail{}, false
}

type lineJSON struct {
	Service string     `json:"service,omitempty"`
	Body    string     `json:"body"`
	Issued  int        `json:"issued"`
	Waiting int        `json:"waiting"`
	Serving int        `json:"serving"`
	Served  int        `json:"served"`
	NoShows int        `json:"no_shows"`
	Longest float64    `json:"longest"`
	Wait    spreadJSON `json:"wait"`
	Took    spreadJSON `json:"service_time"`
}

type spreadJSON struct {
	Count  int     `json:"count"`
	Mean   float64 `json:"mean"`
	Median float64 `json:"median"`
	P90    float64 `json:"p90"`
}

func spreadOf(s visit.Spread) spreadJSON {
	return spreadJSON{Count: s.Count, Mean: s.Mean.Seconds(), Median: s.Median.Seconds(), P90: s.P90.Seconds()}
}

func linesOf(lines []visit.Line) []lineJSON {
	all := make([]lineJSON, len(lines))
	for i, l := range lines {
		all[i] = lineJSON{
			Service: string(l.Service), Body: string(l.Body), Issued: l.Issued, Waiting: l.Waiting, Serving: l.Serving, Served: l.Served,
			NoShows: l.NoShows, Longest: l.LongestNow.Seconds(), Wait: spreadOf(l.Wait), Took: spreadOf(l.ServiceTime),
		}
	}
	return all
}

type deviceJSON struct {
	Node   wire.NodeID       `json:"node"`
	Online bool              `json:"online"`
	State  string            `json:"state"`
	Parts  map[string]string `json:"parts"`
	Unsent uint64            `json:"unsent"`
	Seen   int64             `json:"seen"`
}

func devicesOf(d network.Detail) []deviceJSON {
	all := make([]deviceJSON, len(d.Devices))
	for i, dev := range d.Devices {
		all[i] = deviceJSON{
			Node: dev.Node, Online: dev.Online, State: [...]string{"fine", "watch", "fault", "gone"}[dev.Level], Parts: map[string]string{},
			Unsent: dev.Unsent, Seen: ms(dev.Seen),
		}
		for _, p := range dev.Parts {
			all[i].Parts[p.Name] = p.State
		}
	}
	return all
}

func (s *Server) apiBranch(w http.ResponseWriter, r *http.Request, who visitor) {
	d, known := s.known(w, r, who)
	if !known {
		return
	}
	s.answer(w, http.StatusOK, oneBranchJSON{jsonOf(d.Summary), d.Software, spreadOf(d.Wait), spreadOf(d.Service), linesOf(d.Services), linesOf(d.Bodies), devicesOf(d)})
}

type oneBranchJSON struct {
	branchJSON

	Software string       `json:"software,omitempty"`
	Wait     spreadJSON   `json:"wait" doc:"esperas de hoje"`
	Took     spreadJSON   `json:"service_time" doc:"atendimentos de hoje"`
	Services []lineJSON   `json:"services"`
	Bodies   []lineJSON   `json:"bodies"`
	Nodes    []deviceJSON `json:"nodes" doc:"quiosques e caixas"`
}

type visitsJSON struct {
	Day    string      `json:"day"`
	Visits []visitJSON `json:"visits"`
}

type visitJSON struct {
	Visit   int     `json:"visit"`
	Ticket  string  `json:"tk"`
	Service string  `json:"svc"`
	Body    string  `json:"body"`
	State   string  `json:"state"`
	Print   string  `json:"print"`
	Counter string  `json:"counter,omitempty"`
	Issued  int64   `json:"issued"`
	Called  int64   `json:"called"`
	Started int64   `json:"started"`
	Ended   int64   `json:"ended"`
	Wait    float64 `json:"wait"`
	Took    float64 `json:"service_time"`
}

func (s *Server) apiVisits(w http.ResponseWriter, r *http.Request, who visitor) {
	d, known := s.known(w, r, who)
	if !known {
		return
	}
	rows, _ := s.opt.Network.Rows(d.ID, s.opt.Now(), who.sight())
	all := make([]visitJSON, len(rows))
	for i, v := range rows {
		all[i] = visitJSON{
			Visit: int(v.Visit), Ticket: v.Number.String(), Service: string(v.Service), Body: string(v.Body), State: string(v.State),
			Print: string(v.Print), Counter: string(v.Counter), Issued: ms(v.Issued), Called: ms(v.Called), Started: ms(v.Started),
			Ended: ms(v.Ended), Wait: v.Wait.Seconds(), Took: v.ServiceTime.Seconds(),
		}
	}
	s.answer(w, http.StatusOK, visitsJSON{string(d.Day), all})
}

// apiLog answers with a branch's records exactly as they came, one a line, of its newest epoch or the one asked for.
// The header Balcao-Epoch names the epoch.
func (s *Server) apiLog(w http.ResponseWriter, r *http.Request, who visitor) {
	d, known := s.known(w, r, who)
	if !known || !s.wholeLog(w, who) {
		return
	}
	from, ok := s.position(w, r, d.ID)
	if !ok {
		return
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.Header().Set("Balcao-Epoch", strconv.FormatUint(from.epoch, 10))
	out := bufio.NewWriter(w)
	for record, err := range s.opt.Store.Records(r.Context(), d.ID, from.epoch, from.after) {
		if err != nil {
			s.opt.Log.Error("log not read", "branch", string(d.ID), "err", err)
			panic(http.ErrAbortHandler) // a log that ends too soon must not look whole
		}
		if _, err := out.Write(append(record.Raw, '\n')); err != nil {
			return
		}
	}
	_ = out.Flush() // whoever asked may have gone
}

// wholeLog refuses a branch's facts to who sees a part of it: they are one chain, in which all bodies stand together.
func (s *Server) wholeLog(w http.ResponseWriter, who visitor) bool {
	if who.partial() {
		s.refuse(w, http.StatusForbidden, errWholeLog)
		return false
	}
	return true
}

var errWholeLog = errors.New("the facts of a branch are those of all of its bodies; with a limit to some, ask for figures, visits and reports")

// position is where in a branch's log a caller goes on reading.
type position struct{ epoch, after uint64 }

// position reads where the caller wants to go on, in the newest epoch unless another is named; false if it was refused.
func (s *Server) position(w http.ResponseWriter, r *http.Request, branch wire.NodeID) (position, bool) {
	after, err := number(r, "after")
	var epoch uint64
	if err == nil {
		epoch, err = number(r, "epoch")
	}
	if err != nil {
		s.refuse(w, http.StatusBadRequest, err)
		return position{}, false
	}
	if epoch == 0 {
		if epoch, err = s.opt.Store.LatestEpoch(r.Context(), branch); err != nil {
			s.refuse(w, http.StatusNotFound, err)
			return position{}, false
		}
	}
	return position{epoch, after}, true
}

func number(r *http.Request, name string) (uint64, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseUint(text, 10, 53)
	if err != nil {
		return 0, fmt.Errorf("%s is not a number: %w", name, errBadQuestion)
	}
	return n, nil
}
