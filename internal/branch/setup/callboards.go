package setup

import (
	"slices"
	"strings"

	"balcao/internal/branch"
)

// boardPath reads a path such as callboards/piso-0/place/Piso 0 or callboards/geral/body/irn: it stands for whether a
// callboard names that place, or that body.
func boardPath(path string) (board, kind, value string, is bool) {
	rest, ok := strings.CutPrefix(path, "callboards/")
	if !ok {
		return "", "", "", false
	}
	for _, kind := range []string{"place", "body"} {
		if board, value, cut := cut3(rest, "/"+kind+"/"); cut {
			return board, kind, value, true
		}
	}
	return "", "", "", false
}

// boardList returns the list that such a path stands in; nil if there is no such callboard.
func boardList(b *branch.Branch, board, kind string) *[]string {
	i := slices.IndexFunc(b.Callboards, func(k branch.Callboard) bool { return k.ID == board })
	switch {
	case i < 0:
		return nil
	case kind == "place":
		return &b.Callboards[i].Places
	default:
		return &b.Callboards[i].Bodies
	}
}

func getBoard(b *branch.Branch, board, kind, value string) string {
	if list := boardList(b, board, kind); list != nil && slices.Contains(*list, value) {
		return "true"
	}
	return ""
}

func setBoard(b *branch.Branch, board, kind, value string, on bool) error {
	list := boardList(b, board, kind)
	switch {
	case list == nil:
		return ErrNoField
	case !on:
		*list = without(*list, value)
	case !slices.Contains(*list, value):
		*list = append(slices.Clip(*list), value)
	}
	return nil
}

// Places returns where the citizens of a branch wait, in the order of its divisions, each once.
func Places(b *branch.Branch) []string {
	var all []string
	for _, d := range b.Divisions {
		if d.Place != "" && !slices.Contains(all, d.Place) {
			all = append(all, d.Place)
		}
	}
	return all
}
