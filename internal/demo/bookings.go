package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"balcao/internal/wire"
	"balcao/kiosk/store"
)

// tokenFile is what the demo's booking system shows the branch; made anew at each start.
const tokenFile = "booking-token"

func writeToken(dir string) error {
	return os.WriteFile(filepath.Join(dir, tokenFile), []byte(rand.Text()+"\n"), 0o600)
}

// booked is one invented booking.
type booked struct {
	id, service string
	slot        time.Time
}

// code is the booking's own, the same each time the demo starts.
func (b booked) code() string {
	sum := sha256.Sum256([]byte(b.id))
	var c [wire.BookingCodeLength]byte
	for i := range c {
		c[i] = wire.BookingCodeAlphabet[int(sum[i])%len(wire.BookingCodeAlphabet)]
	}
	return string(c[:])
}

// bookedBetween invents the bookings of some time: one every ten minutes, for three services in turn.
func bookedBetween(from, until time.Time) []booked {
	services := []string{"cc-pedido", "passaporte", "registo-civil"}
	var all []booked
	for at := from.Truncate(bookedEvery); at.Before(until); at = at.Add(bookedEvery) {
		n := int(at.Unix()/int64(bookedEvery/time.Second)) % len(services)
		all = append(all, booked{id: "DEMO-" + at.UTC().Format("20060102-1504"), service: services[n], slot: at})
	}
	return all
}

// By what the virtual cards find a booking: the number that all invented people share, put into the slot, and Maria's
// token, held against the reader.
const (
	everybodysDocument = "00000000 0 ZZ4"
	mariasToken        = "4D50BA1CA0000000BA1CA00000000001"
)

const (
	bookedEvery = 10 * time.Minute
	bookedAhead = 4 * time.Hour
)

// bookings plays the system where citizens book: it sends the branch the bookings of the next hours, again and again,
// which changes nothing once they are there.
func (d *demo) bookings(ctx context.Context) error {
	for {
		if err := d.sendBookings(ctx, bookedBetween(time.Now(), time.Now().Add(bookedAhead))); err != nil && ctx.Err() == nil {
			d.log.Warn("invented bookings not sent", "err", err)
		}
		if !pause(ctx, bookedEvery) {
			return nil
		}
	}
}

func (d *demo) sendBookings(ctx context.Context, all []booked) error {
	token, err := os.ReadFile(filepath.Join(d.plan.Dir, tokenFile))
	if err != nil {
		return err
	}
	var file strings.Builder
	file.WriteString("id;service;start;code;document;multipass\n")
	for _, b := range all {
		document, multipass := "", ""
		switch b.service {
		case "cc-pedido":
			document = everybodysDocument
		case "passaporte":
			multipass = mariasToken
		}
		fmt.Fprintf(&file, "%s;%s;%s;%s;%s;%s\n", b.id, b.service, b.slot.UTC().Format(time.RFC3339), b.code(), document, multipass)
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+d.plan.Branch+"/api/bookings", strings.NewReader(file.String()))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, res.Body) // only the status is looked at
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("the branch answers %s", res.Status)
	}
	return nil
}

// keepAppointments lets four of five who booked come, some early and some late.
func (c *crowd) keepAppointments(ctx context.Context, log func(msg string, args ...any)) error {
	dice := mathrand.New(mathrand.NewPCG(7001, 2))
	seen := map[string]bool{}
	for {
		now := time.Now()
		for _, b := range bookedBetween(now.Add(-bookedEvery), now.Add(bookedEvery)) {
			if seen[b.id] {
				continue
			}
			seen[b.id] = true
			if dice.Float64() > 0.8 {
				continue
			}
			if err := c.kiosks[dice.IntN(len(c.kiosks))].checkIn(ctx, b.code()); err != nil && ctx.Err() == nil {
				log("a simulated citizen could not check in", "err", err)
			}
		}
		if !pause(ctx, 30*time.Second) {
			return nil
		}
	}
}

// checkIn confirms an arrival the way a kiosk does, paper left out.
func (k *simKiosk) checkIn(ctx context.Context, code string) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	day, key, err := k.uplink.DayKey(ctx)
	if err != nil {
		return err
	}
	defer key.Wipe()
	digest, err := key.CodeDigest(code)
	if err != nil {
		return err
	}
	request := rand.Text()
	asked := wire.TicketFact{Request: request, Class: "booked", Lang: "pt", Boot: k.boot}
	if _, err := k.store.Ask(ctx, asked, time.Now()); err != nil {
		return err
	}
	reply, err := k.uplink.Reserve(ctx, wire.TicketRequest{
		Request: request, Boot: k.boot, Lang: "pt", CheckIn: &wire.CheckIn{Day: day, By: wire.ByCode, Digest: digest[:]},
	})
	defer k.uplink.Nudge()
	if err != nil || reply.Ticket == nil || reply.Booked.Again {
		return errors.Join(err, k.store.End(context.WithoutCancel(ctx), request, store.Abandoned, "", 0, time.Now()))
	}
	if err := k.store.Begin(ctx, request, *reply.Ticket, time.Now()); err != nil {
		return err
	}
	return k.store.End(ctx, request, store.Printed, "", 0, time.Now())
}
