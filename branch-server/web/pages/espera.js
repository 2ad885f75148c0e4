// @ts-check
// Keeps the public page of waits true while it is open; without it the page is whole and has a link to refresh.

/** How often the page is asked for again, and when what it shows is too old. */
const AGAIN_MS = Number(document.querySelector("main")?.dataset.again) || 20_000, STALE_MS = 60_000;
let heard = performance.now();

async function again() {
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" }, signal: AbortSignal.timeout(10_000) });
    if (!answer.ok) return;
    const next = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main");
    const now = document.querySelector("main");
    if (!next || !now) return;
    heard = performance.now();
    document.body.classList.remove("stale");
    // Whoever reads with the keyboard keeps the place: only what changed is replaced.
    if (next.innerHTML !== now.innerHTML && !now.contains(document.activeElement)) now.replaceWith(next);
  } catch {
    // The line is away: the age says so.
  }
}

function age() {
  if (performance.now() - heard < STALE_MS || document.body.classList.contains("stale")) return;
  document.body.classList.add("stale");
  const main = /** @type {HTMLElement|null} */ (document.querySelector("main"));
  const line = document.querySelector("[data-age]");
  if (main && line) line.append(" · " + (main.dataset.stale ?? ""));
}

setInterval(() => { if (!document.hidden) void again(); }, AGAIN_MS);
setInterval(age, 1000);
document.addEventListener("visibilitychange", () => { if (!document.hidden) void again(); });
