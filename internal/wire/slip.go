package wire

import (
	"regexp"
	"strconv"
	"strings"
)

// TypeSlipGiven is the fact that a kiosk gave a slip without a number: the branch was silent and the numbers lent were
// used up (sync-protocol §7.4). It supersedes the request of the same name.
const TypeSlipGiven = "slip.given"

// NamedFact is the body of slip.given.
type NamedFact struct {
	Request string `json:"req"` // the request that it supersedes
	Boot    string `json:"boot,omitempty"`
	Service string `json:"svc"`
	Class   string `json:"class"`
	Lang    string `json:"lang,omitempty"`
	Day     string `json:"day"`
	Name    string `json:"name"` // what the slip is called, see SlipName

	Then []string `json:"then,omitempty"` // services after the first, in order
}

var slipName = regexp.MustCompile(`^[KTDS][0-9]{1,3}-[0-9]{1,4}$`)

// SlipName is the name of the n-th slip without a number that a kiosk gives on a day: K1-7 of L901-K01.
func SlipName(kiosk string, n int) string {
	_, tail, _ := strings.Cut(kiosk, "-")
	kind, number := "K", strings.TrimLeft(tail, "KTDS0")
	if tail != "" {
		kind = tail[:1]
	}
	if number == "" {
		number = "0"
	}
	return kind + number + "-" + strconv.Itoa(n)
}

// ValidSlipName reports whether a name is one that SlipName makes.
func ValidSlipName(name string) bool { return slipName.MatchString(name) }
