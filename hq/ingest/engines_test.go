package ingest_test

import (
	"os"
	"testing"

	"balcao/hq/postgres/postgrestest"
)

func TestMain(m *testing.M) { os.Exit(postgrestest.Main(m)) }
