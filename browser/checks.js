// Single rules of the checklist in docs/acessibilidade.md, each measured on the page itself. Every function returns one
// readable line for each fault; none is a page that keeps the rule.

/** @typedef {import('playwright-core').Page} Page */

/** Puts tools into the page that several rules need. @param {Page} page */
async function tools(page) {
  await page.evaluate(() => {
    const w = /** @type {any} */ (window);
    if (w.checks) return;
    const name = (/** @type {Element} */ e) => {
      const text = (e.getAttribute('aria-label') ?? e.textContent ?? '').replace(/\s+/g, ' ').trim().slice(0, 40);
      return `${e.tagName.toLowerCase()}${typeof e.className === 'string' && e.className ? '.' + e.className.trim().replace(/\s+/g, '.') : ''} «${text}»`;
    };
    const shown = (/** @type {Element} */ e) => {
      const r = e.getBoundingClientRect(), s = getComputedStyle(e);
      return r.width > 2 && r.height > 2 && s.visibility === 'visible' && s.clipPath === 'none' && e.checkVisibility({ opacityProperty: true });
    };
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    /** A colour as the browser writes it, as red, green, blue (0 to 255) and opacity (0 to 1). */
    const colour = (/** @type {string} */ text) => {
      const m = /^rgba?\(([\d.]+), ([\d.]+), ([\d.]+)(?:, ([\d.]+))?\)$/.exec(text);
      if (m) return [+m[1], +m[2], +m[3], m[4] === undefined ? 1 : +m[4]];
      if (!canvas) throw new Error('no canvas');
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = text;
      canvas.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
      return [r, g, b, a / 255];
    };
    const over = (/** @type {number[]} */ top, /** @type {number[]} */ below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
    /** What lies behind an element's own text: the colours of its boxes, laid over each other. */
    const ground = (/** @type {Element|null} */ e) => {
      const layers = [];
      for (let at = e; at; at = at.parentElement) {
        const c = colour(getComputedStyle(at).backgroundColor);
        if (c[3] > 0) layers.push(c);
        if (c[3] === 1) break;
      }
      return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1]);
    };
    const light = (/** @type {number[]} */ c) => {
      const [r, g, b] = c.map((v) => { const s = v / 255; return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4; });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ratio = (/** @type {number[]} */ a, /** @type {number[]} */ b) => { const [x, y] = [light(a), light(b)]; return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05); };
    w.checks = { name, shown, colour, over, ground, ratio };
  });
}

/** Row 17: text stands out by at least so much; things to press have an edge, a ground or an underline that stands out by 3.
 * @param {Page} page @param {number} text */
export async function contrast(page, text) {
  await tools(page);
  // What is on its way from one colour to another is looked at when it is there.
  await page.evaluate(() => Promise.all(document.getAnimations().filter((a) => a.effect?.getComputedTiming().endTime !== Infinity).map((a) => a.finished.catch(() => undefined))));
  return page.evaluate((least) => {
    const { name, shown, colour, over, ground, ratio } = /** @type {any} */ (window).checks;
    const found = new Set();
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const e = texts.currentNode.parentElement;
      if (!e || !texts.currentNode.textContent?.trim() || e.closest('noscript, .sr-only, svg, option, [aria-disabled="true"], :disabled') || !shown(e)) continue;
      const behind = ground(e), got = ratio(over(colour(getComputedStyle(e).color), behind), behind);
      if (got < least - 0.005) found.add(`text ${got.toFixed(2)} : 1, want ${least}: ${name(e)}`);
    }
    for (const e of document.querySelectorAll('button, a.button, input:not([type=hidden]), select, textarea')) {
      if (!shown(e) || e.closest('.search, .stepper, .text-edit') || e.matches(':disabled, [aria-disabled="true"], [type=checkbox], [type=radio], [type=file]')) continue;
      const s = getComputedStyle(e), around = ground(e.parentElement), own = ground(e);
      const edge = parseFloat(s.borderBottomWidth) > 0 && s.borderBottomStyle !== 'none' ? ratio(over(colour(s.borderBottomColor), around), around) : 1;
      const words = ratio(over(colour(s.color), own), own);
      const sign = !!e.querySelector('svg') && words >= 3; // its words or its sign alone make it seen
      const told = ['BUTTON', 'A'].includes(e.tagName) && (sign || (words >= 4.5 && (e.textContent ?? '').trim() !== ''));
      if (Math.max(edge, ratio(own, around)) < 3 && !told) found.add(`edge ${edge.toFixed(2)} : 1, want 3: ${name(e)}`);
    }
    return /** @type {string[]} */ ([...found]);
  }, text);
}

/** Row 19: whatever is pressed answers over at least 44 × 44 pixels, but for links within a sentence. @param {Page} page @param {number} least */
export async function targets(page, least = 44) {
  await tools(page);
  return page.evaluate((least) => {
    const { name, shown } = /** @type {any} */ (window).checks;
    const found = new Set();
    for (const e of document.querySelectorAll('button, a[href], input:not([type=hidden]), select, textarea, summary, [role="button"], [tabindex="0"]')) {
      if (!shown(e) || e.matches(':disabled, .skip')) continue;
      const inline = e.tagName === 'A' && getComputedStyle(e).display === 'inline' && e.closest('p, li, td, th, dd, label, .sub, .crumbs, .what, .note');
      if (inline) continue;
      const box = e.matches('input[type=checkbox], input[type=radio]') && e.closest('label') ? /** @type {Element} */ (e.closest('label')) : e;
      box.scrollIntoView({ block: 'center', inline: 'center' });
      const r = box.getBoundingClientRect();
      const cx = r.left + r.width / 2, cy = r.top + r.height / 2;
      /** Whether a press there is a press on it: an element may answer beyond its edge. */
      const hit = (/** @type {number} */ x, /** @type {number} */ y) => {
        const at = document.elementFromPoint(x, y);
        return !!at && (box.contains(at) || at.closest('label')?.contains(e) === true);
      };
      const reach = (/** @type {number} */ dx, /** @type {number} */ dy) => {
        let n = 0;
        for (const way of [1, -1]) for (let i = 1; i <= least && hit(cx + way * i * dx, cy + way * i * dy); i++) n++;
        return n;
      };
      const wide = r.width >= least - 0.5 || reach(1, 0) >= least - 2, tall = r.height >= least - 0.5 || reach(0, 1) >= least - 2;
      if (!wide || !tall) found.add(`answers over ${Math.round(r.width)} × ${Math.round(r.height)}: ${name(e)}`);
    }
    scrollTo(0, 0);
    return /** @type {string[]} */ ([...found]);
  }, least);
}

/** Row 21: how far the page goes beyond its window, sideways. @param {Page} page */
export async function sideways(page) {
  await tools(page);
  return page.evaluate(() => {
    const over = document.documentElement.scrollWidth - innerWidth;
    if (over <= 0) return [];
    const { name } = /** @type {any} */ (window).checks;
    const worst = [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.scroll-x, .tabs')).slice(0, 2);
    return [`scrolls sideways by ${over} px: ${worst.map(name).join(', ')}`];
  });
}

/** Row 22: with the spacing of WCAG 1.4.12 no text is cut that was whole before. @param {Page} page */
export async function spacing(page) {
  await tools(page);
  return page.evaluate(() => {
    const { name, shown } = /** @type {any} */ (window).checks;
    const cut = () => new Set([...document.querySelectorAll('body *')].filter((e) => {
      const s = getComputedStyle(e);
      if (!shown(e) || e.closest('.sr-only, svg') || !(e.textContent ?? '').trim()) return false;
      const hides = (/** @type {string} */ o) => o === 'hidden' || o === 'clip';
      return (hides(s.overflowX) && e.scrollWidth > e.clientWidth + 2 && e.clientWidth > 0) || (hides(s.overflowY) && e.scrollHeight > e.clientHeight + 2 && e.clientHeight > 0);
    }));
    const before = cut(), wide = document.documentElement.scrollWidth;
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; } p { margin-bottom: 2em !important; }');
    document.adoptedStyleSheets = [sheet];
    const found = [...cut()].filter((e) => !before.has(e)).map((e) => `cut off: ${name(e)}`);
    if (document.documentElement.scrollWidth > Math.max(innerWidth, wide) + 1) found.push(`scrolls sideways by ${document.documentElement.scrollWidth - innerWidth} px`);
    document.adoptedStyleSheets = [];
    return found;
  });
}

/** Row 24: nothing moves for ever but what says that it works; nothing flashes; with reduced motion nothing moves at all.
 * @param {Page} page */
export async function motion(page) {
  await tools(page);
  const look = (/** @type {boolean} */ calm) => page.evaluate((calm) => {
    const { name } = /** @type {any} */ (window).checks;
    return document.getAnimations().flatMap((a) => {
      const e = /** @type {KeyframeEffect} */ (a.effect)?.target, t = a.effect?.getComputedTiming();
      if (!e || !t || a.playState !== 'running' || getComputedStyle(e).display === 'none') return [];
      if (calm) return [`moves although the person asked for calm: ${name(e)}`];
      const busy = e.closest('[aria-busy="true"], .busy, .waiting, .s-working, .s-cardreading');
      if (Number(t.endTime) > 5000 && !busy) return [`moves for more than 5 s: ${name(e)}`];
      if (Number(t.duration) < 334 && Number(t.iterations) > 1) return [`repeats every ${t.duration} ms: ${name(e)}`];
      return [];
    });
  }, calm);
  const found = await look(false);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  found.push(...(await look(true)));
  await page.emulateMedia({ reducedMotion: null });
  return found;
}

/** Row 25: in the person's own colours everything that can be pressed has an edge or an underline, and signs stay. @param {Page} page */
export async function ownColours(page) {
  await page.emulateMedia({ forcedColors: 'active', contrast: 'more' });
  await tools(page);
  const found = await page.evaluate(() => {
    const { name, shown, colour, ratio } = /** @type {any} */ (window).checks;
    const list = [];
    const ground = colour(getComputedStyle(document.documentElement).getPropertyValue('background-color'));
    const canvas = ground[3] === 0 ? colour(getComputedStyle(document.body).backgroundColor) : ground;
    for (const e of document.querySelectorAll('button, a[href], input:not([type=hidden]), select, textarea')) {
      if (!shown(e) || e.closest('.search, .stepper, .text-edit') || e.matches('.skip, [type=checkbox], [type=radio], [type=file]')) continue;
      const s = getComputedStyle(e);
      const edge = ['Top', 'Bottom', 'Left'].some((side) => parseFloat(s.getPropertyValue(`border-${side.toLowerCase()}-width`)) > 0);
      const text = e.tagName === 'A' || (e.textContent ?? '').trim() !== '' || !!e.querySelector('svg');
      if (!edge && !text) list.push(`cannot be told from the ground: ${name(e)}`);
    }
    for (const e of document.querySelectorAll('svg.icon')) {
      if (!shown(e)) continue;
      const s = getComputedStyle(e), paint = colour(s.fill === 'none' ? s.stroke : s.fill);
      let at = e.parentElement, behind = canvas;
      for (; at; at = at.parentElement) { const c = colour(getComputedStyle(at).backgroundColor); if (c[3] === 1) { behind = c; break; } }
      if (ratio(paint, behind) < 3) list.push(`a sign that is not seen: ${name(/** @type {Element} */ (e.parentElement))}`);
    }
    return [...new Set(list)];
  });
  await page.emulateMedia({ forcedColors: null, contrast: null });
  return found;
}

/** Row 2: the key Tab leads on; what has the focus is in sight, on top, and has a ring. @param {Page} page @param {number} stops */
export async function focus(page, stops = 12) {
  await tools(page);
  /** @type {string[]} */
  const found = [];
  await page.evaluate(() => { /** @type {HTMLElement} */ (document.activeElement)?.blur?.(); scrollTo(0, 0); });
  for (let i = 0; i < stops; i++) {
    await page.keyboard.press('Tab');
    const fault = await page.evaluate(() => {
      const { name, shown } = /** @type {any} */ (window).checks;
      const e = document.activeElement;
      if (!e || e === document.body || e.tagName === 'VIDEO') return '';
      if (e.matches('.skip')) return e.getBoundingClientRect().top >= 0 ? '' : `not in sight: ${name(e)}`;
      if (!shown(e)) return `has the focus and is not shown: ${name(e)}`;
      const r = e.getBoundingClientRect();
      if (r.bottom < 0 || r.top > innerHeight || r.right < 0 || r.left > innerWidth) return `not in sight: ${name(e)}`;
      const x = Math.min(Math.max(r.left + Math.min(r.width / 2, 12), 1), innerWidth - 1), ys = [r.top + r.height / 2, r.top + 4, r.bottom - 4];
      const free = ys.some((y) => { const at = document.elementFromPoint(x, Math.min(Math.max(y, 1), innerHeight - 1)); return at && (e.contains(at) || at.contains(e) || at.closest('label')?.contains(e)); });
      if (!free) return `covered: ${name(e)}`;
      const ringed = e.closest('.search') ?? e, s = getComputedStyle(ringed);
      const ring = Math.max(s.outlineStyle === 'none' ? 0 : parseFloat(s.outlineWidth) || 0, s.boxShadow === 'none' ? 0 : 3);
      return ring >= 3 ? '' : `no ring: ${name(e)}`;
    });
    if (fault) found.push(fault);
  }
  return [...new Set(found)];
}

/** Rows 28, 29 and 34: one main button, readable lines, tables and pictures with words, a title and a heading. @param {Page} page */
export async function structure(page) {
  await tools(page);
  return page.evaluate(() => {
    const { name, shown } = /** @type {any} */ (window).checks;
    /** @type {{28: string[], 29: string[], 34: string[]}} */
    const found = { 28: [], 29: [], 34: [] };
    const main = [...document.querySelectorAll('.button.main, .btn.main')].filter(shown);
    if (main.length > 1) found[28].push(`${main.length} main buttons: ${main.map(name).join(', ')}`);
    for (const p of document.querySelectorAll('main p, main li')) {
      if (!shown(p) || p.children.length > 3) continue;
      const s = getComputedStyle(p), text = (p.textContent ?? '').replace(/\s+/g, ' ').trim();
      const range = document.createRange();
      range.selectNodeContents(p);
      const lines = new Set([...range.getClientRects()].filter((r) => r.height > 8).map((r) => Math.round(r.top / 8))).size;
      if (lines > 2 && text.length / lines > 100) found[28].push(`lines of ${Math.round(text.length / lines)} characters: ${name(p)}`);
      void s;
    }
    for (const t of document.querySelectorAll('table')) {
      if (t.getAttribute('role') === 'presentation') continue;
      if (!t.querySelector('th')) found[29].push(`a table without headings: ${name(t)}`);
      if (!t.querySelector('caption') && !t.getAttribute('aria-label') && !t.getAttribute('aria-labelledby')) found[29].push(`a table without a caption: ${name(t)}`);
    }
    for (const e of document.querySelectorAll('svg:not([aria-hidden="true"]), img')) {
      const words = e.getAttribute('aria-label') ?? e.getAttribute('alt') ?? e.getAttribute('aria-labelledby');
      if (shown(e) && words === null && !e.closest('[aria-hidden="true"]')) found[29].push(`a picture without words: ${name(/** @type {Element} */ (e.parentElement))}`);
    }
    for (const e of document.querySelectorAll('input:not([type=hidden]), select, textarea')) {
      const field = /** @type {HTMLInputElement} */ (e);
      if (shown(e) && !(field.labels?.length || e.getAttribute('aria-label') || e.getAttribute('aria-labelledby'))) found[29].push(`a field without a label: ${name(e)}`);
    }
    if (!/^(pt|en|es|fr|uk)/.test(document.documentElement.lang)) found[34].push(`lang is «${document.documentElement.lang}»`);
    if (document.title.trim().length < 4) found[34].push(`the title is «${document.title}»`);
    const h1 = document.querySelectorAll('h1').length;
    if (h1 !== 1) found[34].push(`${h1} headings of the first degree`);
    return found;
  });
}

/** Row 32: printed, a page has its words and neither bar, buttons nor a second page of nothing. @param {Page} page */
export async function onPaper(page) {
  await page.emulateMedia({ media: 'print' });
  await tools(page);
  const found = await page.evaluate(() => {
    const { name, shown } = /** @type {any} */ (window).checks;
    const list = [];
    const body = getComputedStyle(document.body), words = (document.querySelector('main') ?? document.body).innerText.trim();
    if (words.length < 3) list.push('nothing is printed');
    for (const e of document.querySelectorAll('header.top .tabs, .keybar, .skip, header.top form')) if (shown(e)) list.push(`is printed: ${name(e)}`);
    if (body.overflowY === 'hidden' && !document.querySelector('.cb')) list.push('only the first page is printed');
    return [...new Set(list)];
  });
  await page.emulateMedia({ media: null });
  return found;
}

/** A cheap television: blacks that shine at a tenth of white, and six bits for each colour. Text keeps this contrast on it.
 * @param {Page} page @param {number} least */
export async function washed(page, least) {
  await tools(page);
  return page.evaluate((least) => {
    const { name, shown, colour, over, ground, ratio } = /** @type {any} */ (window).checks;
    const glass = (/** @type {number[]} */ c) => c.slice(0, 3).map((v) => (Math.round((25.5 + 0.9 * v) / 255 * 63) / 63) * 255);
    const found = new Set();
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const e = texts.currentNode.parentElement;
      if (!e || !texts.currentNode.textContent?.trim() || e.closest('noscript, .sr-only, svg') || !shown(e)) continue;
      const behind = ground(e), got = ratio(glass(over(colour(getComputedStyle(e).color), behind)), glass(behind));
      if (got < least) found.add(`text ${got.toFixed(2)} : 1, want ${least}: ${name(e)}`);
    }
    return /** @type {string[]} */ ([...found]);
  }, least);
}

/** An interlaced picture flickers where a line is one point high: no edge, sign or letter is drawn with one. @param {Page} page */
export async function strokes(page) {
  await tools(page);
  return page.evaluate(() => {
    const { name, shown } = /** @type {any} */ (window).checks;
    const found = new Set();
    for (const e of document.querySelectorAll('body *')) {
      if (!shown(e) || e.closest('.sr-only')) continue;
      const s = getComputedStyle(e);
      for (const side of ['top', 'bottom']) {
        const w = parseFloat(s.getPropertyValue(`border-${side}-width`));
        if (s.getPropertyValue(`border-${side}-style`) !== 'none' && w > 0 && w < 2) found.add(`an edge of ${w} px: ${name(e)}`);
      }
      if (e.tagName === 'svg') {
        const view = /** @type {SVGSVGElement} */ (e).viewBox.baseVal, scale = view.width ? e.getBoundingClientRect().width / view.width : 1;
        if (s.stroke !== 'none' && parseFloat(s.strokeWidth) * scale < 2) found.add(`a sign drawn with ${(parseFloat(s.strokeWidth) * scale).toFixed(1)} px: ${name(/** @type {Element} */ (e.parentElement))}`);
      }
      // Noto Sans draws its level strokes with 0.075 of its size at weight 400 and with 0.11 at 650.
      const own = [...e.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.textContent?.trim());
      const thick = parseFloat(s.fontSize) * (0.075 + 0.00014 * (Number(s.fontWeight) - 400));
      if (own && thick < 1.7) found.add(`letters of ${thick.toFixed(1)} px: ${name(e)}`);
    }
    return /** @type {string[]} */ ([...found]);
  });
}
