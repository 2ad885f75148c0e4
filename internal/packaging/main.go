// The packaging program makes the Debian packages of kiosk, branch server and headquarters (make deb): the programs with
// their systemd units, sample configurations and the command that makes a machine a kiosk. It needs dpkg-deb.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	out := flag.String("out", "dist", "folder of the packages")
	bin := flag.String("bin", "bin", "folder of the programs, built before")
	root := flag.String("root", ".", "folder of the repository")
	version := flag.String("version", "", "version of the packages, such as 0.1.0")
	flag.Parse()
	if err := run(context.Background(), *root, *bin, *version, *out); err != nil {
		fmt.Fprintln(os.Stderr, "packaging:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, root, bin, version, out string) error {
	bin, err := filepath.Abs(bin)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	for _, p := range packs() {
		path, err := p.build(ctx, root, bin, version, out, "xz")
		if err != nil {
			return err
		}
		fmt.Println(path)
	}
	return nil
}
