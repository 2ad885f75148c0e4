// @ts-check
/**
 * What the live pages of a branch share: the state as the stream tells it, the
 * clock, and how presses are sent and remembered.
 */
import { showLink } from "look/link.js";
import { stream, span } from "look/stream.js";
import { command, newKey } from "look/command.js";

/**
 * The server's clock minus this machine's, from the last event.
 * @type {{offset: number, zone?: string}}
 */
export const clock = { offset: 0 };
export const now = () => Date.now() + clock.offset;

/** @param {number} at @param {boolean} [seconds] */
export function hour(at, seconds) {
  const zone = clock.zone ? { timeZone: clock.zone } : {};
  return new Date(at).toLocaleTimeString("pt-PT", { hour: "2-digit", minute: "2-digit", ...(seconds ? { second: "2-digit" } : {}), ...zone });
}

/** 6:12, or 1:02:03 from an hour on. @param {number} ms */
export function timer(ms) {
  const s = Math.max(0, Math.floor(ms / 1000)), two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  return s < 3600 ? `${Math.floor(s / 60)}:${two(s % 60)}` : `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
}

/**
 * Follows a view. draw is called at every change and once a second; seq is the
 * journal's sequence number that the state is as of.
 * @param {string} view
 * @param {(s: any, link: import("look/stream.js").Link, seq: number) => void} draw
 */
export function follow(view, draw) {
  /** @type {any} */
  let state = null;
  let seq = 0;
  /** @type {import("look/stream.js").Link} */
  let link = { live: false, age: 0, heard: null };
  /** @param {any} s @param {string} id */
  const take = (s, id) => {
    state = s;
    seq = Number.parseInt(id, 10) || seq;
    if (s.now) clock.offset = s.now - Date.now();
    clock.zone = s.place?.zone || undefined;
    draw(state, link, seq);
  };
  const places = { day: document.querySelector("[data-day]"), clock: document.querySelector("[data-clock]") };
  const frame = () => {
    showLink(link);
    if (places.clock) set(places.clock, hour(now()));
    if (places.day && state) set(places.day, state.place.day);
    if (state) draw(state, link, seq);
  };
  stream("/events?view=" + view, {
    snapshot: take,
    delta: (d, id) => take({ ...state, ...d }, id),
    link: (l) => { const turned = l.live !== link.live; link = l; if (turned) frame(); },
  });
  setInterval(frame, 1000);
  showLink(link);
}

/** @param {Element} el @param {string} text */
function set(el, text) { if (el.textContent !== text) el.textContent = text; }

/** The server's time of what is shown, with seconds. @param {import("look/stream.js").Link} link */
export const asOf = (link) => (link.heard ? hour(link.heard.getTime() + clock.offset, true) : "");

/** @param {import("look/stream.js").Link} link */
export const ageWords = (link) => (link.live ? `há ${span(link.age)}` : `a religar, há ${span(link.age)}`);

const kept = "balcao-pressed";

/**
 * Sends one press under one key until it is answered. The press is kept until
 * then, so that not even reloading the page loses or doubles it.
 * @param {{name: string, body: any, key?: string}} press
 */
export async function send(press) {
  const key = press.key ?? newKey();
  try { sessionStorage.setItem(kept, JSON.stringify({ ...press, key, at: Date.now() })); } catch { /* private window */ }
  const answer = await command("/commands/" + press.name, press.body, { key });
  try { sessionStorage.removeItem(kept); } catch { /* private window */ }
  if (answer.status === 401) location.assign("/entrar?para=" + encodeURIComponent(location.pathname));
  return answer;
}

/** The press that had no answer when the page was left, if it is not old. */
export function unanswered() {
  try {
    const p = JSON.parse(sessionStorage.getItem(kept) ?? "null");
    return p && Date.now() - p.at < 60000 ? p : null;
  } catch { return null; }
}
