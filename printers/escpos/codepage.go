package escpos

import "balcao/printers"

// CodePage is one table of letters of a printer; its number is the n of
// ESC t n.
type CodePage = printers.CodePage
