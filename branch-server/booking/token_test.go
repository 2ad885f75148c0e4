package booking_test

import (
	"strings"
	"testing"

	"balcao/branch-server/booking"
	"balcao/internal/citizen"
)

func TestAFileMayBringTheTokenBesideTheDocument(t *testing.T) {
	const token = "4D50BA1CA0000000BA1CA00000000001"
	for name, tt := range map[string]struct {
		cells string
		fault string
	}{
		"the token": {";" + token, ""},
		"neither":   {";", ""},
		"both":      {"00000000 0 ZZ4;" + token, ""},
		"half":      {";4D50", "O MultiPass não está certo"},
	} {
		s := booking.Read([]byte("id;servico;data;hora;documento;multipass\nB1;cc;2026-11-23;10:45;"+tt.cells+"\n"), reading(t))
		switch {
		case tt.fault == "" && (len(s.Faults) > 0 || len(s.Rows) != 1):
			t.Errorf("%s: %+v", name, s.Faults)
		case tt.fault != "" && (len(s.Rows) > 0 || len(s.Faults) != 1 || !strings.Contains(s.Faults[0].What, tt.fault)):
			t.Errorf("%s: %d rows, %+v", name, len(s.Rows), s.Faults)
		}
		if tt.fault == "" {
			row := &s.Rows[0]
			if row.Token.Zero() != (name == "neither") || row.Documents != (name == "both") {
				t.Errorf("%s: token read %v, document read %v", name, !row.Token.Zero(), row.Documents)
			}
			s.Wipe()
			if !row.Token.Zero() || row.Documents || row.Document != (citizen.DocumentNumber{}) {
				t.Errorf("%s: wiped and still there", name)
			}
		}
	}
}
