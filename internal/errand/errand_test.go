package errand_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"balcao/internal/errand"
)

func TestAnOrderIsCarriedOutOnceAndAnswered(t *testing.T) {
	data := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	n := 0
	go func() {
		done <- errand.Run(ctx, data, func(_ context.Context, order []byte) []byte {
			n++
			return append([]byte("done: "), order...)
		})
	}()
	for _, name := range []string{"one", "two"} {
		answer, err := errand.Leave(t.Context(), data, name, []byte(name))
		if err != nil || string(answer) != "done: "+name {
			t.Errorf("answer %q, %v", answer, err)
		}
	}
	cancel()
	if err := <-done; err != nil || n != 2 {
		t.Errorf("%d orders carried out, %v", n, err)
	}
}

func TestAnOrderThatNobodyTookIsWithdrawn(t *testing.T) {
	data := t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := errand.Leave(ctx, data, "one", []byte("x")); !errors.Is(err, errand.ErrNobody) {
		t.Fatalf("nobody is there: %v", err)
	}
	ctx, cancel = context.WithCancel(t.Context())
	cancel()
	if err := errand.Run(ctx, data, func(context.Context, []byte) []byte { t.Error("carried out"); return nil }); err != nil {
		t.Error(err)
	}
}
