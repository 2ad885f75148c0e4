package broker

import (
	"fmt"
	"testing"

	"balcao/internal/wire"
)

func TestFiltersMatchTopics(t *testing.T) {
	tests := []struct {
		filter, topic string
		want          bool
	}{
		{"a/b/c", "a/b/c", true},
		{"a/b/c", "a/b", false},
		{"a/b", "a/b/c", false},
		{"a/+/c", "a/b/c", true},
		{"a/+/c", "a/b/d", false},
		{"a/+", "a/b/c", false},
		{"+/+", "/b", true},
		{"a/#", "a/b/c", true},
		{"a/#", "a", true},
		{"a/#", "b", false},
		{"#", "a/b", true},
		{"+", "a", true},
		{"a/+/#", "a/b/c/d", true},
		{"a/+/#", "a", false},
		{"", "a", false},
	}
	for _, tt := range tests {
		if got := matches(tt.filter, tt.topic); got != tt.want {
			t.Errorf("%q matches %q = %t, want %t", tt.filter, tt.topic, got, tt.want)
		}
	}
}

func TestRetainedMessagesAreBounded(t *testing.T) {
	r := retained{messages: make(map[string][]byte)}
	for i := range maxRetained + 10 {
		r.take(wire.HostClient, fmt.Sprint("x/", i), []byte("x"))
	}
	r.take(wire.HostClient, "x/1", []byte("new"))
	if n := len(r.give("x/#")); n != maxRetained {
		t.Errorf("%d messages kept, want %d", n, maxRetained)
	}
	if got := string(r.give("x/1")["x/1"]); got != "new" {
		t.Errorf("kept %q, want the last", got)
	}
	r.take(wire.HostClient, "x/1", nil)
	st := wire.Topic("L017", wire.ChannelStatus)
	r.take("L017", st, make([]byte, maxNodeRetained+1))
	r.take("L018", st, []byte("not mine"))
	if n := len(r.give("x/1")) + len(r.give(st)); n != 0 {
		t.Errorf("%d messages kept that should not be", n)
	}
	r.take("L017", st, []byte("mine"))
	if n := len(r.give(wire.Root + "/+/st")); n != 1 {
		t.Errorf("%d messages of the node kept, want 1", n)
	}
}
