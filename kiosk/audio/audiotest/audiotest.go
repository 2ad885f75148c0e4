// Package audiotest proves that a call was really played: it runs a private
// PulseAudio server whose loudspeaker is a null sink, records what reaches that
// loudspeaker, and looks for the call in the recording sample by sample. It
// touches no setting of the machine and needs no sound card.
//
// The programs it needs are in Debian's pulseaudio, pulseaudio-utils and
// espeak-ng. Where they are absent a test is skipped with the reason, or fails
// when BALCAO_REQUIRE_REAL=1, as in CI.
package audiotest

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// sink is the name of the server's only loudspeaker.
const sink = "board"

// sinkModule describes it: the rate and format of our calls, so that the server
// has nothing to convert and the recording is exact to the bit.
func sinkModule() []string {
	return []string{"module-null-sink", "sink_name=" + sink, "rate=22050", "channels=1", "format=s16le"}
}

// patience is how long the bench waits for any one thing on a busy machine.
const patience = 30 * time.Second

// Require skips the test, with the reason, when one of the programs is not
// installed, and fails it instead when BALCAO_REQUIRE_REAL=1.
func Require(t testing.TB, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			if os.Getenv("BALCAO_REQUIRE_REAL") == "1" {
				t.Fatalf("BALCAO_REQUIRE_REAL=1, and %s is not installed: %v", p, err)
			}
			t.Skipf("%s is not installed: %v", p, err)
		}
	}
}

// Server is a private PulseAudio server with a null sink for a loudspeaker.
type Server struct {
	dir    string
	log    *lockedBuffer
	module string // index of the loaded sink module, empty while unloaded
}

// Start runs a server until the test ends and returns when its loudspeaker is
// ready.
func Start(t testing.TB) *Server {
	t.Helper()
	Require(t, "pulseaudio", "pactl", "parec")
	dir, err := os.MkdirTemp("", "som") //nolint:usetesting // a socket's path may have 107 bytes, TempDir carries the test's name
	if err != nil {
		t.Fatalf("directory for the sound server: %v", err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Errorf("remove the sound server's directory: %v", err)
		}
	})
	s := &Server{dir: dir, log: &lockedBuffer{}}
	script := filepath.Join(dir, "board.pa")
	commands := "load-module module-native-protocol-unix socket=" + s.socket() + " auth-anonymous=1\n"
	if err := os.WriteFile(script, []byte(commands), 0o600); err != nil {
		t.Fatalf("write the sound server's script: %v", err)
	}
	cmd := exec.Command("pulseaudio", //nolint:noctx // ended in cleanup
		"-n", "-F", script, "--daemonize=no",
		// Nobody for two minutes: the test was killed and cannot clean up.
		"--exit-idle-time=120",
		"--disable-shm", "--use-pid-file=no", "--high-priority=no", "--realtime=no")
	cmd.Env = append(os.Environ(), "XDG_RUNTIME_DIR="+dir, "HOME="+dir, "PULSE_SERVER=")
	cmd.Stdout, cmd.Stderr = s.log, s.log
	if err := cmd.Start(); err != nil {
		t.Fatalf("start the sound server: %v", err)
	}
	t.Cleanup(func() { stop(t, cmd, os.Interrupt) })
	eventually(t, func() error { _, err := s.pactl("info"); return err })
	s.Load(t)
	return s
}

func (s *Server) socket() string { return filepath.Join(s.dir, "native") }

// Address is the server's address, as a kiosk's configuration takes it.
func (s *Server) Address() string { return "unix:" + s.socket() }

// Env returns what a program's environment needs to play on this server.
func (s *Server) Env() []string {
	return []string{"PULSE_SERVER=" + s.Address(), "XDG_RUNTIME_DIR=" + s.dir}
}

// Load plugs the loudspeaker in.
func (s *Server) Load(t testing.TB) {
	t.Helper()
	out, err := s.pactl(append([]string{"load-module"}, sinkModule()...)...)
	if err != nil {
		t.Fatalf("load the sink: %v\n%s", err, s.log)
	}
	s.module = strings.TrimSpace(out)
	if _, err := s.pactl("set-default-sink", sink); err != nil {
		t.Fatalf("make the sink the default: %v", err)
	}
}

// Unload pulls the loudspeaker out, under whatever is being played.
func (s *Server) Unload(t testing.TB) {
	t.Helper()
	if _, err := s.pactl("unload-module", s.module); err != nil {
		t.Fatalf("unload the sink: %v", err)
	}
	s.module = ""
}

// Sink adds another output by name, such as headphones beside the loudspeaker, and has the server move the streams of an
// output that goes to one that is left, as desktop systems do. It returns what Unplug takes.
func (s *Server) Sink(t testing.TB, name string) (module string) {
	t.Helper()
	if _, err := s.pactl("load-module", "module-rescue-streams"); err != nil {
		t.Fatalf("have streams rescued: %v", err)
	}
	out, err := s.pactl("load-module", "module-null-sink", "sink_name="+name, "rate=22050", "channels=1", "format=s16le")
	if err != nil {
		t.Fatalf("load a sink: %v\n%s", err, s.log)
	}
	return strings.TrimSpace(out)
}

// Unplug takes an output away that Sink added, under whatever is being played.
func (s *Server) Unplug(t testing.TB, module string) {
	t.Helper()
	if _, err := s.pactl("unload-module", module); err != nil {
		t.Fatalf("unload a sink: %v", err)
	}
}

// Mute silences the loudspeaker or lets it sound again.
func (s *Server) Mute(t testing.TB, mute bool) {
	t.Helper()
	value := "0"
	if mute {
		value = "1"
	}
	if _, err := s.pactl("set-sink-mute", sink, value); err != nil {
		t.Fatalf("mute the sink: %v", err)
	}
}

func (s *Server) pactl(args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "pactl", args...)
	cmd.Env = append(os.Environ(), s.Env()...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("pactl %s: %w: %s", strings.Join(args, " "), err, bytes.TrimSpace(out))
	}
	return string(out), nil
}

// Capture is a recording of what reaches the loudspeaker. Since the loudspeaker
// never rests, the recording's length is also its clock.
type Capture struct {
	cmd *exec.Cmd
	rec *lockedBuffer
}

// Capture starts a recording and returns when it runs. It ends with Stop or
// with the test, and by itself when the loudspeaker is pulled out.
func (s *Server) Capture(t testing.TB) *Capture {
	t.Helper()
	return s.CaptureOf(t, sink)
}

// CaptureOf is Capture of another output.
func (s *Server) CaptureOf(t testing.TB, output string) *Capture {
	t.Helper()
	cmd := exec.Command("parec", //nolint:noctx // ended in cleanup
		"-d", output+".monitor", "--format=s16le", "--rate=22050", "--channels=1", "--raw", "--latency-msec=200")
	c := &Capture{cmd: cmd, rec: &lockedBuffer{}}
	cmd.Env = append(os.Environ(), s.Env()...)
	cmd.Stdout, cmd.Stderr = c.rec, s.log
	if err := cmd.Start(); err != nil {
		t.Fatalf("start the recording: %v", err)
	}
	t.Cleanup(func() { c.end(t) })
	c.Advance(t, time.Millisecond)
	return c
}

// Bytes returns the recording so far: mono, 16 bits, little-endian, 22,050 Hz.
func (c *Capture) Bytes() []byte { return c.rec.copied() }

// Advance waits until d more of sound, or of silence, is recorded.
func (c *Capture) Advance(t testing.TB, d time.Duration) {
	t.Helper()
	want := c.rec.len() + 2*int(d*22050/time.Second) + 2
	eventually(t, func() error {
		if got := c.rec.len(); got < want {
			return fmt.Errorf("%d of %d bytes are recorded", got, want)
		}
		return nil
	})
}

// WaitFor waits until sound is in the recording n times; sound is a call
// without the zeros around it, as voice.PCM.Core gives it.
func (c *Capture) WaitFor(t testing.TB, sound []byte, n int) {
	t.Helper()
	eventually(t, func() error {
		if got := Count(c.Bytes(), sound); got < n {
			return fmt.Errorf("the sound is recorded %d times, want %d", got, n)
		}
		return nil
	})
}

// Stop records two seconds more, for what may still be on its way, ends the
// recording and returns it.
func (c *Capture) Stop(t testing.TB) []byte {
	t.Helper()
	c.Advance(t, 2*time.Second)
	c.end(t)
	return c.Bytes()
}

func (c *Capture) end(t testing.TB) {
	if c.cmd == nil {
		return
	}
	stop(t, c.cmd, os.Interrupt)
	c.cmd = nil
}

// Count tells how often sound occurs in a recording sample for sample, overlaps
// not counted. An empty sound occurs never: it would prove nothing.
//
// A machine under load stutters: the server then plays a few milliseconds of
// zeros and the sound no longer counts. Give the player a long buffer, and a
// second attempt, or ask for Share.
func Count(recording, sound []byte) int {
	if len(sound) == 0 {
		return 0
	}
	return bytes.Count(recording, sound)
}

// Share tells how much of sound occurs in a recording in its order, 0 to 1, in
// pieces of 20 ms: 1 for a sound played whole, a little less for one that
// stuttered, 0 for none. Silent pieces do not count. Another call has its chime
// in common with this one, about a fifth.
func Share(recording, sound []byte) float64 {
	const piece = 2 * 22050 / 50
	pieces, found := 0, 0
	for ; len(sound) >= piece; sound = sound[piece:] {
		if len(bytes.Trim(sound[:piece], "\x00")) == 0 {
			continue
		}
		pieces++
		if i := bytes.Index(recording, sound[:piece]); i >= 0 {
			found++
			recording = recording[i+piece:]
		}
	}
	if pieces == 0 {
		return 0
	}
	return float64(found) / float64(pieces)
}

// stop asks a program to end and makes it, if it does not.
func stop(t testing.TB, cmd *exec.Cmd, sig os.Signal) {
	if err := cmd.Process.Signal(sig); err != nil {
		t.Logf("signal %s: %v", cmd.Path, err)
	}
	timer := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	_ = cmd.Wait() // ended by our signal: its exit status says nothing
}

// eventually polls a thing that other programs bring about and that tells
// nobody, until it holds.
func eventually(t testing.TB, holds func() error) {
	t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := holds()
		if err == nil {
			return
		}
		select {
		case <-deadline.C:
			t.Fatalf("not within %v: %v", patience, err)
		case <-tick.C:
		}
	}
}

type lockedBuffer struct {
	mu sync.Mutex

	b bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Len()
}

func (l *lockedBuffer) copied() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	return bytes.Clone(l.b.Bytes())
}

func (l *lockedBuffer) String() string { return string(l.copied()) }
