package main

import "testing"

func TestTheLastCountOfTheEngineIsTaken(t *testing.T) {
	const said = `fuzz: elapsed: 0s, gathering baseline coverage: 0/192 completed
fuzz: elapsed: 3s, execs: 325017 (108336/sec), new interesting: 11 (total: 202)
fuzz: elapsed: 6s, execs: 680218 (118402/sec), new interesting: 12 (total: 203)
PASS`
	if n := executions(said); n != 680_218 {
		t.Errorf("%d inputs", n)
	}
	if n := executions("FAIL"); n != 0 {
		t.Errorf("%d inputs of nothing", n)
	}
}
