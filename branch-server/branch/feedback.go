package branch

import "net/url"

// Feedback says where citizens complain and praise. The law asks for a book of complaints in every place that serves the
// public; its electronic form has an address of its own.
type Feedback struct {
	Complaints string `yaml:"complaints"` // https address; empty is the national book, "none" where another stands
	Praise     string `yaml:"praise"`     // https address; empty is none
}

// NationalComplaints is the electronic book of complaints of Portugal.
const NationalComplaints = "https://www.livroreclamacoes.pt"

// ComplaintsAt returns the address of the book of complaints; empty if the branch points to none.
func (f Feedback) ComplaintsAt() string {
	switch f.Complaints {
	case "":
		return NationalComplaints
	case "none":
		return ""
	}
	return f.Complaints
}

func (c checker) feedback() {
	for key, address := range map[string]string{"complaints": c.b.Feedback.Complaints, "praise": c.b.Feedback.Praise} {
		if address == "" || key == "complaints" && address == "none" {
			continue
		}
		if u, err := url.Parse(address); err != nil || u.Scheme != "https" || u.Host == "" {
			c.add("feedback."+key, "%q is not an address such as https://www.livroreclamacoes.pt", address)
		}
	}
}

// OnSlip is what a slip says of where to complain and praise; empty unless the branch wants it there.
func (f Feedback) OnSlip() string { return "" }
