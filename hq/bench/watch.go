package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"balcao/internal/fleet"
)

// screen watches the whole network as a page does, and measures how long it takes until a number that was given is
// counted there.
type screen struct {
	url    string
	delays *fleet.Delays
	now    func() time.Time

	mu     sync.Mutex
	issued []time.Time // when each number was given, of this run
	shown  int
}

// gave tells that so many numbers were given up to now.
func (s *screen) gave(total uint64, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for uint64(len(s.issued)) < total {
		s.issued = append(s.issued, at)
	}
}

// showed tells that a page counts so many.
func (s *screen) showed(count int) {
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	for ; s.shown < min(count, len(s.issued)); s.shown++ {
		s.delays.Note(now.Sub(s.issued[s.shown]))
	}
}

// watch follows the stream of the national page until ctx ends, and connects again when it is cut.
func (s *screen) watch(ctx context.Context) {
	for ctx.Err() == nil {
		s.follow(ctx)
		select {
		case <-ctx.Done():
		case <-time.After(500 * time.Millisecond):
		}
	}
}

func (s *screen) follow(ctx context.Context) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url, nil)
	if err != nil {
		return
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return
	}
	defer res.Body.Close()
	lines := bufio.NewReaderSize(res.Body, 1<<16)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return
		}
		if data, is := strings.CutPrefix(line, "data: "); is {
			if n, told := issuedOn(data); told {
				s.showed(n)
			}
		}
	}
}

// emitted is how the strip of figures says how many numbers were given today.
var emitted = regexp.MustCompile(`Senhas hoje.{0,400}?<b>([0-9\p{Zs}.]+)</b>`)

// issuedOn reads how many numbers a page shows as given today; false where this piece does not tell.
func issuedOn(data string) (int, bool) {
	if !strings.Contains(data, `"figures"`) {
		return 0, false
	}
	var piece struct {
		HTML map[string]string `json:"h"`
	}
	if json.Unmarshal([]byte(data), &piece) != nil {
		return 0, false
	}
	found := emitted.FindStringSubmatch(strings.ReplaceAll(piece.HTML["figures"], "\n", " "))
	if found == nil {
		return 0, false
	}
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, found[1])
	n, err := strconv.Atoi(digits)
	return n, err == nil
}

// figures asks headquarters for its metrics; nil while it does not answer.
func figures(ctx context.Context, address string) map[string]float64 {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/metrics", nil)
	if err != nil {
		return nil
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil
	}
	defer res.Body.Close()
	all := map[string]float64{}
	lines := bufio.NewScanner(res.Body)
	for lines.Scan() {
		name, value, ok := strings.Cut(lines.Text(), " ")
		if !ok || strings.HasPrefix(name, "#") || strings.Contains(name, `branch="`) {
			continue
		}
		if v, err := strconv.ParseFloat(value, 64); err == nil {
			all[name] = v
		}
	}
	return all
}
