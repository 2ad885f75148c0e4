// Every state of the kiosk in every language and mode, measured and drawn: `node gallery.js FOLDER [WORD…]` against a
// demo of its own, or against BALCAO_KIOSK where one runs. A word keeps the pictures whose names contain it.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { launch, watchedPage } from './chromium.js';
import { startDemo } from './demo.js';
import { sizes } from './faces.js';
import { misfits } from './fit.js';

/** The languages of the kiosk, and English as it would stand written from right to left. */
export const tongues = ['pt', 'en', 'es', 'fr', 'uk', 'en-x-mirror'];
/** The ways of showing that are worth a look together. */
export const looks = ['', 'contrast', 'large', 'low', 'easy', 'contrast,large', 'large,easy', 'low,large,contrast'];

/** The names of the kiosk's states. @param {import('playwright-core').Page} page @param {string} kiosk */
export async function states(page, kiosk) {
  await page.goto(new URL('/gallery/', kiosk).href);
  const all = await page.$$eval('a[href^="/gallery/touch/"]', (links) => links.map((a) => a.getAttribute('href')?.split('/').pop()?.split('?')[0] ?? ''));
  return [...new Set(all)];
}

/** Opens one state as a citizen with these wishes sees it.
 * @param {import('playwright-core').Page} page @param {string} kiosk @param {{state: string, lang: string, look: string, inches?: number}} what */
export async function open(page, kiosk, { state, lang, look, inches }) {
  await page.goto(new URL(`/gallery/touch/${state}?lang=${lang}&modes=${look}${inches ? `&inches=${inches}` : ''}`, kiosk).href);
  await page.locator('[data-screen]').waitFor();
  if (state !== 'starting') await page.locator(`html[lang]`).waitFor();
  await settled(page);
}

/** Until every letter of the page is in its own font and fits: a font is only asked for with the first frame that needs
 * it. @param {import('playwright-core').Page} page */
export async function settled(page) {
  await page.evaluate(async () => {
    const frame = () => new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)));
    await frame();
    await document.fonts.ready;
    await frame();
  });
}

if (import.meta.url === new URL(process.argv[1], 'file:').href) {
  const [target, ...wanted] = process.argv.slice(2);
  const demo = process.env.BALCAO_KIOSK ? undefined : await startDemo();
  const kiosk = process.env.BALCAO_KIOSK ?? demo?.at.kiosk ?? '';
  const browser = await launch();
  try {
    const { page } = await watchedPage(browser, { viewport: sizes.kiosk, hasTouch: true, deviceScaleFactor: Number(process.env.BALCAO_SCALE ?? 0.5) });
    if (target) await mkdir(target, { recursive: true });
    for (const state of await states(page, kiosk)) {
      for (const lang of tongues) {
        for (const look of looks) {
          const name = ['kiosk', state, lang, look.replaceAll(',', '+')].filter(Boolean).join('.');
          if (wanted.length > 0 && !wanted.some((w) => (w.endsWith('$') ? `${name}$`.includes(w) : name.includes(w)))) continue;
          await open(page, kiosk, { state, lang, look });
          for (const fault of await misfits(page)) console.log(`${name}: ${fault}`);
          if (target && target !== '-') await page.screenshot({ path: join(target, `${name}.png`) });
        }
      }
    }
  } finally {
    await browser.close();
    await demo?.stop();
  }
}
