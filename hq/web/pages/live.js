// @ts-check
/** The pages of headquarters, alive: sections and rows change in place; ages tick; the table sorts and finds. */
import { stream, showLink, span } from "look/stream.js";

/**
 * @typedef {{s: string, n: string, c: string[], k: number[], at: number}} Row
 * @typedef {{now: number, h?: Record<string, string>, r?: Record<string, Row>, a?: Record<string, number>, gone?: string[]}} Change
 */

const body = /** @type {HTMLTableSectionElement|null} */ (document.querySelector("#branches tbody"));
const reorderEvery = 5 * 60 * 1000;
let skew = 0; // the server's clock minus this one
let column = 1, down = false;

/** @param {string} id */
const byId = (id) => document.getElementById(id);

/** Whether somebody is working inside an element, who must not lose it.
 * @param {Element} el */
const inUse = (el) => el.contains(document.activeElement) && document.activeElement !== document.body;

/** @type {Map<string, string>} */
const waiting = new Map();

/** @param {string} id @param {string} html */
function section(id, html) {
  const el = byId("h-" + id);
  if (!el) return;
  if (inUse(el)) { waiting.set(id, html); return; }
  waiting.delete(id);
  const open = [...el.querySelectorAll("details")].map((d) => d.open);
  if (el.innerHTML !== html) el.innerHTML = html;
  el.querySelectorAll("details").forEach((d, i) => { d.open = open[i] ?? false; });
}

document.addEventListener("focusout", () => setTimeout(() => { for (const [id, html] of [...waiting]) section(id, html); }, 0));

/** What the server last said of each cell; what the browser made of it reads differently.
 * @type {WeakMap<Element, string>} */
const told = new WeakMap();

/** @param {string} id @param {Row} row @param {boolean} quiet */
function patch(id, row, quiet) {
  if (!body) return false;
  let tr = /** @type {HTMLTableRowElement|null} */ (byId("b-" + id));
  const fresh = !tr;
  if (!tr) {
    tr = document.createElement("tr");
    tr.id = "b-" + id;
    row.c.forEach((_, i) => {
      const cell = document.createElement(i === 0 ? "th" : "td");
      if (i === 0) cell.setAttribute("scope", "row");
      if (i >= 2 && i <= 7) cell.className = "num live-value";
      tr?.append(cell);
    });
    const age = document.createElement("td");
    age.className = "num age-cell";
    tr.append(age);
    body.append(tr);
  }
  let changed = fresh;
  row.c.forEach((html, i) => {
    const cell = /** @type {HTMLElement} */ (tr?.children[i]);
    if (told.get(cell) === html) return;
    if (i === 0 && !fresh && inUse(cell)) return;
    told.set(cell, html);
    cell.innerHTML = html;
    if (i >= 1 && i <= 8) changed = true;
  });
  tr.dataset.keys = row.k.join(" ");
  tr.dataset.name = row.n;
  tr.dataset.at = String(row.at);
  const cls = "is-" + row.s;
  if (!tr.classList.contains(cls)) tr.className = cls;
  if (changed && !quiet) {
    tr.classList.remove("changed");
    void tr.offsetWidth;
    tr.classList.add("changed");
  }
  return fresh;
}

function ages() {
  if (!body) return;
  const now = Date.now() + skew;
  for (const tr of body.rows) {
    const at = Number(tr.dataset.at);
    const text = at ? span(Math.max(0, now - at)) : "–";
    const cell = tr.lastElementChild;
    if (cell && cell.textContent !== text) cell.textContent = text;
  }
}

const names = new Intl.Collator("pt");

/** @param {HTMLTableRowElement} a @param {HTMLTableRowElement} b */
function order(a, b) {
  if (column === 0) return (down ? -1 : 1) * names.compare(a.dataset.name ?? "", b.dataset.name ?? "");
  const of = (/** @type {HTMLTableRowElement} */ tr) =>
    column === 10 ? -Number(tr.dataset.at) : Number((tr.dataset.keys ?? "").split(" ")[column]);
  return (down ? -1 : 1) * (of(a) - of(b)) || names.compare(a.dataset.name ?? "", b.dataset.name ?? "");
}

function sort() {
  if (!body || inUse(body) || body.matches(":hover") && !sort.asked) { sort.due = true; return; }
  sort.asked = false;
  sort.due = false;
  const sorted = [...body.rows].sort(order);
  if (sorted.some((tr, i) => body.rows[i] !== tr)) body.append(...sorted);
  const next = new Date(Date.now() + skew + reorderEvery);
  const word = byId("order");
  if (word) word.textContent = `reordena às ${String(next.getHours()).padStart(2, "0")}:${String(next.getMinutes()).padStart(2, "0")}`;
}
sort.asked = false;
sort.due = false;

document.querySelectorAll("#branches thead button").forEach((button) => button.addEventListener("click", () => {
  const chosen = Number(/** @type {HTMLElement} */ (button).dataset.sort);
  down = chosen === column ? !down : button.hasAttribute("data-down");
  column = chosen;
  document.querySelectorAll("#branches thead th").forEach((th, i) => {
    if (i === column) th.setAttribute("aria-sort", down ? "descending" : "ascending");
    else th.removeAttribute("aria-sort");
  });
  sort.asked = true;
  sort();
}));

const find = /** @type {HTMLInputElement|null} */ (byId("find"));
const plain = (/** @type {string} */ s) => s.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

function filter() {
  if (!body || !find) return;
  const sought = plain(find.value.trim());
  let shown = 0;
  for (const tr of body.rows) {
    const hit = !sought || plain((tr.dataset.name ?? "") + " " + tr.id.slice(2) + " " + (tr.firstElementChild?.textContent ?? "")).includes(sought);
    tr.hidden = !hit;
    if (hit) shown++;
  }
  byId("none")?.toggleAttribute("hidden", body.rows.length > 0);
  byId("unfound")?.toggleAttribute("hidden", shown > 0 || body.rows.length === 0);
  const word = byId("sought");
  if (word) word.textContent = find.value.trim();
}
find?.addEventListener("input", filter);
byId("clear")?.addEventListener("click", () => { if (find) { find.value = ""; find.focus(); } filter(); });

/** @param {Change} c @param {boolean} whole */
function apply(c, whole) {
  skew = c.now - Date.now();
  for (const [id, html] of Object.entries(c.h ?? {})) section(id, html);
  let added = false;
  for (const [id, row] of Object.entries(c.r ?? {})) added = patch(id, row, whole) || added;
  for (const [id, at] of Object.entries(c.a ?? {})) {
    const tr = byId("b-" + id);
    if (tr) tr.dataset.at = String(at);
  }
  for (const id of c.gone ?? []) byId("b-" + id)?.remove();
  if (whole && body) {
    const known = new Set(Object.keys(c.r ?? {}).map((id) => "b-" + id));
    for (const tr of [...body.rows]) if (!known.has(tr.id)) tr.remove();
  }
  if (added || whole) { sort(); filter(); }
  ages();
}

const events = document.body.dataset.events;
if (events) {
  stream(events, {
    snapshot: (s) => apply(s, true),
    delta: (d) => apply(d, false),
    link: (link) => {
      showLink(link);
      ages();
      const heard = link.heard ? "há " + span(link.age) : "";
      for (const el of document.querySelectorAll("[data-heard]")) if (el.textContent !== heard) el.textContent = heard;
      const notice = byId("stale"), at = byId("stale-at");
      // A blink while the page opens is no news.
      notice?.toggleAttribute("hidden", link.live || link.age < 3000);
      if (at && !link.live && link.heard) at.textContent = link.heard.toLocaleTimeString("pt-PT");
    },
  });
  setInterval(sort, reorderEvery);
  body?.addEventListener("mouseleave", () => { if (sort.due) sort(); });
}
