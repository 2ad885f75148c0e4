// @ts-check
/**
 * Nothing jumps from under a hand. On a page that updates by itself, what would
 * move a button or a row waits while somebody is there: while the pointer rests
 * on that part of the page, or the focus is in it. A line at the bottom counts
 * what waits; it comes when the pointer and the focus have left, at Esc, or when
 * nothing has been touched for a minute. Figures of what is there change at once.
 */

/** Whoever has touched nothing for so long is not about to press, in milliseconds. */
const REST = 60_000;
/** How long somebody must be gone: the way from one button to another leads over nothing. */
const GONE = 500;

/** For how long after somebody's own press nothing waits: what it did is what they look for. */
const OWN = 2000;

let moved = -REST, typed = -REST, pressed = -OWN;
addEventListener("pointermove", () => { moved = performance.now(); }, { passive: true, capture: true });
for (const kind of ["pointerdown", "keydown", "focusin"]) addEventListener(kind, () => { moved = typed = performance.now(); }, { passive: true, capture: true });

/** Whether somebody is on a part of the page, by pointer or by focus. @param {Element} el */
export function inUse(el) {
  const now = performance.now(), focus = document.activeElement;
  return now - pressed > OWN && ((now - moved < REST && el.matches(":hover")) || (now - typed < REST && !!focus && focus !== document.body && el.contains(focus)));
}

/** @typedef {{at: Element, count: number, apply: () => void, free: number}} Pending */
/** What waits, by what it is of. @type {Map<string, Pending>} */
const pending = new Map();
let ticking = 0;
/** @type {HTMLElement|null} */
let line = null;

/** Says how much waits. */
function tell() {
  const n = [...pending.values()].reduce((sum, p) => sum + p.count, 0);
  if (n === 0 && !line) return;
  if (!line) {
    line = document.createElement("div");
    line.className = "held-back";
    line.setAttribute("role", "status");
    document.body.append(line);
  }
  const text = n === 0 ? "" : `${n === 1 ? "1 alteração" : `${n} alterações`} à espera · Esc mostra`;
  if (line.textContent !== text) line.textContent = text;
  line.hidden = n === 0;
}

/** Lets come what nobody stands in the way of. @param {boolean} [all] */
function settle(all) {
  const now = performance.now();
  for (const [key, p] of [...pending]) {
    if (!all && p.at.isConnected && inUse(p.at)) { p.free = 0; continue; }
    p.free ||= now;
    if (!all && now - p.free < GONE) continue;
    pending.delete(key);
    p.apply();
  }
  if (pending.size === 0) { clearInterval(ticking); ticking = 0; }
  tell();
}

addEventListener("keydown", (e) => { if (e.key === "Escape" && pending.size > 0) settle(true); });

/**
 * Does something that moves what is on a part of the page: now, or when nobody
 * is there. What waits already under the same key is replaced.
 * @param {string} key @param {Element} at @param {number} count how many changes it is, for the line @param {() => void} apply
 * @returns {boolean} whether it waits
 */
export function hold(key, at, count, apply) {
  if (!pending.has(key) && !inUse(at)) { apply(); return false; }
  pending.set(key, { at, count: Math.max(1, count), apply, free: pending.get(key)?.free ?? 0 });
  ticking ||= setInterval(settle, 100);
  tell();
  return true;
}

/** A press of this person was answered: what it did is shown at once. */
export function own() { pressed = performance.now(); settle(true); }

/** Nothing waits under a key any longer. @param {string} key */
export function release(key) { if (pending.delete(key)) tell(); }

/** The lists as they are shown. @type {Map<string, Map<string, any>>} */
const shownLists = new Map();

/**
 * A list as it is to be shown. While somebody is on that part of the page, those
 * in it stay, in their order, and only their figures change.
 * @template T
 * @param {string} key @param {T[]} list @param {(one: T) => string} id @param {string} region of the page, as a selector
 * @param {() => void} draw is called when the list may be shown as it is
 * @param {(now: T, was: T) => T} [blend] what is shown of one that stays; what it is now unless given
 * @returns {T[]}
 */
export function kept(key, list, id, region, draw, blend) {
  const was = shownLists.get(key), is = new Map(list.map((one) => [id(one), one])), at = document.querySelector(region);
  const take = () => { shownLists.set(key, is); return list; };
  const ids = [...is.keys()];
  if (!was || !at || (ids.length === was.size && [...was.keys()].every((k, i) => k === ids[i]) && !blend)) { release(key); return take(); }
  const gone = [...was.keys()].filter((k) => !is.has(k)).length, come = ids.filter((k) => !was.has(k)).length;
  const other = blend ? [...was].filter(([k, v]) => { const one = is.get(k); return one && JSON.stringify(blend(one, v)) !== JSON.stringify(one); }).length : 0;
  if (gone + come + other === 0 && [...was.keys()].every((k, i) => k === ids[i])) { release(key); return take(); }
  let now = true;
  const waits = hold(key, at, gone + come + other, () => { shownLists.delete(key); if (!now) draw(); });
  now = false;
  if (!waits) return take();
  const shown = [...was].map(([k, v]) => /** @type {[string, T]} */ ([k, is.has(k) ? (blend ?? ((a) => a))(/** @type {T} */ (is.get(k)), v) : v]));
  shownLists.set(key, new Map(shown));
  return shown.map(([, v]) => v);
}

/** What makes a piece the one it is: where it leads, and what it sends. @param {Element} e */
const self = (e) => ["href", "id", "action", "name", "value", "data-id"].map((k) => e.getAttribute(k) ?? "").join(" ");

/** Whether the page writes by itself how old it is there. @param {Node} n */
const clock = (n) => n instanceof Element && n.hasAttribute("data-heard");

/** Whether two pieces differ in words and looks alone. @param {Node} a @param {Node} b @returns {boolean} */
function alike(a, b) {
  if (clock(a) && clock(b)) return true;
  if (a.nodeName !== b.nodeName || a.childNodes.length !== b.childNodes.length) return false;
  if (a instanceof Element && b instanceof Element && self(a) !== self(b)) return false;
  return [...a.childNodes].every((n, i) => alike(n, b.childNodes[i]));
}

/** Makes one piece read and look like another, element by element, so that what is the same stays where it is. @param {Node} a @param {Node} b */
function patch(a, b) {
  if (a instanceof Element && b instanceof Element) {
    for (const { name, value } of b.attributes) if (a.getAttribute(name) !== value && !(name === "open" && a.nodeName === "DETAILS")) a.setAttribute(name, value);
    for (const { name } of [...a.attributes]) if (!b.hasAttribute(name) && !(name === "open" && a.nodeName === "DETAILS")) a.removeAttribute(name);
  } else if (a.nodeValue !== b.nodeValue) a.nodeValue = b.nodeValue;
  if (!(clock(a) && clock(b))) children(a, b);
}

/** @param {Node} a @param {Node} b */
function children(a, b) {
  const old = [...a.childNodes], fresh = [...b.childNodes];
  fresh.forEach((n, i) => {
    const was = old[i];
    if (!was) a.appendChild(n);
    else if (was.nodeName === n.nodeName) patch(was, n);
    else a.replaceChild(n, was);
  });
  for (const n of old.slice(fresh.length)) n.remove();
}

/**
 * Makes a part of the page show other HTML. Words and figures change at once;
 * what would move waits for whoever is on the part of the page that it moves:
 * the nearest element with data-steady around it, or itself.
 * @param {string} key @param {Element} el @param {string} html from our own server
 */
export function show(key, el, html) {
  const fresh = document.createElement(el.nodeName);
  fresh.innerHTML = html;
  const same = el.childNodes.length === fresh.childNodes.length && [...el.childNodes].every((n, i) => alike(n, fresh.childNodes[i]));
  if (same) { release(key); children(el, fresh); return; }
  const pieces = (/** @type {Element} */ of) => new Set([...of.querySelectorAll("li, tr")].map((e) => [...e.querySelectorAll("[href], form, button")].map(self).join() || (e.textContent ?? "").replace(/\d+/g, "")));
  const before = pieces(el), after = pieces(fresh);
  const count = [...before].filter((p) => !after.has(p)).length + [...after].filter((p) => !before.has(p)).length;
  hold(key, el.closest("[data-steady]") ?? el, count, () => children(el, fresh));
}
