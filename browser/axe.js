// Accessibility rules, checked by axe-core in the page itself.
import * as axe from '@axe-core/playwright';

const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/**
 * What axe cannot decide by itself and somebody has looked at: the rule, why axe is unsure, where that is, and the
 * judgement. Whatever else axe is unsure of on the kiosk counts as a violation
 * until somebody judges it here.
 * @type {{rule: string, reason: RegExp, within: string, judgement: string}[]}
 */
export const judged = [
  { rule: 'color-contrast', reason: /bgImage|bgGradient|pseudoContent/, within: '.kiosk .top', judgement: 'behind the header lies a picture of tiles whose brightest line leaves the palest text at 7.4 : 1' },
  { rule: 'color-contrast', reason: /Overlap|Obscur|shortTextContent/, within: '.kiosk .page', judgement: 'a single digit, or boxes that touch: checks.contrast measures every text of the kiosk at 7 : 1, and fit.js names what is covered' },
  { rule: 'color-contrast', reason: /elmPartiallyObscuring/, within: 'dialog', judgement: 'a dialog covers the screen below it, which is what it is for' },
  { rule: 'color-contrast', reason: /elmPartiallyObscured/, within: '.cb-counter, .cb-over-counter', judgement: 'the lines of the great number and of the counter are lower than their letters, so that their boxes touch and their ink does not: looked at on every size of screen; checks.contrast measures the text at 7 : 1' },
  { rule: 'color-contrast', reason: /shortTextContent/, within: '.cb', judgement: 'a number of one or two digits: checks.contrast measures it at 7 : 1' },
  { rule: 'color-contrast', reason: /pseudoContent/, within: 'a, button, summary, .head, .quick', judgement: 'what lies over it is the invisible area that makes a small button answer over 44 pixels' },
];

/**
 * Has axe look at the page. A page without frames is looked at where it stands: to gather the answers of frames axe
 * would open another page for them, which takes longer than the looking.
 * @param {import('playwright-core').Page} page
 */
const analyse = (page) => new axe.AxeBuilder({ page }).withTags(tags).setLegacyMode(page.frames().length === 1).analyze();

/**
 * Every violation of WCAG 2.2 AA on the page, one readable line each.
 * @param {import('playwright-core').Page} page
 */
export async function violations(page) {
  const found = await analyse(page);
  return broken(found);
}

/** @param {import('axe-core').AxeResults} found */
const broken = (found) => found.violations.map((v) => `${v.id}: ${v.help} (${v.nodes.map((n) => n.target.join(' ')).join('; ')})`);

/**
 * What axe finds and what it cannot decide, each of those with the judgement of somebody who looked, if there is one.
 * @param {import('playwright-core').Page} page
 */
export async function examine(page) {
  const found = await analyse(page);
  /** @type {{rule: string, reason: string, target: string, judgement: string}[]} */
  const unsure = [];
  for (const v of found.incomplete) {
    for (const n of v.nodes) {
      const reason = [...n.any, ...n.all, ...n.none].map((c) => c.data?.messageKey ?? c.message).join(', ');
      const target = String(n.target.at(-1));
      const about = judged.filter((j) => j.rule === v.id && j.reason.test(reason));
      const which = about.length === 0 ? -1 : await page.evaluate(([at, places]) => places.findIndex((p) => document.querySelector(at)?.closest(p)),
        /** @type {[string, string[]]} */ ([target, about.map((j) => j.within)]));
      unsure.push({ rule: v.id, reason, target, judgement: about[which]?.judgement ?? '' });
    }
  }
  return { broken: broken(found), unsure };
}

/**
 * The violations, and everything axe is unsure of that nobody has judged.
 * @param {import('playwright-core').Page} page
 */
export async function doubts(page) {
  const { broken, unsure } = await examine(page);
  return [...broken, ...unsure.filter((u) => !u.judgement).map((u) => `unsure of ${u.rule}: ${u.reason} (${u.target})`)];
}
