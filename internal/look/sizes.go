package look

import (
	"fmt"

	"balcao/internal/glass"
)

// HallSizes is what the screen of a callboard changes of its sizes, as a style sheet that comes after callboard.css: the
// edges that a television cuts off, and the letters of earlier calls, in units.
func HallSizes(w glass.Showing) string {
	if w.Font == 0 {
		return ""
	}
	return fmt.Sprintf(":root { --cut: %.4f; --before: %.2f; }\n", w.Margin, w.Font)
}
