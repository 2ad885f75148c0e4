// @ts-check
/**
 * The page of a small branch works without this script. With it F2 presses the
 * main button, and the page follows the Day by itself.
 */
import { showLink } from "look/link.js";
import { hold } from "look/steady.js";
import { stream } from "look/stream.js";

/** The parts that follow the Day, in the order of the page. @param {Document} page */
const parts = (page) => [...page.querySelectorAll("[data-live]")];
let fresh = true; // what the server sent with the page

addEventListener("keydown", (e) => {
  const main = /** @type {HTMLButtonElement|null} */ (document.querySelector("[data-main]"));
  if (e.key !== "F2" || e.repeat || !main || main.disabled) return;
  e.preventDefault();
  main.click();
});

/** A form goes once: a second press while the first is under way would be another wish. */
addEventListener("submit", (e) => {
  const form = /** @type {HTMLFormElement} */ (e.target);
  if (form.dataset.sent) e.preventDefault();
  form.dataset.sent = "yes";
});

/** Takes the parts anew, but never one under the fingers of whoever is on it. */
async function redraw() {
  const answer = await fetch("/mediador", { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return;
  const next = parts(new DOMParser().parseFromString(await answer.text(), "text/html"));
  parts(document).forEach((part, i) => {
    if (!next[i] || part.contains(document.activeElement) || part.querySelector("[data-sent]")) return;
    hold("part" + i, part.closest("section") ?? part, 1, () => {
      if (part.contains(document.activeElement)) return;
      const said = part.querySelector(".notice[role]"); // what was told of the last press stays
      if (said) next[i].prepend(document.adoptNode(said));
      part.replaceChildren(...document.adoptNode(next[i]).childNodes);
    });
  });
}

const changed = () => { if (fresh) fresh = false; else redraw().catch(() => {}); };
stream("/events?view=counter", { snapshot: changed, delta: changed, link: showLink });
