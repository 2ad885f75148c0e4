// @ts-check
/** The page of the virtual keypad: keys, the plug of the headphones, and what the kiosk says. */
import { showLink } from "look/link.js";
import { stream } from "look/stream.js";
import { press } from "./press.js";

/** @typedef {{n: number, lang: string, text: string, output: string, volume: number, speed: number, state?: string}} Spoken */

/** @param {string} what */
const find = (what) => /** @type {HTMLElement} */ (document.querySelector(what));

/** @param {{plugged: boolean}} s */
function show(s) {
  const state = find("[data-plug-state]"), plug = find("[data-plug]");
  state.textContent = s.plugged ? "Ligados" : "Por ligar";
  state.className = "state " + (s.plugged ? "free" : "out");
  plug.dataset.plug = String(s.plugged);
  plug.textContent = s.plugged ? "Tirar os auscultadores" : "Ligar os auscultadores";
}

const words = { finished: "dito", started: "a dizer", interrupted: "cortado", unheard: "sem som" };
let shown = "", heard = -1;
const player = new Audio();

/** @param {Spoken[]} said */
function tell(said) {
  const now = JSON.stringify(said);
  if (now === shown) return;
  shown = now;
  find("[data-silence]").toggleAttribute("hidden", said.length > 0);
  find("[data-speech]").replaceChildren(...said.map((s) => {
    const li = document.createElement("li"), q = document.createElement("q"), note = document.createElement("span");
    q.textContent = s.text;
    q.lang = s.lang;
    note.className = "note";
    note.textContent = `${words[/** @type {keyof typeof words} */ (s.state)] ?? "a seguir"} · ${s.output === "headphones" ? "auscultadores" : "sem auscultadores"} · ${s.lang}`;
    li.append(q, note);
    return li;
  }).reverse());
  const last = said[said.length - 1];
  if (!last || last.n === heard) return;
  if (heard >= 0 && /** @type {HTMLInputElement} */ (find("[data-aloud]")).checked && last.output === "headphones") {
    player.src = `/keypad/speech/${last.n}.wav`;
    void player.play().catch(() => {});
  }
  heard = last.n;
}

/** Asks for what was said; a page that nobody looks at asks for nothing. */
async function ask() {
  try {
    if (!document.hidden) {
      const r = await fetch("/keypad/speech", { cache: "no-store" });
      if (r.ok) tell((await r.json()).said);
    }
  } catch { /* the bar says that the devices do not answer */ }
  setTimeout(ask, 300);
}

document.addEventListener("click", (e) => {
  const b = /** @type {HTMLElement} */ (e.target).closest("button");
  if (b?.dataset.key) press("/keypad/key", { does: b.dataset.key });
  else if (b?.hasAttribute("data-plug")) press("/keypad/plug", { in: String(b.dataset.plug !== "true") });
});

addEventListener("keydown", (e) => {
  if (e.repeat || e.ctrlKey || e.altKey || e.metaKey || (e.code === "Enter" && document.activeElement?.matches("button, input, a"))) return;
  const b = /** @type {HTMLElement|null} */ (document.querySelector(`[data-code="${CSS.escape(e.code)}"]`));
  if (!b?.dataset.key) return;
  e.preventDefault();
  press("/keypad/key", { does: b.dataset.key });
});

stream("/keypad/events", { snapshot: show, link: showLink });
void ask();
