package branch

import (
	"net/url"

	"balcao/internal/wire"
)

// Feedback says where citizens complain, praise and suggest. Every public service that receives people keeps a book of
// complaints and shows visibly that it is there (DL 135/99, article 38), and shows as visibly where the platforms for
// praise, suggestions and complaints are on the Internet (article 35-A, of DL 74/2017). For the services of the State that
// is the Livro Amarelo, on paper and at livroamarelo.gov.pt; a service of a municipality keeps the blue book of Portaria
// 659/2006; companies in a Loja, such as those of water and energy, have the Livro de Reclamações of DL 156/2005.
type Feedback struct {
	Complaints string `yaml:"complaints"` // https address; empty is the national Livro Amarelo, "none" or "nenhum" where another stands
	Praise     string `yaml:"praise"`     // https address, where praise goes elsewhere; empty is with the complaints
	Book       string `yaml:"book"`       // of paper: yellow, the usual one, or blue, of a municipality
	Companies  bool   `yaml:"companies"`  // companies serve here too, whose book is another
	Slip       bool   `yaml:"slip"`       // slips say where, with a code
}

// Addresses of the electronic books.
const (
	NationalComplaints  = "https://www.livroamarelo.gov.pt"
	CompaniesComplaints = "https://www.livroreclamacoes.pt"
)

// Books of paper.
const (
	BookYellow = "yellow"
	BookBlue   = "blue"
)

// ComplaintsAt returns the address of the book of complaints; empty if the branch points to none.
func (f Feedback) ComplaintsAt() string {
	switch f.Complaints {
	case "":
		return NationalComplaints
	case "none", "nenhum":
		return ""
	}
	return f.Complaints
}

// BookName is what the book of paper is called.
func (f Feedback) BookName() wire.Text {
	if f.Book == BookBlue {
		return wire.Text{"pt": "Livro de Reclamações (azul)", "en": "Complaints Book (blue)"}
	}
	return wire.Text{"pt": "Livro Amarelo", "en": "Yellow Book (Livro Amarelo)"}
}

// OnSlip is the address that a slip says; empty unless the branch wants one there.
func (f Feedback) OnSlip() string {
	if !f.Slip {
		return ""
	}
	return f.ComplaintsAt()
}

// offered is what kiosks show of it.
func (f Feedback) offered() *wire.OfferFeedback {
	return &wire.OfferFeedback{Book: f.BookName(), Address: f.ComplaintsAt(), Slip: f.OnSlip() != ""}
}

// mostSlipAddress is the longest address that a worn print head still prints as a readable code.
const mostSlipAddress = 40

func (c checker) feedback() {
	f := c.b.Feedback
	for key, address := range map[string]string{"complaints": f.Complaints, "praise": f.Praise} {
		if address == "" || key == "complaints" && f.ComplaintsAt() == "" {
			continue
		}
		if u, err := url.Parse(address); err != nil || u.Scheme != "https" || u.Host == "" {
			c.add("feedback."+key, "%q is not an address such as %s", address, NationalComplaints)
		}
	}
	if f.Book != "" && f.Book != BookYellow && f.Book != BookBlue {
		c.add("feedback.book", "%q is neither yellow nor blue", f.Book)
	}
	switch at := f.OnSlip(); {
	case f.Slip && at == "":
		c.add("feedback.slip", "there is no address to print: complaints is none")
	case len(at) > mostSlipAddress:
		c.add("feedback.slip", "the address has %d bytes, more than the %d that a slip prints as a code", len(at), mostSlipAddress)
	}
}
