package branch_test

import (
	"strings"
	"testing"
	"time"

	"balcao/internal/queue"
)

// TestABranchWithoutCallboardsShowsItsVideo: the board of everything has the branch's video, and the named ones their own.
func TestABranchWithoutCallboardsShowsItsVideo(t *testing.T) {
	t.Parallel()
	for _, described := range []string{"", "callboards: [{id: piso-0, name: Piso 0, video: piso.mp4}]\n"} {
		b, err := read(t, "  hours: [{days: mon-sun, spans: [\"08:30-19:30\"]}]\nvideo: exemplo.webm\n"+described)
		if err != nil {
			t.Fatal(err)
		}
		board := b.Board(queue.NewDay(b.Catalogue(), 0), nothing{}, nil, 1, time.Unix(1_800_000_000, 0))
		z, known := board.Zone(board.ZoneOf("L901-D07"))
		if !known || z.Video == nil || z.Video.File != "exemplo.webm" || !z.Shows("at", "Piso 1") {
			t.Errorf("a box that no callboard names shows %+v, of %+v", z, board.Zones)
		}
		if own, known := board.Zone("piso-0"); described != "" && (!known || own.Video.File != "piso.mp4") {
			t.Errorf("the callboard shows %+v", own)
		}
	}
	if _, err := read(t, "  hours: [{days: mon, spans: [\"09:00-15:00\"]}]\nvideo: ../a.webm\n"); err == nil || !strings.Contains(err.Error(), "video") {
		t.Errorf("a video that is no name of a file: %v", err)
	}
}
