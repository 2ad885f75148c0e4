package manual

import (
	"flag"
	"fmt"
	"io"
	"strings"
)

// Flags returns the flags of a program whose -h is a help text, followed by what each flag means. It has none yet.
func Flags(help string, out io.Writer) *flag.FlagSet {
	name, _, _ := strings.Cut(help, ":")
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.SetOutput(out)
	flags.Usage = func() {
		_, _ = io.WriteString(out, help+"\nCada comando diz mais de si com -h.\n\n") // help that cannot be written is no help
		flags.PrintDefaults()
	}
	return flags
}

// Parse reads flags, and refuses what is none: a word that is no command must not start a program.
func Parse(flags *flag.FlagSet, args []string) error {
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("não conheço «%s»; «%s -h» diz o que se pode pedir", flags.Arg(0), flags.Name())
	}
	return nil
}
