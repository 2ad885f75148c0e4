// Package metrics tells a monitoring system how a program fares, in the text format of Prometheus. It is the only door
// to the Prometheus client. Every figure is declared beforehand as a Family, so that docs/metrics.md, the dashboards and
// the alert rules can be held to what really is there; a figure that is not declared is told to nobody. No label holds
// personal data, nor anything that citizens or strangers choose.
package metrics

import (
	"fmt"
	"net/http"
	"runtime/debug"
	"slices"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Kind says how a figure moves.
type Kind string

// The kinds of figures, by the names Prometheus gives them.
const (
	Gauge     Kind = "gauge"     // goes up and down
	Counter   Kind = "counter"   // only goes up while the program runs
	Histogram Kind = "histogram" // counts observations by size
)

// Family is one figure, or one for each value of its labels.
type Family struct {
	Name    string // with its unit, such as balcao_wait_seconds
	Help    string // one sentence for whoever reads a dashboard
	Kind    Kind
	Labels  []string
	Buckets []float64 // upper bounds, of a histogram only
}

// Usual bounds of histograms, in seconds.
var (
	// Waits are bounds for the waits of people: from a minute to three hours.
	Waits = []float64{60, 180, 300, 600, 900, 1200, 1800, 2700, 3600, 5400, 7200, 10800}
	// Commits are bounds for a write that reaches the disk: from a millisecond to ten seconds.
	Commits = []float64{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10}
)

// Shared are the families that each program tells beside its own; see Own.
func Shared() []Family {
	return []Family{
		{Name: "balcao_build_info", Kind: Gauge, Labels: []string{"program", "version", "go", "node"}, Help: "Always 1; which program answers, in which version, built with which Go, under which name."},
		{Name: "balcao_alive", Kind: Gauge, Help: "1 while every main loop of the program answers; 0 makes the watchdog start it again."},
		{Name: "balcao_ready", Kind: Gauge, Labels: []string{"part"}, Help: "1 for each part that can do its work now, 0 for one that cannot."},
		{Name: "balcao_data_free_bytes", Kind: Gauge, Help: "Room left on the disk of the data folder."},
		{Name: "balcao_database_bytes", Kind: Gauge, Help: "Size of the program's database with its write-ahead log."},
		{Name: "balcao_disk_failures_total", Kind: Counter, Labels: []string{"what"}, Help: "What the disk of the database did not do since the program started: read, write, sync, room, content (it gave what had not been written), other. Absent at headquarters on PostgreSQL."},
		{Name: "balcao_disk_state", Kind: Gauge, Labels: []string{"state"}, Help: "Always 1; how the disk of the data folder is: ok, slow, failing, checking, damaged, set_aside, space_scarce, space_low, space_full."},
		{Name: "balcao_certificate_days_left", Kind: Gauge, Help: "Days until the program's own certificate ends; absent without one. It is renewed by itself from 30 days on."},
	}
}

// Sheet takes in the figures of one moment.
type Sheet struct {
	families map[string]described
	out      chan<- prometheus.Metric
}

type described struct {
	family Family
	desc   *prometheus.Desc
}

// Set tells one figure, with the values of its labels in the order of its family. A figure that was not declared, or
// has other labels, makes the whole answer an error: a test finds it.
func (s *Sheet) Set(name string, value float64, labels ...string) {
	d, known := s.families[name]
	if !known {
		d.desc = prometheus.NewDesc(name, "not declared", nil, nil)
		s.out <- prometheus.NewInvalidMetric(d.desc, fmt.Errorf("%s is told and not declared", name))
		return
	}
	kind := prometheus.GaugeValue
	if d.family.Kind == Counter {
		kind = prometheus.CounterValue
	}
	m, err := prometheus.NewConstMetric(d.desc, kind, value, labels...)
	if err != nil {
		m = prometheus.NewInvalidMetric(d.desc, fmt.Errorf("%s: %w", name, err))
	}
	s.out <- m
}

// Truth is 1 for true and 0 for false.
func Truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// Book is what one program tells. Its methods may be called from several goroutines.
type Book struct {
	registry   *prometheus.Registry
	families   map[string]described
	histograms map[string]*prometheus.HistogramVec

	mu       sync.Mutex
	counters map[string]*prometheus.CounterVec
}

// New returns a book of the given families, which must hold those of Shared. Read is called for each answer, never
// twice at once, and tells the figures that are looked up then; those given to Observe and Add need not be told again.
func New(families []Family, read func(s *Sheet)) (*Book, error) {
	b := &Book{
		registry: prometheus.NewPedanticRegistry(), families: map[string]described{},
		histograms: map[string]*prometheus.HistogramVec{}, counters: map[string]*prometheus.CounterVec{},
	}
	for _, f := range families {
		if _, twice := b.families[f.Name]; twice {
			return nil, fmt.Errorf("declare %s: it is declared twice", f.Name)
		}
		if f.Kind == Histogram {
			h := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: f.Name, Help: f.Help, Buckets: f.Buckets}, f.Labels)
			if err := b.registry.Register(h); err != nil {
				return nil, fmt.Errorf("declare %s: %w", f.Name, err)
			}
			b.histograms[f.Name] = h
			if len(f.Labels) == 0 {
				h.WithLabelValues() // told from the beginning
			}
		}
		b.families[f.Name] = described{family: f, desc: prometheus.NewDesc(f.Name, f.Help, f.Labels, nil)}
	}
	for _, c := range []prometheus.Collector{
		&page{book: b, read: read}, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	} {
		if err := b.registry.Register(c); err != nil {
			return nil, fmt.Errorf("prepare metrics: %w", err)
		}
	}
	return b, nil
}

// Observe counts one observation of a histogram. One that was not declared is not counted.
func (b *Book) Observe(name string, value float64, labels ...string) {
	if h, known := b.histograms[name]; known {
		if o, err := h.GetMetricWithLabelValues(labels...); err == nil {
			o.Observe(value)
		}
	}
}

// Add adds to a counter. One that was not declared is not counted.
func (b *Book) Add(name string, n float64, labels ...string) {
	d, known := b.families[name]
	if !known || d.family.Kind != Counter {
		return
	}
	b.mu.Lock()
	c := b.counters[name]
	if c == nil {
		c = prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: d.family.Help}, d.family.Labels)
		b.counters[name] = c
	}
	b.mu.Unlock()
	if one, err := c.GetMetricWithLabelValues(labels...); err == nil {
		one.Add(n)
	}
}

// Handler answers GET /metrics.
func (b *Book) Handler() http.Handler {
	return promhttp.HandlerFor(b.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 2})
}

// page reads everything anew for each answer.
type page struct {
	book *Book
	read func(s *Sheet)
	mu   sync.Mutex
}

// Describe implements prometheus.Collector.
func (p *page) Describe(out chan<- *prometheus.Desc) {
	for _, d := range p.book.families {
		if d.family.Kind != Histogram {
			out <- d.desc
		}
	}
}

// Collect implements prometheus.Collector.
func (p *page) Collect(out chan<- prometheus.Metric) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.read(&Sheet{families: p.book.families, out: out})
	p.book.mu.Lock()
	defer p.book.mu.Unlock()
	for _, c := range p.book.counters {
		c.Collect(out)
	}
}

// Build returns the labels of balcao_build_info for a program and its name in the network.
func Build(program, version, node string) []string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return []string{program, version, "", node}
	}
	return []string{program, version, info.GoVersion, node}
}

// Names returns the names of families, sorted.
func Names(families []Family) []string {
	names := make([]string, 0, len(families))
	for _, f := range families {
		names = append(names, f.Name)
	}
	slices.Sort(names)
	return names
}

// Word keeps a label short and of one word: what another machine says becomes "other" if it is not a code.
func Word(s string) string {
	if s == "" || len(s) > 32 {
		return "other"
	}
	for _, c := range s {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' && c != '-' && c != '.' {
			return "other"
		}
	}
	return s
}
