package store_test

import (
	"io"
	"os"
	"testing"
	"time"

	"balcao/hq/store"
	"balcao/internal/sqlite/sqlitetest"
)

func TestAFileOfEveryEarlierVersionIsOpenedAndOneOfALaterIsRefused(t *testing.T) {
	sqlitetest.EveryVersion(t, os.DirFS("migrations"), func(path string) (io.Closer, error) { return store.Open(t.Context(), path, time.Now) })
}
