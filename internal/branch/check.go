package branch

import (
	"slices"
	"strings"
	"time"

	"balcao/internal/config"
	"balcao/internal/wire"
)

// Check names every fault of the description, each with the key where it stands under path.
func (b *Branch) Check(path string, faults *config.Faults) {
	c := checker{b: b, path: path, faults: faults}
	if id, err := wire.ParseNodeID(b.ID); err != nil || id.Branch() != id {
		c.add("id", "%q is not a branch id such as L901", b.ID)
	}
	if b.Name == "" {
		c.add("name", "the branch needs a name")
	}
	if b.Zone == "" {
		c.add("zone", "the branch needs a time zone such as Europe/Lisbon")
	}
	c.bodies()
	c.divisions()
	c.services()
	c.counters()
	c.feedback()
	c.staffReport()
	c.policy()
	c.gates()
	c.lend()
	c.callboards()
	c.messages()
	c.bookings()
	c.supply()
	b.Slip.Check(strings.TrimPrefix(path+".slip", "."), faults)
}

type checker struct {
	b      *Branch
	path   string
	faults *config.Faults
}

func (c checker) add(key, format string, args ...any) {
	if c.path != "" {
		key = c.path + "." + key
	}
	c.faults.Add(key, format, args...)
}

// once names an id that is empty or stands twice in a list.
func (c checker) once(seen map[string]bool, list string, i int, id string) {
	key := config.Index(list, i) + ".id"
	switch {
	case id == "":
		c.add(key, "missing")
	case seen[id]:
		c.add(key, "%q stands twice", id)
	}
	seen[id] = true
}

func (c checker) bodies() {
	if len(c.b.Bodies) == 0 {
		c.add("bodies", "a branch needs at least one body")
	}
	seen := map[string]bool{}
	for i, body := range c.b.Bodies {
		c.once(seen, "bodies", i, body.ID)
		if body.Short == "" {
			c.add(config.Index("bodies", i)+".short", "missing")
		}
		if body.Name["pt"] == "" {
			c.add(config.Index("bodies", i)+".name", "needs a Portuguese name (pt)")
		}
	}
}

func (c checker) divisions() {
	seen := map[string]bool{}
	letters := map[string]string{}
	for i, d := range c.b.Divisions {
		at := config.Index("divisions", i)
		c.once(seen, "divisions", i, d.ID)
		if !slices.ContainsFunc(c.b.Bodies, func(b Body) bool { return b.ID == d.Body }) {
			c.add(at+".body", "unknown body %q", d.Body)
		}
		if !validPrefix(d.Prefix) {
			c.add(at+".prefix", "%q is not one to three capital letters", d.Prefix)
		}
		if other, used := letters[d.Body+" "+d.Prefix]; used {
			c.add(at+".prefix", "%s already stands for division %s of this body", d.Prefix, other)
		}
		letters[d.Body+" "+d.Prefix] = d.ID
		if d.First < 0 || d.Quota < 0 || max(1, d.First)+max(0, d.Quota-1) > 999 {
			c.add(at+".quota", "numbers must stay between 1 and 999")
		}
	}
}

func validPrefix(p string) bool {
	return len(p) >= 1 && len(p) <= 3 && !slices.ContainsFunc([]byte(p), func(b byte) bool { return b < 'A' || b > 'Z' })
}

func (c checker) services() {
	if len(c.b.Services) == 0 {
		c.add("services", "a branch needs at least one service")
	}
	seen := map[string]bool{}
	for i, s := range c.b.Services {
		at := config.Index("services", i)
		c.once(seen, "services", i, s.ID)
		if _, known := c.b.Division(s.Division); !known {
			c.add(at+".division", "unknown division %q", s.Division)
		}
		if s.Name["pt"] == "" {
			c.add(at+".name", "needs a Portuguese name (pt)")
		}
		if s.Group != "" && s.Group != GroupRequest && s.Group != GroupCollection {
			c.add(at+".group", "%q is neither %s nor %s", s.Group, GroupRequest, GroupCollection)
		}
		if s.Mean < 0 || s.Mean > 8*time.Hour {
			c.add(at+".mean", "must be between 0 and 8h")
		}
		if s.Target < 0 || s.Target > 8*time.Hour {
			c.add(at+".target", "must be between 0 and 8h")
		}
		if !slices.ContainsFunc(c.b.Counters, func(k Counter) bool {
			return slices.Contains(k.Primary, s.ID) || slices.Contains(k.Secondary, s.ID)
		}) {
			c.add(at+".id", "no counter serves %q", s.ID)
		}
	}
}

func (c checker) counters() {
	seen := map[string]bool{}
	for i, k := range c.b.Counters {
		at := config.Index("counters", i)
		c.once(seen, "counters", i, k.ID)
		if k.Label == "" {
			c.add(at+".label", "missing")
		}
		if len(k.Primary)+len(k.Secondary) == 0 {
			c.add(at, "a counter must serve something")
		}
		for _, list := range []struct {
			key string
			ids []string
		}{{"primary", k.Primary}, {"secondary", k.Secondary}} {
			for j, id := range list.ids {
				if !slices.ContainsFunc(c.b.Services, func(s Service) bool { return s.ID == id }) {
					c.add(config.Index(at+"."+list.key, j), "unknown service %q", id)
				}
			}
		}
	}
}
