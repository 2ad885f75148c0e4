// Takes a picture of every face and main state into docs/pictures: `make screenshots`, or with words to take only the
// pictures whose names begin so.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { launch, watchedPage } from './chromium.js';
import { startDemo } from './demo.js';
import { knowsThePage, openFaces } from './faces.js';
import { tour } from './tour.js';
import { until } from './wait.js';

const target = process.env.BALCAO_PICTURES ?? new URL('../docs/pictures/', import.meta.url).pathname;
const wanted = process.argv.slice(2);
/** The kiosk's screen is large: three quarters of its pixels are sharp enough to read, and half the bytes. */
const scale = 0.75;

/** States that look like another one, and are there for the accessibility tests. */
const unremarkable = new Set([
  'coordinator-wide', 'coordinator-320', 'coordinator-suspend', 'report-320', 'report-empty', 'why-search', 'why-none',
  'callboard-first', 'counter-serving-200', 'kiosk-bodies', 'kiosk-priority', 'kiosk-mode-large', 'kiosk-ticket-english', 'counter-called', 'waits-320',
]);

/** @param {string} name @param {import('playwright-core').Page} page */
async function picture(name, page) {
  if (unremarkable.has(name) || (wanted.length > 0 && !wanted.some((w) => name.startsWith(w)))) return;
  await page.evaluate(() => document.fonts.ready);
  await knowsThePage(page);
  await page.screenshot({ path: join(target, `${name}.png`), timeout: 60_000 });
  console.log(`docs/pictures/${name}.png`);
}

await mkdir(target, { recursive: true });
const browser = await launch();

/** Every face and state of one branch with traffic. */
async function oneBranch() {
  const demo = await startDemo({ traffic: true });
  try {
    const faces = openFaces(browser, demo);
    const coordinator = await faces.coordinator();
    await until('the branch is alive', async () => {
      const { visits } = await coordinator.day();
      const count = (/** @type {string} */ state) => visits.filter((v) => v.state === state).length;
      return count('finished') >= 4 && count('waiting') >= 6;
    }, 180_000);
    await faces.close();
    await galleryOf(demo.at.kiosk);
    await tour(browser, demo, picture, scale);
  } finally {
    await demo.stop();
  }
}

/** The components of the kiosk in one mode after the other, and the small screen. @param {string} kiosk */
async function galleryOf(kiosk) {
  const { page } = await watchedPage(browser, { viewport: { width: 1400, height: 3000 }, deviceScaleFactor: 0.6 });
  for (const mode of ['claro', 'contraste']) {
    await page.setViewportSize({ width: 700, height: 900 });
    await page.goto(new URL(`/gallery/componentes/${mode}`, kiosk).href);
    await page.locator('.co').waitFor();
    await page.setViewportSize({ width: 700, height: await page.evaluate(() => document.documentElement.scrollHeight) });
    await picture(`components-${mode}`, page);
  }
  await page.setViewportSize({ width: 1080, height: 1920 });
  await page.goto(new URL('/gallery/touch/home?inches=21.5', kiosk).href);
  await page.locator('[data-screen]').waitFor();
  await picture('kiosk-small-screen', page);
  await page.setViewportSize({ width: 1920, height: 1080 });
  await page.goto(new URL('/gallery/board/normal?distance=15000', kiosk).href);
  await page.locator('.cb').waitFor();
  await picture('callboard-far', page);
  await page.context().close();
}

/** Headquarters with a whole network. */
async function wholeNetwork() {
  const demo = await startDemo({ traffic: true, branches: 431 });
  try {
    const { page } = await openFaces(browser, demo).hq();
    await page.setViewportSize({ width: 1600, height: 900 });
    await page.emulateMedia({ reducedMotion: 'reduce' }); // hundreds of rows that flash keep a small machine from drawing
    await until('every branch reports', async () => (await page.locator('#branches tbody tr:not([data-at="0"])').count()) === 432, 120_000);
    await until('tickets are counted', async () => /[1-9]/.test((await page.locator('.figure').nth(1).textContent()) ?? ''), 60_000);
    await picture('hq-432', page);
  } finally {
    await demo.stop();
  }
}

try {
  if (wanted.length === 0 || wanted.some((w) => w !== 'hq-432')) await oneBranch();
  if (wanted.length === 0 || wanted.some((w) => 'hq-432'.startsWith(w))) await wholeNetwork();
} finally {
  await browser.close();
}
