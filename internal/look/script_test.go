package look_test

import (
	"testing"

	"balcao/internal/look"
)

func TestScriptLeavesOutCommentsAndNothingElse(t *testing.T) {
	const module = `// @ts-check
/**
 * What it is for * / and **.
 */
import { a } from "./a.js"; // stays
  // goes
/** @param {any} x */
export const f = (/** @type {any} */ x) => {
  /** @type {HTMLElement} */ (x)?.focus();
  return "https://b" + a; /** @type {any} */
};
/** one line */
`
	const want = `import { a } from "./a.js"; // stays
export const f = (x) => {
  (x)?.focus();
  return "https://b" + a; 
};
`
	if got := string(look.Script([]byte(module))); got != want {
		t.Errorf("served as\n%s\nwant\n%s", got, want)
	}
}
