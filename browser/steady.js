// Whether a page that updates by itself keeps still for whoever is about to press something on it.
//
// The page is a real one with a real first state; then its own changes are put aside and it is told changes that a busy
// day brings seldom: waits that get a digit more, names of a service that are long, rows and alerts that come and go, a
// table that sorts itself anew. Two things are measured: what the browser itself calls a layout shift, added up, and
// whether the control or the row that lies under the pointer, or has the focus, is still there after each change.

/** @typedef {import('playwright-core').Page} Page */
/** A change as the page's stream would bring it. @typedef {(state: any) => any} Change */

/**
 * The most that may move on a page through all changes together, by the browser's own measure (the sum over every shift
 * of the part of the window that moved, times how far): half of what is commonly called good for one window of five
 * seconds, and that over all of them, because people stand before these pages for hours.
 */
export const mostShift = 0.05;

/** Puts the watch into every page that is opened next. @param {Page} page */
export async function watch(page) {
  await page.addInitScript(() => {
    const rowsOf = 'tbody tr, .alerts > li, .devices > li, .facts > li';
    const controls = `a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], ${rowsOf}`;
    const steady = {
      controls,
      state: /** @type {any} */ (null), own: false,
      heard: /** @type {((e: any) => void)[]} */ ([]), snapshots: /** @type {((e: any) => void)[]} */ ([]),
      shifts: /** @type {{value: number, what: string}[]} */ ([]),
      held: /** @type {{el: Element, name: string, does: string, x: number, y: number}|null} */ (null),
      /** A control or a row by what it is: its figures change and it stays the same. */
      name: (/** @type {Element} */ e) => {
        const said = (e.getAttribute('aria-label') ?? e.textContent ?? '').replace(/[\d\s:.,–%]+/g, ' ').trim().slice(0, 48);
        return `${e.tagName.toLowerCase()}${e.id ? '#' + e.id : ''} ${e.getAttribute('href')?.replace(/\?.*/, '') ?? ''} «${said}»`;
      },
      /** What pressing it would do: where it leads and what it is called, with its number. */
      does: (/** @type {Element} */ e) => [e, ...e.querySelectorAll('a[href], button')].map((at) => `${at.getAttribute('href')?.replace(/\?.*/, '') ?? ''} ${at.getAttribute('aria-label') ?? ''}`).join(),
      shown: (/** @type {Element} */ e) => { const r = e.getBoundingClientRect(); return r.width > 2 && r.height > 2 && e.checkVisibility({ visibilityProperty: true }); },
      all: () => [...document.querySelectorAll(controls)].filter(steady.shown),
      /** Takes note of what lies under a point, or has the focus. */
      hold: (/** @type {Element|null|undefined} */ el) => {
        const r = el?.getBoundingClientRect();
        steady.held = el && r ? { el, name: steady.name(el), does: steady.does(el), x: r.x, y: r.y } : null;
      },
      /** What became of it: nothing when it is where it was. */
      lost: () => {
        const h = steady.held;
        if (!h) return 'nothing was held';
        const now = h.el.isConnected ? h.el : steady.all().find((e) => steady.name(e) === h.name);
        if (!now || !steady.shown(now)) return `is gone: ${h.name}`;
        if (steady.does(now) !== h.does) return `became another: ${h.name}: ${h.does} → ${steady.does(now)}`;
        const r = now.getBoundingClientRect();
        return Math.abs(r.x - h.x) > 1 || Math.abs(r.y - h.y) > 1 ? `moved by ${Math.round(r.x - h.x)}, ${Math.round(r.y - h.y)}: ${h.name}` : '';
      },
      tell: (/** @type {any} */ change) => {
        const e = { data: JSON.stringify(change), lastEventId: '' };
        for (const f of steady.heard) f(e);
      },
      /** Lets a change be drawn. */
      painted: () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(undefined)))),
    };
    Object.assign(window, { steady });
    const listen = EventSource.prototype.addEventListener;
    EventSource.prototype.addEventListener = function (/** @type {string} */ kind, /** @type {any} */ told, /** @type {any} */ options) {
      if (kind === 'delta') steady.heard.push(told);
      listen.call(this, kind, (/** @type {any} */ e) => {
        if (kind === 'snapshot' || kind === 'delta') {
          if (steady.own) return;
          const s = JSON.parse(e.data), old = steady.state ?? {};
          steady.state = kind === 'snapshot' ? s : { ...old, ...s, ...(old.h && { h: { ...old.h, ...s.h } }), ...(old.r && { r: { ...old.r, ...s.r } }) };
        }
        told(e);
      }, options);
    };
    new PerformanceObserver((list) => {
      for (const entry of /** @type {any[]} */ (list.getEntries())) {
        if (entry.hadRecentInput) continue;
        const of = entry.sources?.map((/** @type {any} */ s) => { const n = s.node?.nodeType === 1 ? s.node : s.node?.parentElement, from = s.previousRect, to = s.currentRect; return `${n?.tagName.toLowerCase()}${n?.id ? '#' + n.id : ''}.${n?.className?.baseVal ?? n?.className} ${Math.round(from.x)}, ${Math.round(from.y)} → ${Math.round(to.x)}, ${Math.round(to.y)}`; });
        steady.shifts.push({ value: entry.value, what: (of ?? []).join(' | ') });
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });
}

/**
 * Tells a page a list of changes while nobody is on it and while somebody is, on one control or row after the other.
 * @param {Page} page already open and live
 * @param {Change} begin what the page shows before anything else changes
 * @param {[string, Change][]} changes each of what the page shows first
 * @param {number} [most] how many places of the page the pointer rests on, one after the other
 * @returns {Promise<{shift: number, shifts: string[], lost: string[], places: number}>}
 */
export async function unsteady(page, begin, changes, most = 4) {
  await page.mouse.move(0, 0);
  await page.evaluate(() => document.fonts.ready);
  const first = begin(await page.evaluate(() => { const { steady } = /** @type {any} */ (window); steady.own = true; return steady.state; }));
  const told = changes.map(([name, change]) => [name, change(structuredClone(first))]);
  // While nobody is there everything comes, and the browser adds up what moved.
  const { shifts } = await page.evaluate(async ({ first, told }) => {
    const { steady } = /** @type {any} */ (window);
    Object.assign(steady, { first, told });
    steady.tell(first);
    await steady.painted();
    steady.shifts.length = 0;
    let words = document.body.innerText, shown = 0;
    for (const [name, change] of told) {
      const before = steady.shifts.length;
      steady.tell(change);
      await steady.painted();
      if (document.body.innerText !== words) shown++;
      words = document.body.innerText;
      for (const s of steady.shifts.slice(before)) s.what = `${name}: ${s.value.toFixed(4)} ${s.what}`;
    }
    // Not every change concerns every page, but a page that shows none of them keeps still for nothing.
    if (shown < 3) throw new Error(`the page shows ${shown} of ${told.length} changes`);
    return { shifts: steady.shifts.splice(0) };
  }, { first, told });
  // While somebody is there, by pointer and then by key, that place stays.
  const spots = await page.evaluate((most) => {
    const { steady } = /** @type {any} */ (window);
    steady.tell(steady.first);
    const parts = new Map();
    for (const el of steady.all()) {
      const r = el.getBoundingClientRect(), x = Math.min(r.x + r.width / 2, r.x + 200), y = r.y + r.height / 2, at = document.elementFromPoint(x, y);
      if (x < 0 || y < 0 || x > innerWidth || y > innerHeight || !at || !el.contains(at)) continue;
      const part = el.closest('section, header, footer, form') ?? document.body;
      parts.set(part, [...(parts.get(part) ?? []), { x, y, el }]);
    }
    // The first and the last of each part of the page: before the last lies all that may push it.
    const ends = [...parts.values()].flatMap((list) => (list.length > 1 ? [list[list.length - 1], list[0]] : list));
    steady.spots = ends.slice(0, most).map(({ el }) => el);
    return ends.slice(0, most).map(({ x, y }) => ({ x, y }));
  }, most);
  const lost = [];
  for (const [i, spot] of spots.entries()) {
    await page.mouse.move(spot.x, spot.y);
    for (const by of ['pointer', 'focus']) {
      lost.push(...await page.evaluate(({ i, by, x, y }) => {
        const { steady } = /** @type {any} */ (window), el = steady.spots[i].isConnected ? steady.spots[i] : document.elementFromPoint(x, y)?.closest(steady.controls);
        if (!el) return [];
        if (by === 'focus' && !el.matches('a[href], button, input, select, textarea, summary, [tabindex="0"]')) return [];
        if (by === 'focus') el.focus({ preventScroll: true });
        steady.hold(el);
        const found = [];
        for (const [name, change] of by === 'focus' ? steady.told.slice(3) : steady.told) {
          steady.tell(change);
          const fault = steady.lost();
          if (fault) { found.push(`${name}, under the ${by}: ${fault}`); steady.tell(steady.first); steady.hold(el); }
        }
        steady.tell(steady.first);
        return found;
      }, { i, by, ...spot }));
      if (by === 'pointer') await page.mouse.move(0, 0);
    }
    await page.evaluate(() => /** @type {HTMLElement} */ (document.activeElement)?.blur());
  }
  return { shift: shifts.reduce((/** @type {number} */ sum, /** @type {any} */ s) => sum + s.value, 0), shifts: shifts.map((/** @type {any} */ s) => s.what), lost, places: spots.length };
}
