// @ts-check
/**
 * What keeps a television from burning its picture in. A pixel that shows the same bright value for hours wears out
 * sooner than its neighbours, and a grey ghost of the board stays on the glass for ever. No pixel of the board is bright
 * for longer than an hour at a time (browser/televisions.test.js measures it on pictures of a day):
 *
 *   - Surfaces (the panel of the present call, the bar) stand still and change their colours with their ground: dark on
 *     light, then light on dark, after twenty minutes or later. They do so under the yellow of a new call, when the board
 *     changes anyway; where nobody was called for half an hour, by themselves.
 *   - What is always light on dark (earlier calls, the head, waits) wanders, one pixel at a time, so far that no part of
 *     a word stays where it was. Nobody sees it move. callboard.css says what wanders.
 *   - Earlier numbers are so thick that this is not enough. They change with each call; where nobody was called for half an
 *     hour, they and all that wanders are also dimmed for half of the time.
 */

const MINUTE = 60_000;
/** How long the board keeps its colours at least, and after how long without a call it changes them by itself. */
const TURN_MS = 20 * MINUTE, QUIET_MS = 30 * MINUTE;
/** How far to each side it wanders, in the unit --u, and how long it takes for there and back. */
const ACROSS = { far: 2.4, ms: 44 * MINUTE }, DOWN = { far: 1.2, ms: 31 * MINUTE };
/** How long a page stands still at first. */
const STILL_MS = 5 * MINUTE;

/**
 * Looks after the glass from now on. Call what it returns as often as there may be something to do: it costs nothing
 * when there is not.
 * @returns {(now: number, called: number, fresh: boolean) => void} now and called, when the newest call was (0 for none
 *   yet): Unix milliseconds; fresh: a new call is being shown
 */
export function care() {
  const root = document.documentElement;
  let place = "", began = 0, turned = 0;
  return (now, called, fresh) => {
    if (!began || now < turned) began = turned = now; // the clock was set back
    const out = Math.max(0, now - began - STILL_MS);
    // Whole points of the glass: words stay sharp, and there is nothing to draw between two steps.
    const unit = Math.min(innerWidth, innerHeight) / 108;
    const next = [ACROSS, DOWN].map(({ far, ms }) => `${Math.round(far * unit * Math.sin((2 * Math.PI * (out % ms)) / ms))}px`).join(" ");
    if (next !== place) root.style.setProperty("--wander", place = next);
    const quiet = now - called > QUIET_MS;
    root.classList.toggle("quiet", quiet);
    if (now - turned < TURN_MS || !(fresh || quiet)) return;
    turned = now;
    root.classList.toggle("turned");
  };
}
