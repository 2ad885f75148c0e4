package e2e

import (
	"io"
	"path/filepath"
	"strings"
	"testing"

	branchapp "balcao/branch-server/app"
	kioskapp "balcao/kiosk/app"
)

// TestOneFileHoldsASmallBranch answers the five questions and reads what was written with both programs of the box.
func TestOneFileHoldsASmallBranch(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in := strings.NewReader("Espaço Cidadão de Amares\nE123\nc\ns\n4321\n")
	if err := branchapp.Setup([]string{"-dir", dir}, in, io.Discard, io.Discard); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "espaco.yaml")
	if _, err := branchapp.Load(path); err != nil {
		t.Error(err)
	}
	kiosk, err := kioskapp.Load(path, false)
	if err != nil || kiosk.Node != "E123-K01" || len(kiosk.Branch.Brokers) != 1 {
		t.Errorf("the kiosk reads %q, %v", kiosk.Node, err)
	}
}
