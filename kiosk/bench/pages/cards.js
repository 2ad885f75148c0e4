// @ts-check
/** The page of the virtual cards: one press puts a card in, one takes it out. */
import { showLink } from "look/link.js";
import { stream } from "look/stream.js";
import { press } from "./press.js";

/** @param {{label: string, service: boolean, card: string, cards: {name: string, label: string}[]}} s */
function show(s) {
  const card = s.cards.find((c) => c.name === s.card);
  const slot = /** @type {HTMLElement} */ (document.querySelector("[data-slot]"));
  slot.textContent = !s.service ? "O serviço de cartões não está a correr" : card ? card.label : "Vazio";
  slot.className = "state " + (!s.service ? "out" : card ? "busy" : "free");
  const label = document.querySelector("[data-label]");
  if (label) label.textContent = s.label;
  document.querySelector("[data-remove]")?.toggleAttribute("disabled", !card);
  for (const b of document.querySelectorAll("[data-card]")) {
    b.setAttribute("aria-pressed", String(/** @type {HTMLElement} */ (b).dataset.card === s.card));
  }
}

document.addEventListener("click", (e) => {
  const b = /** @type {HTMLElement|null} */ (/** @type {HTMLElement} */ (e.target).closest("button"));
  if (b?.dataset.card) {
    if (b.getAttribute("aria-pressed") === "true") press("/cards/remove", {});
    else press("/cards/insert", { name: b.dataset.card });
  } else if (b?.hasAttribute("data-remove")) {
    press("/cards/remove", {});
  }
});

stream("/cards/events", { snapshot: show, link: showLink });
