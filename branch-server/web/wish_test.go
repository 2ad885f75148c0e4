package web

import (
	"testing"

	"balcao/internal/wire"
)

func TestAWishAtAKioskReachesTheStaff(t *testing.T) {
	p := painter{devices: []wire.KioskHealth{
		{Node: "L901-K01", Online: true, Faces: []string{"touch"}, Call: "interpreter", CallMS: 1795429440000},
		{Node: "L901-K02", Online: true, Faces: []string{"touch"}},
		{Node: "L901-K03", Faces: []string{"touch"}, Call: "help"},
	}}
	got := p.wishes()
	if len(got) != 1 || got[0].Text != "Pedem intérprete de Língua Gestual" || got[0].Since != 1795429440000 {
		t.Errorf("wishes = %+v", got)
	}
}
