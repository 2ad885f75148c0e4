// @ts-check
import { span } from "./stream.js";

/**
 * Shows the link on a staff page: elements with data-link say «Ligado · há
 * 1 s» or «A religar, há 12 s», and <html> gets the class "stale" while what
 * is shown is old.
 * @param {import("./stream.js").Link} link
 */
export function showLink(link) {
  document.documentElement.classList.toggle("stale", !link.live);
  for (const el of document.querySelectorAll("[data-link]")) {
    const en = document.documentElement.lang.startsWith("en");
    const age = span(link.age);
    const text = link.live ? (en ? `Online · ${age} ago` : `Ligado · há ${age}`)
      : link.heard ? (en ? `Reconnecting, last heard ${age} ago` : `A religar, há ${age}`)
        : (en ? `Connecting, ${age}` : `A ligar, há ${age}`);
    el.setAttribute("data-link", link.live ? "live" : "stale");
    const word = el.querySelector("[data-link-text]") ?? el;
    if (word.textContent !== text) word.textContent = text;
  }
}
