// @ts-check
/**
 * Hints for whoever is new on a page: one at a time, beside the control it is
 * about, never over it, and over no other control while there is room. «Percebi»
 * shows the next one and is remembered with the person; whoever begins to work
 * (the page says so by data-busy) is left alone until the page is opened again.
 */
import { command } from "look/command.js";

const card = document.getElementById("hints");
const GAP = 18, STEP = 16, NARROW = 720;
const controls = "a[href], button, input, select, textarea, summary, [role=button], [tabindex='0']";

/** @typedef {{left: number, top: number, right: number, bottom: number}} Box */

/** @param {Box} a @param {Box} b @param {number} [by] */
const meet = (a, b, by = 0) => a.left - by < b.right && b.left < a.right + by && a.top - by < b.bottom && b.top < a.bottom + by;

/** A box in the page, wherever it is scrolled to. @param {Element|Range} el @returns {Box} */
function boxOf(el) {
  const r = el.getBoundingClientRect();
  return { left: r.left + scrollX, top: r.top + scrollY, right: r.right + scrollX, bottom: r.bottom + scrollY };
}

/** The area over which a control answers: at least 44 pixels, as staff.css has it. @param {Box} b @returns {Box} */
function answering(b) {
  const x = Math.max(0, 44 - (b.right - b.left)) / 2, y = Math.max(0, 44 - (b.bottom - b.top)) / 2;
  return { left: b.left - x, top: b.top - y, right: b.right + x, bottom: b.bottom + y };
}

/** @param {Element} el */
function shown(el) {
  const r = el.getBoundingClientRect();
  return r.width > 4 && r.height > 4 && el.checkVisibility({ visibilityProperty: true, opacityProperty: true });
}

/**
 * A free place for a card of a size: over the fewest controls and words, not over the one it is about, and as near to that as can be.
 * @param {Box} target @param {{width: number, height: number}} size @param {Box} within @param {Box[]} taken controls @param {Box[]} written what people read
 */
function place(target, size, within, taken, written) {
  const middle = { x: (target.left + target.right) / 2, y: (target.top + target.bottom) / 2 };
  const seen = { top: scrollY, bottom: scrollY + innerHeight };
  /** @type {{left: number, top: number, cost: number}|null} */
  let best = null;
  const rows = new Set([target.top, target.bottom + GAP, target.top - GAP - size.height]), columns = new Set([target.left, target.right + GAP, target.left - GAP - size.width, target.right - size.width]);
  for (let top = within.top; top + size.height <= within.bottom; top += STEP) rows.add(top);
  for (let left = within.left; left + size.width <= within.right; left += STEP) columns.add(left);
  for (const top of rows) {
    if (top < within.top || top + size.height > within.bottom) continue;
    for (const left of columns) {
      if (left < within.left || left + size.width > within.right) continue;
      const at = { left, top, right: left + size.width, bottom: top + size.height };
      if (meet(at, target, GAP - 2)) continue;
      const over = taken.reduce((n, t) => n + (meet(at, t, 2) ? 1 : 0), 0);
      if (best && over * 5000 >= best.cost) continue;
      const cost = over * 5000 + written.reduce((n, t) => n + (meet(at, t) ? 60 : 0), 0) + (top < seen.top || at.bottom > seen.bottom ? 2000 : 0) + Math.hypot(Math.max(at.left - target.right, target.left - at.right, 0), Math.max(at.top - target.bottom, target.top - at.bottom, 0)) * 3
        + Math.hypot((at.left + at.right) / 2 - middle.x, (at.top + at.bottom) / 2 - middle.y);
      if (!best || cost < best.cost) best = { left, top, cost };
    }
  }
  return best;
}

/** Whether a dialog stands over the page: what a hint is about cannot be reached then, and the hint waits. */
const behind = () => document.querySelector("dialog:modal") !== null;

/** Where words and drawings stand. @returns {Box[]} */
function words() {
  const all = [...document.querySelectorAll("main svg:not(.icon)")].map(boxOf), range = document.createRange(), texts = document.createTreeWalker(document.querySelector("main") ?? document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const e = texts.currentNode.parentElement;
    if (e && texts.currentNode.textContent?.trim() && !e.closest(".sr-only, option, title, [hidden]")) { range.selectNodeContents(texts.currentNode); all.push(boxOf(range)); }
  }
  return all;
}

/** @param {HTMLElement} box */
function start(box) {
  const part = (/** @type {string} */ of) => /** @type {HTMLElement} */ (box.querySelector(of));
  const over = part(".hints-over"), title = part("h2"), text = part("#hints-text"), next = part("[data-hints=next]"), all = part("[data-hints=all]");
  const said = document.getElementById("hints-said");
  const left = [...box.querySelectorAll("li")].map((li) => ({ id: li.dataset.hint ?? "", at: li.dataset.at ?? "", title: li.dataset.title ?? "", text: li.textContent ?? "" }));
  const whole = Number(box.dataset.all), ring = document.createElement("div"), ns = "http://www.w3.org/2000/svg", line = document.createElementNS(ns, "svg");
  ring.className = "hints-ring";
  line.setAttribute("class", "hints-line");
  line.setAttribute("aria-hidden", "true");
  line.append(document.createElementNS(ns, "path"), document.createElementNS(ns, "path"));
  document.body.append(line, ring);

  /** @type {typeof left[number]|null} */
  let now = null;
  /** @type {Element|null} */
  let target = null;
  let around = "", over_ = false;

  /** Stands where it is found, unless it has to leave: nothing moves under a pointer. @param {boolean} fresh */
  function draw(fresh) {
    const gone = !now || !target?.isConnected || !shown(target) || over_ || behind();
    box.hidden = ring.hidden = gone;
    line.toggleAttribute("hidden", gone);
    if (gone || !target) return;
    const t = boxOf(target), ringed = { left: t.left - 6, top: t.top - 6, right: t.right + 6, bottom: t.bottom + 6 };
    Object.assign(ring.style, { left: `${ringed.left}px`, top: `${ringed.top}px`, width: `${ringed.right - ringed.left}px`, height: `${ringed.bottom - ringed.top}px` });
    const wide = innerWidth > NARROW, was = `${innerWidth}x${innerHeight}`;
    if (wide && (fresh || was !== around || meet(boxOf(box), t, 4))) {
      around = was;
      const page = document.documentElement, bar = document.querySelector("header.top"), top = bar ? boxOf(bar).bottom + 8 : 8;
      const within = { left: 12, top: Math.max(top, t.top - innerHeight), right: page.clientWidth - 12, bottom: Math.max(innerHeight, Math.min(page.scrollHeight, t.bottom + innerHeight)) - 8 };
      const near = (/** @type {Box} */ b) => b.right - b.left > 4 && b.bottom - b.top > 4 && meet(b, within);
      const taken = [...document.querySelectorAll(controls)].filter((e) => !box.contains(e) && e !== target && !e.contains(target) && !e.matches(".scroll, .rows, .list, .scroll-x, .skip")).map(boxOf).filter(near).map(answering);
      const at = place(ringed, { width: box.offsetWidth, height: box.offsetHeight }, within, taken, words().filter(near));
      if (at) Object.assign(box.style, { left: `${at.left}px`, top: `${at.top}px` });
    }
    if (!wide) return;
    const b = boxOf(box), clamp = (/** @type {number} */ x, /** @type {number} */ low, /** @type {number} */ high) => Math.min(Math.max(x, low), high);
    const x = clamp((b.left + b.right) / 2, ringed.left, ringed.right), y = clamp((b.top + b.bottom) / 2, ringed.top, ringed.bottom);
    const path = `M${clamp(x, b.left, b.right)} ${clamp(y, b.top, b.bottom)}L${x} ${y}`;
    for (const p of line.children) if (p.getAttribute("d") !== path) p.setAttribute("d", path);
  }

  /** Shows the first hint left whose control is on the page. */
  function look() {
    if (over_) return;
    if (behind()) { draw(false); return; }
    if (document.querySelector("[data-busy]")) { over_ = true; unmark(); draw(false); return; }
    if (now && target?.isConnected) { draw(false); return; }
    for (const one of left) {
      const found = [...document.querySelectorAll(one.at)].find(shown);
      if (!found) continue;
      const fresh = now !== one;
      unmark();
      now = one; target = found;
      if (fresh) {
        over.textContent = `Dica ${whole - left.length + 1 + left.indexOf(one)} de ${whole}`;
        title.textContent = one.title; text.textContent = one.text;
        next.textContent = left.length > 1 ? "Percebi" : "Percebi, acabar";
      }
      mark();
      draw(true);
      if (fresh && said) said.textContent = `Dica: ${one.title}. ${one.text}`;
      return;
    }
    unmark();
    now = null; target = null;
    draw(false);
  }

  function mark() { target?.setAttribute("aria-describedby", [target.getAttribute("aria-describedby"), "hints-text"].filter(Boolean).join(" ")); }
  function unmark() {
    const rest = (target?.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && id !== "hints-text").join(" ");
    if (rest) target?.setAttribute("aria-describedby", rest);
    else target?.removeAttribute("aria-describedby");
  }

  /** @param {string[]} ids */
  function keep(ids) { void command(box.dataset.post ?? "", { seen: ids }); }

  /** The focus was in the card, which is gone: it goes where the hint pointed. @param {Element|null} at */
  function giveBack(at) {
    const to = at?.matches(controls) ? at : at?.querySelector(controls) ?? document.querySelector("#main, main a[href], main button");
    if (to instanceof HTMLElement) to.focus();
  }

  next.addEventListener("click", () => {
    const at = target;
    if (now) { keep([now.id]); left.splice(left.indexOf(now), 1); }
    unmark();
    now = null; target = null;
    look();
    if (now) { box.scrollIntoView({ block: "nearest" }); next.focus({ preventScroll: true }); } else giveBack(at);
  });
  function leave() { const at = target; over_ = true; unmark(); draw(false); giveBack(at); if (said) said.textContent = ""; }
  all.addEventListener("click", () => { keep(left.map((one) => one.id)); leave(); });
  box.addEventListener("keydown", (e) => { if (e.key === "Escape") { e.stopPropagation(); leave(); } });
  addEventListener("resize", () => draw(false));
  addEventListener("balcao:busy", look);
  for (const kind of ["toggle", "close"]) document.addEventListener(kind, (e) => { if (e.target instanceof HTMLDialogElement) look(); }, true);
  const ticking = setInterval(() => { if (over_ || left.length === 0) clearInterval(ticking); else look(); }, 500);
  document.fonts.ready.then(look);
}

if (card) start(card);
