// What does not fit at the kiosk: measured on the page itself.

/**
 * The least sizes on two upright screens of 1080 × 1920, in pixels: 20 mm, and a capital of 0.7° from 600 mm; the text of
 * the larger screen is larger than that by choice. internal/glass computes them.
 */
export const least = { 27: { target: 65, text: 36 }, 21.5: { target: 80, text: 40.5 } };

/**
 * Everything on the kiosk's page that is too small to touch or to read, stands outside the screen, is covered by
 * something else, or spills out of the button that carries it.
 * @param {import('playwright-core').Page} page @param {{target: number, text: number}} [size]
 */
export function misfits(page, size = least[27]) {
  return page.evaluate(({ target: leastTarget, text: leastText }) => {
    /** @type {string[]} */
    const found = [];
    const name = (/** @type {Element} */ e) => `${e.tagName.toLowerCase()}.${e.className} «${(e.textContent ?? '').replace(/\s+/g, ' ').trim().slice(0, 40)}»`;
    const shown = (/** @type {Element} */ e) => {
      const r = e.getBoundingClientRect();
      return r.width > 2 && r.height > 2 && getComputedStyle(e).visibility === 'visible';
    };
    for (const b of document.querySelectorAll('button, a[href], input, [role="button"]')) {
      const r = b.getBoundingClientRect();
      if (!shown(b)) continue;
      if (Math.min(r.width, r.height) < leastTarget) found.push(`target of ${Math.round(r.width)} × ${Math.round(r.height)}: ${name(b)}`);
      if (r.top < 0 || r.left < -1 || r.bottom > innerHeight + 1 || r.right > innerWidth + 1) found.push(`outside the screen: ${name(b)}`);
      const at = document.elementFromPoint(r.left + r.width / 2, r.top + r.height / 2);
      if (at && !b.contains(at) && !at.contains(b) && !document.querySelector('dialog[open]')) found.push(`covered by ${name(at)}: ${name(b)}`);
    }
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const node = texts.currentNode, e = node.parentElement;
      if (!e || !node.textContent?.trim() || !shown(e) || e.closest('noscript, .sr-only, [aria-hidden="true"]')) continue;
      const size = parseFloat(getComputedStyle(e).fontSize);
      if (size < leastText - 0.01) found.push(`text of ${Math.round(size)} px: ${name(e)}`);
      const range = document.createRange();
      range.selectNodeContents(node);
      const t = range.getBoundingClientRect();
      const box = e.closest('button, .choice, .chip, .notice, .slip, .foot, header, dialog, main');
      if (!box) continue;
      const clips = getComputedStyle(e).textOverflow === 'ellipsis';
      const over = box.getBoundingClientRect(), slack = 3;
      if (!clips && (t.right > over.right + slack || t.left < over.left - slack || t.bottom > over.bottom + slack || t.top < over.top - slack)) {
        found.push(`spills out of ${box.tagName.toLowerCase()}.${box.className}: «${node.textContent.trim().slice(0, 50)}»`);
      }
    }
    const foot = document.querySelector('.tools, .foot, .tongues')?.getBoundingClientRect();
    for (const e of document.querySelectorAll('main > *')) {
      const r = e.getBoundingClientRect();
      if (foot && shown(e) && r.bottom > foot.top + 2) found.push(`runs ${Math.round(r.bottom - foot.top)} px under the lower part: ${name(e)}`);
    }
    return [...new Set(found)];
  }, size);
}
