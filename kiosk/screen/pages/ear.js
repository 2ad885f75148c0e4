// @ts-check
/**
 * The keypad and the spoken guide at the touch face. The guide itself is in the kiosk's program: it says what is read
 * and what has the focus (view.ear); here keys are sent to it, the focus is shown, and what is read is shown as well.
 */
import { command, newKey } from "look/command.js";
import { html, Icon } from "look/html.js";

/** @type {Promise<unknown>} */
let last = Promise.resolve();

/** Keys are heard one after the other, however fast they come. @param {string} url @param {string} does */
function press(url, does) {
  last = last.then(() => command(url, { screen: "", action: "press", arg: does }, { key: newKey(), most: 300 })).catch(() => {});
}

/** A key of the keypad. @param {KeyboardEvent} e @param {any} view @param {Record<string, string>} assigned what each key does @param {HTMLElement} face */
export function pressed(e, view, assigned, face) {
  if (e.ctrlKey || e.altKey || e.metaKey) return;
  const on = !!view.ear, at = document.activeElement;
  const does = on && e.code === "Tab" ? (e.shiftKey ? "back" : "next") : assigned[e.code];
  if (!does || at?.matches("video") || (!on && does === "ok" && at?.matches("button"))) return;
  e.preventDefault();
  if (!e.repeat) press(face.dataset.input ?? "/input", does);
}

/** Shows what has the focus of the keys. @param {any} view */
export function follow(view) {
  for (const el of document.querySelectorAll("[data-at]")) el.removeAttribute("data-at");
  if (!view.ear || view.warning) return;
  const at = view.ear.at ? document.querySelector(`[data-a="${CSS.escape(view.ear.at)}"]`) : document.querySelector("h1");
  at?.setAttribute("data-at", "");
  /** @type {HTMLElement|null} */ (at)?.focus({ preventScroll: true });
}

/** What is being read, for the eye, in place of the name of the branch. */
export function EarBar(/** @type {any} */ { ear }) {
  return html`<div class=${"ear" + (ear.silent ? " silent" : "")} aria-hidden="true"><${Icon} name=${ear.silent ? "alert-triangle" : "volume-max"} />
    <p><b>${ear.silent ?? ear.label}</b><span class="bars">${[1, 2, 3, 4, 5, 6, 7].map((n) => html`<i key=${n} class=${"h" + n + (n <= ear.volume ? " on" : "")}></i>`)}</span></p>
    <q>${ear.caption}</q></div>`;
}
