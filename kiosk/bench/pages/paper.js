// @ts-check
/** The page of the virtual printer: every slip that came out, and the faults. */
import { showLink } from "look/link.js";
import { stream } from "look/stream.js";
import { press } from "./press.js";

const shown = 12;
const list = /** @type {HTMLElement} */ (document.querySelector("[data-papers]"));

/** @typedef {{n: number, number: string, id: string, text: string, at: string}} Paper */

/** @param {Paper} p */
function slip(p) {
  const li = document.createElement("li");
  li.dataset.n = String(p.n);
  const figure = document.createElement("figure");
  const img = document.createElement("img");
  img.src = `/paper/${p.n}.png`;
  img.alt = `Talão ${p.number}`;
  const caption = document.createElement("figcaption");
  const number = document.createElement("b");
  number.textContent = p.number;
  const at = document.createElement("span");
  at.dataset.at = "";
  caption.append(number, at);
  figure.append(img, caption);
  const text = document.createElement("details");
  const summary = document.createElement("summary");
  summary.textContent = "Como texto";
  const pre = document.createElement("pre");
  pre.textContent = p.text;
  text.append(summary, pre);
  li.append(figure, text);
  return li;
}

/** @param {{printed: number, papers: Paper[], faults: string[], printing: boolean, language: string, mouth: boolean, retracted: number, logos: number}} s */
function show(s) {
  const papers = s.papers.slice(0, shown);
  const have = new Map([...list.children].map((li) => [/** @type {HTMLElement} */ (li).dataset.n, li]));
  list.replaceChildren(...papers.map((p) => {
    const li = have.get(String(p.n)) ?? slip(p);
    const at = /** @type {HTMLElement} */ (li.querySelector("[data-at]"));
    const word = new Date(p.at).toLocaleTimeString("pt-PT") + (p.id ? "" : " · por confirmar");
    if (at.textContent !== word) at.textContent = word;
    return li;
  }));
  set("[data-count]", String(s.printed));
  set("[data-count-word]", s.printed === 1 ? "talão" : "talões");
  set("[data-printing]", s.printing ? "A imprimir…" : "");
  document.querySelector("[data-none]")?.toggleAttribute("hidden", papers.length > 0);
  list.toggleAttribute("hidden", papers.length === 0);
  for (const b of document.querySelectorAll("[data-language]")) {
    b.setAttribute("aria-pressed", String(/** @type {HTMLElement} */ (b).dataset.language === s.language));
  }
  document.querySelector("[data-mouth]")?.toggleAttribute("hidden", s.language !== "custom");
  for (const b of document.querySelectorAll("[data-do]")) b.toggleAttribute("disabled", !s.mouth);
  set("[data-mouth-state]", s.mouth ? "Um talão à espera" : "Vazia");
  const state = document.querySelector("[data-mouth-state]");
  if (state) state.className = "state " + (s.mouth ? "busy" : "free");
  set("[data-retracted]", s.retracted ? `${s.retracted} ${s.retracted === 1 ? "recolhido" : "recolhidos"}` : "");
  set("[data-logos]", s.logos === 0 ? "Vazia" : s.logos === 1 ? "1 logótipo guardado" : `${s.logos} logótipos guardados`);
  const memory = document.querySelector("[data-logos]");
  if (memory) memory.className = "state " + (s.logos ? "busy" : "free");
  document.querySelector("[data-lose]")?.toggleAttribute("disabled", s.logos === 0);
  for (const b of document.querySelectorAll("[data-fault]")) {
    b.setAttribute("aria-pressed", String(s.faults.includes(/** @type {HTMLElement} */ (b).dataset.fault ?? "")));
  }
}

/** @param {string} where @param {string} text */
function set(where, text) {
  const el = document.querySelector(where);
  if (el && el.textContent !== text) el.textContent = text;
}

document.addEventListener("click", (e) => {
  const b = /** @type {HTMLElement|null} */ (/** @type {HTMLElement} */ (e.target).closest("button"));
  if (b?.dataset.fault) {
    const on = b.getAttribute("aria-pressed") !== "true";
    press("/paper/fault", { kind: b.dataset.fault, on: String(on) });
  } else if (b?.dataset.language) {
    press("/paper/language", { language: b.dataset.language });
  } else if (b?.dataset.do) {
    press("/paper/mouth", { do: b.dataset.do });
  } else if (b?.hasAttribute("data-lose")) {
    press("/paper/logos", { do: "lose" });
  } else if (b?.hasAttribute("data-recover")) {
    press("/paper/fault", { kind: "none", on: "false" });
  }
});

stream("/paper/events", { snapshot: show, link: showLink });
