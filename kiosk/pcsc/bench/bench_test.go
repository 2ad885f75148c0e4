package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

const patience = 30 * time.Second

func TestMain(m *testing.M) {
	flag.Parse()
	var err error
	switch {
	case os.Getenv("BALCAO_BENCH_INSIDE") != "":
		err = RunInside(context.Background(), flag.Arg(0))
	case os.Getenv("BALCAO_BENCH_HOST") != "":
		err = host(flag.Arg(0))
	default:
		os.Exit(m.Run())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func realIn(dir string) (*Real, error) {
	return NewReal(Config{Dir: dir, Self: []string{os.Args[0]}, Env: []string{"BALCAO_BENCH_INSIDE=1"}})
}

// host is a program that runs a Real bench until it is killed.
func host(dir string) error {
	r, err := realIn(dir)
	if err != nil {
		return err
	}
	go func() {
		<-r.Ready()
		fmt.Println("ready")
	}()
	return r.Run(context.Background())
}

func needReal(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("-short: pcscd takes its time")
	}
	if ok, reason := Available(); !ok {
		if os.Getenv("BALCAO_REQUIRE_REAL") != "" {
			t.Fatalf("a real pcscd is required here: %s", reason)
		}
		t.Skipf("no real pcscd: %s", reason)
	}
}

// run works a bench for the length of a test; stop ends it early.
func run(t *testing.T, b Bench) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- b.Run(ctx) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(patience):
			t.Error("bench does not end")
		}
	}
	t.Cleanup(stop)
	select {
	case <-b.Ready():
	case err := <-done:
		stopped = true
		t.Fatalf("bench ended: %v", err)
	case <-time.After(patience):
		t.Fatal("bench is not ready")
	}
	return stop
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	deadline := time.After(patience)
	for !is() {
		select {
		case <-deadline:
			t.Fatalf("never: %s", what)
		case <-time.After(2 * time.Millisecond):
		}
	}
}

func listens(socket string) bool {
	conn, err := net.Dial("unix", socket)
	if err != nil {
		return false
	}
	return conn.Close() == nil
}

func TestEveryBenchShowsItsState(t *testing.T) {
	story := func(t *testing.T, b Bench) {
		stop := run(t, b)
		if got := b.State(); !got.Service || got.Card != "" {
			t.Errorf("at the start: %+v, want a service and no card", got)
		}
		for _, c := range b.Cards() {
			if err := b.Insert(t.Context(), c.Name); err != nil {
				t.Errorf("%s: %v", c.Name, err)
			}
			if got := b.State(); got.Card != c.Name || c.Label == "" {
				t.Errorf("state = %+v, want %q (%s) inside", got, c.Name, c.Label)
			}
		}
		for _, wrong := range []string{"", "nobody", "maria!", "maria!pull=x", "maria!pull=-1", "maria!jump=1"} {
			if err := b.Insert(t.Context(), wrong); !errors.Is(err, ErrUnknownCard) {
				t.Errorf("insert %q: error = %v, want %v", wrong, err, ErrUnknownCard)
			}
		}
		if err := b.Remove(t.Context()); err != nil {
			t.Error(err)
		}
		if got := b.State(); got.Card != "" {
			t.Errorf("after removal: %+v", got)
		}
		stop()
		if listens(b.Socket()) {
			t.Error("the service outlives its bench")
		}
	}
	t.Run("replay", func(t *testing.T) {
		story(t, NewDaemon(filepath.Join(t.TempDir(), "s")))
	})
	t.Run("pcscd", func(t *testing.T) {
		needReal(t)
		r, err := realIn(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		story(t, r)
		left, err := os.ReadDir(r.cfg.Dir)
		if err != nil || len(left) != 0 {
			t.Errorf("left behind: %v, %v", left, err)
		}
	})
}

func TestNothingOutlivesAKilledProgram(t *testing.T) {
	needReal(t)
	dir := t.TempDir()
	for range 2 { // the second time over what the first left
		cmd := exec.Command(os.Args[0], dir)
		cmd.Env = append(os.Environ(), "BALCAO_BENCH_HOST=1")
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		line, err := bufio.NewReader(out).ReadString('\n')
		if err != nil || line != "ready\n" || !listens(filepath.Join(dir, serviceSocket)) {
			t.Errorf("host said %q, %v", line, err)
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // killed
		eventually(t, "pcscd ends with its program", func() bool { return !listens(filepath.Join(dir, serviceSocket)) })
		eventually(t, "the hidden half ends with its program", func() bool { return !listens(filepath.Join(dir, controlSocket)) })
	}
}

func TestBenchThatCannotRunSaysWhy(t *testing.T) {
	if _, err := NewReal(Config{Dir: t.TempDir()}); err == nil {
		t.Error("no program, no error")
	}
	long := filepath.Join(t.TempDir(), string(bytes.Repeat([]byte("x"), 120)))
	if _, err := NewReal(Config{Dir: long, Self: []string{"x"}}); err == nil {
		t.Error("socket path too long, no error")
	}
	if err := NewDaemon(filepath.Join(t.TempDir(), "no", "such", "dir")).Run(t.Context()); err == nil {
		t.Error("no directory, no error")
	}
}

// reader plays the part of vpcd.
func TestCardHeldToVPCDAnswersAndLeaves(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	v := NewVPCD(l.Addr().String())
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- v.Run(ctx) }()
	for range 2 {
		c, err := named("maria", nil)
		if err != nil {
			t.Fatal(err)
		}
		v.Insert(c)
		conn, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		ask := func(message string) []byte {
			b, err := hex.DecodeString(message)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := conn.Write(append([]byte{0, byte(len(b))}, b...)); err != nil {
				t.Fatal(err)
			}
			answer, err := readMessage(conn)
			if err != nil {
				t.Fatal(err)
			}
			return answer
		}
		if got := ask("04"); !bytes.Equal(got, c.ATR()) {
			t.Errorf("ATR = %X", got)
		}
		if _, err := conn.Write([]byte{0, 1, 1, 0, 1, 2, 0, 1, 0}); err != nil { // on, reset, off: no answers
			t.Fatal(err)
		}
		if got := ask("00A4040C07604632FF000005"); !bytes.Equal(got, []byte{0x90, 0}) {
			t.Errorf("select = %X", got)
		}
		v.Remove()
		if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
			t.Errorf("after removal: %v, want %v", err, io.EOF)
		}
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestDaemonSpeaksToEveryLibrary(t *testing.T) {
	d := NewDaemon(filepath.Join(t.TempDir(), "s"))
	run(t, d)
	for _, tt := range []struct {
		major, minor uint32
		want         []byte
	}{
		{4, 4, words(4, 4, codeOK)}, // 1.8.24 to 2.2.3
		{4, 5, words(4, 5, codeOK)}, // 2.3.0 to 2.4.1, which may insist on it
		{4, 6, words(4, 4, codeOK)}, // since 2.5.0, which falls back
		{4, 3, words(4, 4, codeServiceStopped)},
		{3, 4, words(4, 4, codeServiceStopped)},
	} {
		conn, err := net.Dial("unix", d.Socket())
		if err != nil {
			t.Fatal(err)
		}
		hello := append(words(12, opVersion), words(tt.major, tt.minor, codeOK)...)
		if _, err := conn.Write(append(hello, words(0, opReaderEvents)...)); err != nil {
			t.Fatal(err)
		}
		got := make([]byte, 20)
		if _, err := io.ReadFull(conn, got); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got[:12], tt.want) || !bytes.Equal(got[12:], words(0, codeOK)) {
			t.Errorf("client %d.%d: answers %X and %X, want %X", tt.major, tt.minor, got[:12], got[12:], tt.want)
		}
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestDaemonHangsUpOnNonsense(t *testing.T) {
	d := NewDaemon(filepath.Join(t.TempDir(), "s"))
	run(t, d)
	for _, nonsense := range []string{"\x00\x00\x00\x00\xff\x00\x00\x00", "\xff\xff\xff\xff\x09\x00\x00\x00", "GET / HTTP/1.1\r\n\r\n"} {
		conn, err := net.Dial("unix", d.Socket())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(conn, nonsense); err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Read(make([]byte, 1)); err == nil {
			t.Errorf("%q got an answer", nonsense)
		}
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	}
}

func FuzzReadRequest(f *testing.F) {
	f.Add(append(words(12, opEstablish), words(2, 0, 0)...))
	f.Add(append(words(sizeTransmit, opTransmit), append(words(1, 2, 8, 3, 0, 0, 0, 0), 1, 2, 3)...))
	f.Fuzz(func(t *testing.T, b []byte) {
		q, err := readRequest(bytes.NewReader(b))
		if err == nil && 8+len(q.body)+len(q.data) > len(b) {
			t.Errorf("%d bytes made %d and %d", len(b), len(q.body), len(q.data))
		}
	})
}

func FuzzDaemonAnswers(f *testing.F) {
	f.Add(append(words(12, opVersion), words(4, 4, 0)...), append(words(0, opWaitChange), words(0, opReadersState)...))
	f.Fuzz(func(t *testing.T, first, second []byte) {
		d := NewDaemon("")
		c := &client{d: d, out: make(chan []byte, 64), gone: make(chan struct{}), handles: map[uint32]*handle{}}
		for _, b := range [][]byte{first, second} {
			r := bytes.NewReader(b)
			for range 30 {
				q, err := readRequest(r)
				if err != nil || !c.answer(q) {
					break
				}
			}
		}
	})
}

func FuzzRespondToVPCD(f *testing.F) {
	f.Add([]byte{0, 1, 4, 0, 5, 0, 0xB0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := named("joao", nil)
		if err != nil {
			t.Fatal(err)
		}
		for r := bytes.NewReader(b); ; {
			message, err := readMessage(r)
			if err != nil {
				return
			}
			if answer, due := respond(c, message); due && len(answer) < 2 {
				t.Errorf("answer %X to %X", answer, message)
			}
		}
	})
}

func FuzzOrders(f *testing.F) {
	f.Add([]byte(`{"op":"insert","slot":1,"card":"maria!pull=3"}`))
	f.Add([]byte(`{"op":"state","slot":-1}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		if bytes.Contains(bytes.ToLower(line), []byte("start")) {
			return // would look for a real pcscd
		}
		in := &inside{dir: t.TempDir(), closed: true}
		for i := range in.cards {
			in.cards[i] = NewVPCD("")
		}
		if out := in.answer(t.Context(), line); out.Service {
			t.Errorf("%q made a service", line)
		}
	})
}
