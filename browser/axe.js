// Accessibility rules, checked by axe-core in the page itself.
import * as axe from '@axe-core/playwright';

const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/**
 * Every violation of WCAG 2.2 AA on the page, one readable line each.
 * @param {import('playwright-core').Page} page
 */
export async function violations(page) {
  const found = await new axe.AxeBuilder({ page }).withTags(tags).analyze();
  return found.violations.map((v) => `${v.id}: ${v.help} (${v.nodes.map((n) => n.target.join(' ')).join('; ')})`);
}
