// @ts-check
/**
 * A scanner types what it reads, all at once; somebody with a keyboard types one character after the other. Both end up
 * in the same field.
 */
/** @typedef {import("./parts.js").Tap} Tap */

/** Screens on which the text of a scanner is listened to. */
const scans = ["home", "booking", "bookingproblem", "search"];
/** Screens on which letters are typed one by one. */
const writes = ["booking", "search"];

let text = "", timer = 0;
/** @type {{screen: string}} what stands on the face when the text is given */
let now;

const give = (/** @type {Event} */ e, /** @type {Tap} */ tap) => {
  clearTimeout(timer);
  const all = text;
  text = "";
  if (all.length >= 6 && now.screen !== "search") tap({ action: "scan", arg: all.slice(0, 64) }, e);
  else if (writes.includes(now.screen)) for (const c of all.toUpperCase()) tap({ action: "key", arg: c }, e);
};

/** Takes a key that is typed, and tells whether it did more with it than to keep it. @param {KeyboardEvent} e @param {any} view @param {Tap} tap */
export function typed(e, view, tap) {
  now = view;
  if (e.ctrlKey || e.altKey || e.metaKey || !scans.includes(view.screen)) return false;
  if (e.key === "Enter" && text.length >= 6) { e.preventDefault(); give(e, tap); return true; }
  if (e.key === "Backspace" && writes.includes(view.screen)) { e.preventDefault(); tap({ action: "erase", arg: "" }, e); return true; }
  if (/^[\p{L}0-9]$/u.test(e.key)) {
    text += e.key;
    clearTimeout(timer);
    timer = setTimeout(() => give(e, tap), 120);
  }
  return false;
}
