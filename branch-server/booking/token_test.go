package booking_test

import (
	"strings"
	"testing"

	"balcao/branch-server/booking"
)

func TestAFileMayBringTheTokenInPlaceOfTheDocument(t *testing.T) {
	const token = "4D50BA1CA0000000BA1CA00000000001"
	for name, tt := range map[string]struct {
		cells string
		fault string
	}{
		"the token": {";" + token, ""},
		"neither":   {";", ""},
		"both":      {"00000000 0 ZZ4;" + token, "documento e o MultiPass"},
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
			if s.Rows[0].Token.Zero() == (name == "the token") {
				t.Errorf("%s: token read %v", name, !s.Rows[0].Token.Zero())
			}
			s.Wipe()
			if !s.Rows[0].Token.Zero() {
				t.Errorf("%s: wiped and still there", name)
			}
		}
	}
}
