// Package carrier runs the protocol of one hop, kiosk to branch or branch to
// hq: [Child] sends a node's log upward and asks questions, [Parent] takes logs
// in, acknowledges what is committed, answers questions and speaks to the site.
// Both hops run exactly this code.
//
// It is an adapter that uses another one, [mqttlink]: what it adds to
// internal/replica, which decides, is nothing but the carrying over that link,
// and a port between the two would have one implementation for ever.
package carrier
