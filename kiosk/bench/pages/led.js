// @ts-check
/** The page of the virtual sign of LEDs: what stands on it, and its faults. */
import { showLink } from "look/link.js";
import { stream } from "look/stream.js";
import { press } from "./press.js";

/** @typedef {{rev: number, text: string[][], flashing: boolean, priority: boolean, heard: number, refused: number, faults: string[], dark: boolean}} State */

const turn = 3000; // ms a page stands
const lit = /** @type {HTMLImageElement} */ (document.querySelector("[data-lit]"));
const dark = /** @type {HTMLImageElement} */ (document.querySelector("[data-dark]"));
/** @type {State | null} */
let now = null;
let page = 0;

/** @param {string} selector @param {string} text */
function set(selector, text) {
  const e = document.querySelector(selector);
  if (e && e.textContent !== text) e.textContent = text;
}

function draw() {
  if (!now) return;
  const pages = Math.max(1, now.text.length);
  page %= pages;
  const words = (now.text[page] ?? []).map((l) => l.trim()).join(" / ");
  const at = (/** @type {string} */ l) => `/led/picture.png?page=${page}&lit=${l}&rev=${now?.rev}`;
  if (!lit.src.endsWith(at("1"))) lit.src = at("1");
  lit.alt = now.dark ? "Letreiro desligado" : words ? `No letreiro: ${words}` : "Letreiro sem nada escrito";
  dark.toggleAttribute("hidden", !now.flashing || now.dark);
  if (now.flashing && !dark.src.endsWith(at("0"))) dark.src = at("0");
  set("[data-said]", now.dark ? "Desligado." : words ? words + (now.flashing ? " (a piscar: chamada nova)" : "") : "Nada: não há chamadas, ou a loja está fechada.");
  set("[data-pages]", pages > 1 ? `página ${page + 1} de ${pages}` : "");
  set("[data-count]", `${now.heard} ${now.heard === 1 ? "mensagem recebida" : "mensagens recebidas"}, ${now.refused} ilegíveis.`);
}

/** @param {State} s */
function show(s) {
  if (!now || now.rev !== s.rev) page = 0;
  now = s;
  for (const b of document.querySelectorAll("[data-fault]")) {
    b.setAttribute("aria-pressed", String(s.faults.includes(/** @type {HTMLElement} */ (b).dataset.fault ?? "")));
  }
  draw();
}

setInterval(() => { page++; draw(); }, turn);
document.addEventListener("click", (e) => {
  const b = /** @type {HTMLElement} */ (e.target).closest("[data-fault]");
  if (b instanceof HTMLElement) press("/led/fault", { fault: b.dataset.fault ?? "", on: String(b.getAttribute("aria-pressed") !== "true") });
});
stream("/led/events", { snapshot: show, link: showLink });
