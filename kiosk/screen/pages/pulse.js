// @ts-check
/**
 * The page's proof of life: every few seconds, after the browser really gave it a frame to draw and something stands on
 * the face (the frame that the page brought with it does not count), it tells the kiosk's program. A browser that hangs, went blank or shows its own error page cannot, and is
 * started again by `kiosk display`. The gallery has no program to tell.
 */
const every = 4000;

const face = () => document.querySelector("[data-events],[data-callboard]");

const beat = () => requestAnimationFrame(() => {
  if (!face()?.firstElementChild || face()?.querySelector(".first")) return;
  fetch("/pulse", { method: "POST", keepalive: true }).catch(() => {}); // the program may be starting again
});

if (!location.pathname.startsWith("/gallery/")) {
  beat();
  setInterval(beat, every);
}
