package app_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"balcao/branch-server/app"
)

func TestAFileOfBookingsIsImportedFromTheCommandLine(t *testing.T) {
	dir := t.TempDir()
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil { // the branch server takes it; the command must know it
		t.Fatal(err)
	}
	path := fileOf(t, filepath.Join(dir, "data"), address, "127.0.0.1:0")
	token, file := filepath.Join(dir, "token"), filepath.Join(dir, "bookings.csv")
	write(t, token, "a secret of the branch\n")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	write(t, path, string(text)+"bookings: {token_file: "+token+"}\n")
	day := time.Now().AddDate(0, 0, 1).Format(time.DateOnly)
	write(t, file, "id;servico;data;hora;codigo\nS-1;cc;"+day+";10:45;\nS-2;cc;"+day+";25:00;\n")

	a, err := app.New(t.Context(), load(t, path), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	defer func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}()
	run := func(args ...string) string {
		t.Helper()
		var out bytes.Buffer
		if err := app.ImportBookings(t.Context(), append([]string{"import", "-config", path}, args...), &out, io.Discard); err != nil {
			t.Fatalf("%v: %v", args, err)
		}
		return out.String()
	}
	if said := run("-check", file); !strings.Contains(said, "would be imported: 1 new") || !strings.Contains(said, "line 3:") {
		t.Errorf("check says %s", said)
	}
	if said := run(file); !strings.Contains(said, "imported: 1 new, 0 moved") || !strings.Contains(said, "code of S-1: ") {
		t.Errorf("import says %s", said)
	}
	if said := run(file); !strings.Contains(said, "imported: 0 new, 0 moved, 0 cancelled, 1 the same, 1 faulty") {
		t.Errorf("import again says %s", said)
	}
	write(t, token, "another secret\n")
	if err := app.ImportBookings(t.Context(), []string{"import", "-config", path, file}, io.Discard, io.Discard); err == nil {
		t.Error("imported with another token")
	}
}
