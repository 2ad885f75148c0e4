package wire_test

import (
	"fmt"
	"testing"

	"balcao/internal/wire"
)

func TestTheCodeOfATicketNeverChanges(t *testing.T) {
	for request, want := range map[string]string{"touch-0001": "MYK6GPKT", "": "2GDD22DQ"} {
		if got := wire.TicketCode(request); got != want {
			t.Errorf("the code of %q = %q, want %q: slips in people's hands hold the old one", request, got, want)
		}
	}
	seen := map[string]bool{}
	for i := range 10_000 {
		code := wire.TicketCode(fmt.Sprint(i))
		if parsed, ok := wire.ParseTicketCode(code[:4] + " - " + code[4:]); !ok || parsed != code {
			t.Fatalf("code %q is read as %q, %v", code, parsed, ok)
		}
		seen[code] = true
	}
	if len(seen) != 10_000 {
		t.Errorf("%d codes for 10000 requests", len(seen))
	}
}

func TestWhatIsNoCodeOfATicket(t *testing.T) {
	for _, text := range []string{"", "ABC", "ABCDEFG0", "ABCDEFGHI", "ABCDEFG\x1b", "../../etc"} {
		if code, ok := wire.ParseTicketCode(text); ok {
			t.Errorf("%q is taken for the code %q", text, code)
		}
	}
}

func TestTheLinkOfATicket(t *testing.T) {
	if got := wire.TicketLink("", "r"); got != "" {
		t.Errorf("without a public address the link is %q", got)
	}
	if got, want := wire.TicketLink("https://senhas.example.pt/", "touch-0001"), "https://senhas.example.pt/s/"+wire.TicketCode("touch-0001"); got != want {
		t.Errorf("link = %q, want %q", got, want)
	}
}
