package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	mathrand "math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"
)

// clerk is a simulated clerk: somebody who signs in to the real pages and presses the real buttons.
type clerk struct {
	base    string
	person  string
	counter string
	speed   float64
	client  *http.Client
	dice    *mathrand.Rand
	log     *slog.Logger
}

func newClerk(base, person, counter string, speed float64, log *slog.Logger) *clerk {
	jar, err := cookiejar.New(nil)
	if err != nil {
		panic(err) // it never fails without options
	}
	seed := uint64(counter[0])
	return &clerk{
		base: base, person: person, counter: counter, speed: speed, log: log,
		client: &http.Client{Jar: jar, Timeout: 5 * time.Second}, dice: mathrand.New(mathrand.NewPCG(seed, 3)),
	}
}

// work serves until ctx ends. Whatever goes wrong, the clerk waits a little and signs in again.
func (c *clerk) work(ctx context.Context) error {
	for ctx.Err() == nil {
		if err := c.shift(ctx); err != nil && ctx.Err() == nil {
			c.log.Warn("a simulated clerk begins again", "counter", c.counter, "err", err)
		}
		pause(ctx, time.Second)
	}
	return nil
}

func (c *clerk) shift(ctx context.Context) error {
	if err := c.form(ctx, "/entrar", url.Values{"name": {c.person}, "pin": {demoPIN}}); err != nil {
		return err
	}
	if err := c.form(ctx, "/balcao/escolher", url.Values{"counter": {c.counter}, "takeover": {"yes"}}); err != nil {
		return err
	}
	if _, err := c.press(ctx, "open"); err != nil {
		return err
	}
	if err := c.settle(ctx); err != nil {
		return err
	}
	for ctx.Err() == nil {
		called, err := c.press(ctx, "call")
		switch {
		case err != nil:
			return err
		case !called:
			pause(ctx, time.Second)
			continue
		}
		if err := c.serve(ctx); err != nil {
			return err
		}
	}
	return nil
}

// settle ends what an earlier run may have left at the counter. A refusal says that there was nothing.
func (c *clerk) settle(ctx context.Context) error {
	for _, name := range []string{"start", "finish"} {
		if _, err := c.press(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// serve waits for the citizen, who comes most of the time, and serves.
func (c *clerk) serve(ctx context.Context) error {
	pause(ctx, c.scaled(30*time.Second, 0.4))
	if c.dice.Float64() < 0.06 {
		if _, err := c.press(ctx, "recall"); err != nil {
			return err
		}
		pause(ctx, c.scaled(45*time.Second, 0.2))
		_, err := c.press(ctx, "noshow")
		return err
	}
	if _, err := c.press(ctx, "start"); err != nil {
		return err
	}
	pause(ctx, c.scaled(9*time.Minute, 0.6))
	_, err := c.press(ctx, "finish")
	return err
}

// scaled returns a time around a mean, sped up, never so short that nobody sees it.
func (c *clerk) scaled(mean time.Duration, spread float64) time.Duration {
	x := float64(mean) * (1 + spread*(2*c.dice.Float64()-1)) / c.speed
	return max(1200*time.Millisecond, time.Duration(x))
}

func (c *clerk) form(ctx context.Context, path string, values url.Values) error {
	res, err := c.send(ctx, path, "application/x-www-form-urlencoded", strings.NewReader(values.Encode()), "")
	if err != nil {
		return err
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, res.Body)
	if res.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("%s answers %s", path, res.Status)
	}
	return nil
}

// press presses a button once: the same key until there is an answer. It reports whether the wish was granted.
func (c *clerk) press(ctx context.Context, name string) (bool, error) {
	key := rand.Text()
	for tries := 0; ; tries++ {
		granted, again, err := c.once(ctx, name, key)
		if !again || tries == 20 || ctx.Err() != nil {
			return granted, err
		}
		pause(ctx, 250*time.Millisecond)
	}
}

func (c *clerk) once(ctx context.Context, name, key string) (granted, again bool, err error) {
	res, err := c.send(ctx, "/commands/"+name, "application/json", bytes.NewReader([]byte("{}")), key)
	if err != nil {
		return false, true, err
	}
	defer res.Body.Close()
	switch {
	case res.StatusCode == http.StatusUnauthorized, res.StatusCode == http.StatusForbidden:
		return false, false, errors.New("signed out")
	case res.StatusCode >= http.StatusInternalServerError:
		return false, true, fmt.Errorf("%s answers %s", name, res.Status)
	}
	var answer struct {
		OK bool `json:"ok"`
	}
	if err := json.NewDecoder(io.LimitReader(res.Body, 64<<10)).Decode(&answer); err != nil {
		return false, true, err
	}
	return answer.OK, false, nil
}

func (c *clerk) send(ctx context.Context, path, kind string, body io.Reader, key string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+path, body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", kind)
	req.Header.Set("Origin", c.base)
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	return c.client.Do(req)
}
