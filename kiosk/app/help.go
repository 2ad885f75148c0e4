package app

import _ "embed"

// Help is everything that can be asked of this program, a line each; the manual page is made of it, too.
//
//go:embed help.txt
var Help string
