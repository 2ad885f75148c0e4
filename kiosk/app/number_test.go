package app

import "testing"

func TestTheNumberOfACardIsInOnePlaceAndWiped(t *testing.T) {
	var c cardNumber
	for _, d := range []string{"3", "1", "x", "", "12", "9"} {
		c.add(d)
	}
	c.drop()
	for _, d := range []string{"4", "1", "5", "9", "2"} {
		c.add(d)
	}
	taken := c.take()
	if got := string(taken.digits[:taken.count]); got != "314159" {
		t.Errorf("taken %q", got)
	}
	if c.n != (typedNumber{}) {
		t.Error("taken and still there")
	}
	taken.wipe()
	if *taken != (typedNumber{}) {
		t.Error("wiped and still there")
	}
	c.add("7")
	c.wipe()
	c.drop()
	if c.n != (typedNumber{}) {
		t.Error("typed, wiped and still there")
	}
	(*typedNumber)(nil).wipe()
}
