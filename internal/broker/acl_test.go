package broker_test

import (
	"fmt"
	"testing"

	"balcao/internal/broker"
	"balcao/internal/wire"
)

// TestAccessListIsExactlyTheProtocols asks every role about every topic and
// filter there is, and about those that would be useful to a thief.
func TestAccessListIsExactlyTheProtocols(t *testing.T) {
	nodes := []wire.NodeID{"L017", "L017-K03", "L017-K04", "L017-D01", "L0170"}
	clients := []string{wire.HostClient, "", "inline", "_site", "L017-K3x", "l017", "L017-K03/up"}
	for _, n := range nodes {
		clients = append(clients, string(n))
	}
	type right struct {
		client, topic string
		write         bool
	}
	allowed := map[right]bool{}
	for _, n := range nodes {
		for _, c := range wire.Channels() {
			topic := wire.Topic(n, c)
			allowed[right{string(n), topic, c.Up()}] = true
			allowed[right{wire.HostClient, topic, !c.Up()}] = true
		}
		allowed[right{string(n), wire.Root + "/" + string(n) + "/dn/#", false}] = true
		allowed[right{string(n), wire.Root + "/_site/#", false}] = true
		allowed[right{string(n), wire.SiteTopic("board"), false}] = true
		allowed[right{string(n), wire.HostStatus, false}] = true
		// A newer node on an older broker.
		allowed[right{string(n), wire.Root + "/" + string(n) + "/up/new", true}] = true
		allowed[right{wire.HostClient, wire.Root + "/" + string(n) + "/up/new", false}] = true
		allowed[right{string(n), wire.Root + "/" + string(n) + "/dn/new", false}] = true
		allowed[right{wire.HostClient, wire.Root + "/" + string(n) + "/dn/new", true}] = true
	}
	for _, write := range []bool{false, true} {
		allowed[right{wire.HostClient, wire.HostStatus, write}] = true
	}
	allowed[right{wire.HostClient, wire.SiteTopic("board"), true}] = true
	allowed[right{wire.HostClient, wire.Root + "/+/st", false}] = true
	allowed[right{wire.HostClient, wire.Root + "/+/up/#", false}] = true

	topics := []string{
		"", "#", "+", "+/+/+/st", "balcao/#", wire.Root, wire.Root + "/#", wire.Root + "/+/up/#", wire.Root + "/+/dn/#",
		wire.Root + "/+/st", wire.Root + "/_site/#", wire.Root + "/_site/+", wire.Root + "/_host/#", wire.Root + "/+/up/log",
		wire.HostStatus, wire.SiteTopic("board"), "$SYS/#", "$SYS/broker/version", "balcao/2/L017/up/log", "other",
		"$share/g/" + wire.Root + "/+/up/#", "$share/g/" + wire.Root + "/L017-K03/dn/#", wire.Root + "/_host/up/log",
		wire.Root + "/L017-K03/up/\x00", wire.Root + "//up/log", "/" + wire.Root + "/L017-K03/st",
	}
	for _, n := range nodes {
		own := wire.Root + "/" + string(n)
		for _, c := range wire.Channels() {
			topics = append(topics, wire.Topic(n, c))
		}
		topics = append(topics, own, own+"/", own+"/#", own+"/+", own+"/up", own+"/up/", own+"/up/#", own+"/up/+", own+"/up/new",
			own+"/dn", own+"/dn/", own+"/dn/#", own+"/dn/+", own+"/dn/new", own+"/st/x", own+"/st/#", own+"x/st")
	}
	asked := 0
	for _, client := range clients {
		for _, topic := range topics {
			for _, write := range []bool{false, true} {
				asked++
				if got, want := broker.Allowed(client, topic, write), allowed[right{client, topic, write}]; got != want {
					t.Errorf("%s: write %t on %q = %t, want %t", client, write, topic, got, want)
				}
			}
		}
	}
	if asked < 2000 {
		t.Errorf("only %d questions", asked)
	}
}

func FuzzAllowedKeepsNodesApart(f *testing.F) {
	f.Add("L017-K03", "balcao/1/L017-K04/up/log", true)
	f.Add("L017", "balcao/1/L017-K04/dn/#", false)
	f.Fuzz(func(t *testing.T, client, topic string, write bool) {
		if client == wire.HostClient || !broker.Allowed(client, topic, write) {
			return
		}
		own := fmt.Sprintf("%s/%s/", wire.Root, client)
		site := wire.Root + "/_site/"
		if len(topic) > len(own) && topic[:len(own)] == own {
			return
		}
		if !write && (topic == wire.HostStatus || len(topic) > len(site) && topic[:len(site)] == site) {
			return
		}
		t.Errorf("%q may use %q", client, topic)
	})
}
