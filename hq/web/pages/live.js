// @ts-check
/** The pages of headquarters, alive: sections and rows change in place; ages tick; the table sorts and finds. */
import { showLink } from "look/link.js";
import { hold, release, show } from "look/steady.js";
import { stream, span } from "look/stream.js";

/**
 * @typedef {{s: string, n: string, c: string[], k: number[], at: number, w: string, d?: string, t?: string, b?: string[], bn?: string[], m?: {x: number, y: number, on: string}}} Row
 * @typedef {{now: number, h?: Record<string, string>, r?: Record<string, Row>, a?: Record<string, number>, gone?: string[]}} Change
 */

const body = /** @type {HTMLTableSectionElement|null} */ (document.querySelector("#branches tbody"));
const reorderEvery = 5 * 60 * 1000;
let skew = 0; // the server's clock minus this one
let column = 1, down = false;

/** @param {string} id */
const byId = (id) => document.getElementById(id);

/** @param {string} id @param {string} html */
function section(id, html) {
  const el = byId("h-" + id);
  if (el && sections.get(id) !== html) { sections.set(id, html); show(id, el, html); }
}

/** What the server last said of each section.
 * @type {Map<string, string>} */
const sections = new Map();

/** What the server last said of each cell; what the browser made of it reads differently.
 * @type {WeakMap<Element, string>} */
const told = new WeakMap();

/** The places that say how old the page is, those of sections looked for anew: few, where a whole table would be gone through. */
const parts = [...document.querySelectorAll('[id^="h-"]')];
const fixedHeard = [...document.querySelectorAll("[data-heard]")].filter((el) => !el.closest('[id^="h-"]'));
const heardOn = () => [...fixedHeard, ...parts.flatMap((el) => [...el.querySelectorAll("[data-heard]")])];

/** Rows that the browser draws: those in the window and near it. It leaves the others out, see hq.css; a browser that
 * does not say so draws all.
 * @type {Set<Element>} */
const drawn = new Set();
const leavesOut = "oncontentvisibilityautostatechange" in HTMLElement.prototype;
for (const tr of body?.rows ?? []) {
  if (!leavesOut || tr.firstElementChild?.checkVisibility({ contentVisibilityAuto: true })) drawn.add(tr);
}
body?.addEventListener("contentvisibilityautostatechange", (e) => {
  const tr = e.target;
  if (!(tr instanceof HTMLTableRowElement)) return;
  if (/** @type {any} */ (e).skipped) drawn.delete(tr);
  else { drawn.add(tr); age(tr, Date.now() + skew); }
}, true);

/** @param {string} id @param {Row} row @param {boolean} quiet */
function patch(id, row, quiet) {
  if (!body) return false;
  let tr = /** @type {HTMLTableRowElement|null} */ (byId("b-" + id));
  const fresh = !tr;
  if (!tr) {
    tr = document.createElement("tr");
    tr.id = "b-" + id;
    tr.setAttribute("role", "row");
    row.c.forEach((_, i) => {
      const cell = document.createElement(i === 0 ? "th" : "td");
      cell.setAttribute("role", i === 0 ? "rowheader" : "cell");
      if (i === 0) cell.setAttribute("scope", "row");
      if (i >= 2 && i <= 7) cell.className = "num live-value";
      tr?.append(cell);
    });
    const age = document.createElement("td");
    age.setAttribute("role", "cell");
    age.className = "num age-cell";
    tr.append(age);
    body.append(tr);
    if (!leavesOut) drawn.add(tr);
  }
  let changed = fresh;
  row.c.forEach((html, i) => {
    const cell = /** @type {HTMLElement} */ (tr?.children[i]);
    if (told.get(cell) === html) return;
    if (i === 0 && !fresh && cell.contains(document.activeElement)) return;
    told.set(cell, html);
    cell.innerHTML = html;
    if (i === 0) searched.delete(tr);
    if (i >= 1 && i <= 8) changed = true;
  });
  if (fresh || tr.dataset.name !== row.n) tr.dataset.name = row.n;
  heardOf(tr, row.at);
  const cls = "is-" + row.s;
  if (!tr.classList.contains(cls)) tr.className = cls;
  if (changed && !quiet) flashing.add(tr);
  return fresh;
}

/** Rows whose figures changed in this turn.
 * @type {Set<HTMLTableRowElement>} */
const flashing = new Set();
const still = matchMedia("(prefers-reduced-motion: reduce)");

/** Marks changed rows for a moment, if they are drawn. A page that measured which are seen would lay the table out an
 * extra time; eight steps are enough for the eye, and a frame between two steps costs nothing. */
function flash() {
  if (!still.matches && !document.hidden) {
    for (const tr of flashing) {
      if (drawn.has(tr)) tr.animate([{ backgroundColor: "var(--band)" }, {}], { duration: 2000, easing: "steps(8)" });
    }
  }
  flashing.clear();
}

/** When each branch was heard last, by the server's clock.
 * @type {WeakMap<Element, number>} */
const heardAt = new WeakMap();
for (const tr of body?.rows ?? []) heardAt.set(tr, Number(tr.dataset.at));

/** @param {HTMLTableRowElement} tr @param {number} at */
function heardOf(tr, at) {
  heardAt.set(tr, at);
  if ((tr.dataset.at ?? "0") === "0" || at === 0) tr.dataset.at = String(at); // the page's look and its tests ask whether, not when
}

/** @param {HTMLTableRowElement} tr @param {number} now */
function age(tr, now) {
  const at = heardAt.get(tr) ?? 0, text = at ? span(Math.max(0, now - at)) : "–", cell = tr.lastElementChild;
  if (!cell || told.get(cell) === text) return;
  told.set(cell, text);
  const words = cell.firstChild;
  if (words instanceof Text) words.data = text;
  else cell.textContent = text;
}

/** When the ages were last written: with many branches a change comes several times a second, and no age is finer than one. */
let aged = 0;
const whenIdle = "requestIdleCallback" in window ? (/** @type {IdleRequestCallback} */ f) => requestIdleCallback(f, { timeout: 2000 })
  : (/** @type {IdleRequestCallback} */ f) => setTimeout(f, 100, { timeRemaining: () => 5, didTimeout: false });
let atLeisure = false;

/** Writes how old each row is: those that are drawn now, the others, which one can find and hear all the same, when
 * there is nothing else to do.
 * @param {boolean} [anyway] */
function ages(anyway) {
  if (!body || !anyway && Date.now() - aged < 900) return;
  aged = Date.now();
  const now = Date.now() + skew;
  for (const tr of drawn) age(/** @type {HTMLTableRowElement} */ (tr), now);
  if (atLeisure || drawn.size >= body.rows.length) return;
  atLeisure = true;
  let next = 0;
  /** @param {IdleDeadline} left */
  const some = (left) => {
    const now = Date.now() + skew, all = body.rows;
    for (let n = 0; next < all.length && n < 200; n++, next++) {
      const tr = all[next];
      if (tr) age(tr, now);
      if (n % 20 === 19 && !left.didTimeout && left.timeRemaining() < 1) break;
    }
    if (next < all.length) whenIdle(some);
    else atLeisure = false;
  };
  whenIdle(some);
}

const names = new Intl.Collator("pt");

/** @param {HTMLTableRowElement} a @param {HTMLTableRowElement} b */
function order(a, b) {
  if (column === 0) return (down ? -1 : 1) * names.compare(a.dataset.name ?? "", b.dataset.name ?? "");
  const of = (/** @type {HTMLTableRowElement} */ tr) =>
    column === 10 ? -(heardAt.get(tr) ?? 0) : rows.get(tr.id.slice(2))?.k[column] ?? Number((tr.dataset.keys ?? "").split(" ")[column]);
  return (down ? -1 : 1) * (of(a) - of(b)) || names.compare(a.dataset.name ?? "", b.dataset.name ?? "");
}

/** Puts the rows in order; while somebody is on them only who asks for it.
 * @param {boolean} [asked] */
function sort(asked) {
  if (!body) return;
  const sorted = [...body.rows].sort(order), off = sorted.filter((tr, i) => body.rows[i] !== tr).length;
  if (off > 0) {
    const put = () => body.append(...[...body.rows].sort(order));
    if (asked) { release("order"); put(); } else if (hold("order", body, off, put)) return;
  } else release("order");
  const next = new Date(Date.now() + skew + reorderEvery);
  const word = byId("order");
  if (word) word.textContent = `reordena às ${String(next.getHours()).padStart(2, "0")}:${String(next.getMinutes()).padStart(2, "0")}`;
}

document.querySelectorAll("#branches thead button").forEach((button) => button.addEventListener("click", () => {
  const chosen = Number(/** @type {HTMLElement} */ (button).dataset.sort);
  down = chosen === column ? !down : button.hasAttribute("data-down");
  column = chosen;
  document.querySelectorAll("#branches thead th").forEach((th, i) => {
    if (i === column) th.setAttribute("aria-sort", down ? "descending" : "ascending");
    else th.removeAttribute("aria-sort");
  });
  sort(true);
}));

const find = /** @type {HTMLInputElement|null} */ (byId("find"));
const form = /** @type {HTMLFormElement|null} */ (byId("filter"));
const lists = form ? [...form.querySelectorAll("select")] : [];
const plain = (/** @type {string} */ s) => s.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** What the server last said of each branch.
 * @type {Map<string, Row>} */
const rows = new Map();

/** What of each row is searched, in plain letters.
 * @type {WeakMap<Element, string>} */
const searched = new WeakMap();

/** @param {HTMLTableRowElement} tr */
function searchable(tr) {
  const known = searched.get(tr);
  if (known !== undefined) return known;
  const text = plain(`${tr.dataset.name ?? ""} ${tr.id.slice(2)} ${tr.firstElementChild?.textContent ?? ""}`);
  searched.set(tr, text);
  return text;
}

/** @param {Row} row */
function admitted(row) {
  return lists.every((list) => {
    const v = list.value;
    if (!v) return true;
    switch (list.name) {
      case "distrito": return row.d === v;
      case "tipo": return row.t === v;
      case "entidade": return row.b?.includes(v) ?? false;
      default: return row.s === v;
    }
  });
}

/** Whether not everything is shown. */
const narrowed = () => lists.some((l) => l.value !== "") || !!find?.value.trim();

/** Shows what is asked for, in the table and on the map alike. */
function filter() {
  if (!body || !find) return;
  const sought = plain(find.value.trim());
  let shown = 0;
  /** @type {Map<string, number>} */
  const on = new Map();
  for (const tr of body.rows) {
    const id = tr.id.slice(2), row = rows.get(id);
    const hit = (!row || admitted(row)) && (!sought || searchable(tr).includes(sought));
    if (tr.hidden === hit) tr.hidden = !hit;
    if (hit) shown++;
    const mark = byId("m-" + id);
    if (mark && mark.hasAttribute("visibility") === hit) {
      if (hit) mark.removeAttribute("visibility");
      else mark.setAttribute("visibility", "hidden");
    }
    if (hit && row?.m) on.set(row.m.on, (on.get(row.m.on) ?? 0) + 1);
  }
  for (const el of document.querySelectorAll("#map [data-count]")) {
    const n = String(on.get(/** @type {SVGElement} */ (el).dataset.count ?? "") ?? 0);
    if (el.textContent !== n) el.textContent = n;
  }
  for (const l of lists) l.classList.toggle("on", l.value !== "");
  const word = byId("shown"), said = narrowed() ? `${shown} de ${body.rows.length}` : "";
  if (word && word.textContent !== said) word.textContent = said;
  byId("all")?.toggleAttribute("hidden", !narrowed());
  byId("none")?.toggleAttribute("hidden", body.rows.length > 0);
  byId("unfound")?.toggleAttribute("hidden", shown > 0 || body.rows.length === 0);
  const what = byId("sought");
  if (what) what.textContent = sought ? ` com «${find.value.trim()}»` : " com estes filtros";
}

/** The address tells what is shown, so that it can be kept and sent; the page stays where it is. */
function remember() {
  const q = new URLSearchParams();
  for (const l of lists) if (l.value) q.set(l.name, l.value);
  if (find?.value.trim()) q.set("procura", find.value.trim());
  const text = q.toString();
  history.replaceState(null, "", text ? "?" + text : location.pathname);
  filter();
}

/** What can be chosen already.
 * @type {Map<string, Set<string>>} */
const offered = new Map(lists.map((l) => [l.name, new Set([...l.options].map((o) => o.value))]));

/** Whatever a branch brings along can be chosen. @param {Row} row */
function choices(row) {
  /** @param {string} name @param {string|undefined} value @param {string|undefined} words */
  const offer = (name, value, words) => {
    if (!value || offered.get(name)?.has(value)) return;
    const list = lists.find((l) => l.name === name);
    if (!list) return;
    offered.get(name)?.add(value);
    const before = [...list.options].slice(1).find((o) => names.compare(o.text, words ?? value) > 0);
    list.add(new Option(words, value), before ?? null);
  };
  offer("distrito", row.d, row.d);
  row.b?.forEach((b, i) => offer("entidade", b, row.bn?.[i]));
}

form?.addEventListener("submit", (e) => { e.preventDefault(); remember(); });
for (const l of lists) l.addEventListener("change", remember);
find?.addEventListener("input", remember);
function clear() {
  for (const l of lists) l.value = "";
  if (find) find.value = "";
  remember();
}
byId("all")?.addEventListener("click", (e) => { e.preventDefault(); clear(); lists[0]?.focus(); });
byId("clear")?.addEventListener("click", () => { clear(); find?.focus(); });

const svgNS = "http://www.w3.org/2000/svg";

/** Puts a branch's mark where its state wants it: the worst are drawn last.
 * @param {string} id @param {Row} row */
function place(id, row) {
  const map = byId("map");
  if (!map) return;
  let mark = byId("m-" + id);
  if (!row.m) { mark?.remove(); return; }
  if (!mark) {
    mark = /** @type {any} */ (document.createElementNS(svgNS, "use"));
    mark?.setAttribute("id", "m-" + id);
    mark?.append(document.createElementNS(svgNS, "title"));
  }
  if (!mark) return;
  const set = (/** @type {string} */ k, /** @type {string} */ v) => { if (mark?.getAttribute(k) !== v) mark?.setAttribute(k, v); };
  set("class", "m " + row.s);
  set("href", `#k-${row.s}-${row.t === "loja" ? "l" : "e"}`);
  set("x", String(row.m.x));
  set("y", String(row.m.y));
  const title = mark.firstElementChild, said = `${row.n}: ${row.w}`;
  if (title && title.textContent !== said) title.textContent = said;
  const layer = map.querySelector(`[data-depth="${row.s}"]`);
  if (layer && mark.parentNode !== layer) layer.append(mark);
}
byId("map")?.addEventListener("click", (e) => {
  const mark = e.target instanceof Element ? e.target.closest("use") : null;
  if (mark) location.href = "/lojas/" + mark.id.slice(2);
});

/** @param {string} id */
function forget(id) {
  rows.delete(id);
  const tr = byId("b-" + id);
  if (tr) drawn.delete(tr);
  tr?.remove();
  byId("m-" + id)?.remove();
}

/** Branches that are no longer there, while somebody is on the table.
 * @type {Set<string>} */
const left = new Set();

/** @param {Change} c @param {boolean} whole */
function apply(c, whole) {
  skew = c.now - Date.now();
  for (const [id, html] of Object.entries(c.h ?? {})) section(id, html);
  let added = false, moved = false;
  for (const [id, row] of Object.entries(c.r ?? {})) {
    moved ||= rows.get(id)?.m?.on !== row.m?.on;
    rows.set(id, row);
    left.delete(id);
    added = patch(id, row, whole) || added;
    place(id, row);
    choices(row);
  }
  for (const [id, at] of Object.entries(c.a ?? {})) {
    const tr = byId("b-" + id);
    if (tr instanceof HTMLTableRowElement) heardOf(tr, at);
  }
  const gone = c.gone ?? [];
  if (whole && body) for (const tr of body.rows) if (!Object.hasOwn(c.r ?? {}, tr.id.slice(2))) gone.push(tr.id.slice(2));
  for (const id of gone) left.add(id);
  if (left.size > 0 && body) hold("left", body, left.size, () => { for (const id of left) forget(id); left.clear(); filter(); });
  if (added || whole) sort();
  // Without a filter every row is shown, whatever it says.
  if (whole || added || moved || c.gone) filter();
  else if (c.r && narrowed() && body) hold("filter", body, 1, filter);
  ages(whole || added);
  flash();
}

const more = /** @type {HTMLDetailsElement|null} */ (document.querySelector(".more-pages"));
document.addEventListener("click", (e) => { if (more?.open && e.target instanceof Node && !more.contains(e.target)) more.open = false; });
more?.addEventListener("keydown", (e) => { if (e.key === "Escape" && more.open) { more.open = false; more.querySelector("summary")?.focus(); } });
more?.addEventListener("focusout", (e) => { if (e.relatedTarget instanceof Node && !more.contains(e.relatedTarget)) more.open = false; });

const events = document.body.dataset.events;
if (events) {
  stream(events, {
    snapshot: (s) => apply(s, true),
    delta: (d) => apply(d, false),
    link: (link) => {
      showLink(link);
      ages(!link.live);
      const heard = link.heard ? "há " + span(link.age) : "";
      for (const el of heardOn()) if (el.textContent !== heard) el.textContent = heard;
      const notice = byId("stale"), at = byId("stale-at");
      // A blink while the page opens is no news.
      notice?.toggleAttribute("hidden", link.live || link.age < 3000);
      if (at && !link.live && link.heard) at.textContent = link.heard.toLocaleTimeString("pt-PT");
    },
  });
  setInterval(sort, reorderEvery);
}
