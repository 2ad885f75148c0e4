// The kiosk's states × languages × ways of showing, pairwise: nothing spills, nothing is too small, no rule of axe breaks.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { doubts } from './axe.js';
import { contrast } from './checks.js';
import { launch, watchedPage } from './chromium.js';
import { startDemo } from './demo.js';
import { sizes } from './faces.js';
import { least, misfits } from './fit.js';
import { looks, open, states, tongues } from './gallery.js';

/** @type {import('playwright-core').Browser} */
let browser;
/** @type {import('./demo.js').Demo} */
let demo;

before(async () => {
  demo = await startDemo();
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await demo?.stop();
});

/** How many cases a short run looks at; BALCAO_GALLERY=all looks at every state in every language and look. */
const most = 30;

test('the kiosk fits and breaks no rule in its languages and ways of showing', { timeout: 900_000 }, async () => {
  const { page, complaints } = await watchedPage(browser, { viewport: sizes.kiosk, hasTouch: true });
  const all = await states(page, demo.at.kiosk);
  assert.ok(all.length >= 60, `${all.length} states`);
  const every = process.env.BALCAO_GALLERY === 'all';
  // Of the 48 pairs of a language and a look a short run sees 30, each in another state: a new state moves the choice.
  /** @type {{state: string, lang: string, look: string}[]} */
  const cases = [];
  if (every) {
    for (const state of all) for (const lang of tongues) for (const look of looks) cases.push({ state, lang, look });
  } else {
    for (let i = 0; i < most; i++) {
      cases.push({ state: all[Math.floor((i * all.length) / most)], lang: tongues[i % tongues.length], look: looks[(i + Math.floor(i / tongues.length)) % looks.length] });
    }
  }
  /** @type {Record<string, string[]>} */
  const faults = {};
  for (const one of cases) {
    await open(page, demo.at.kiosk, one);
    const found = [...(await misfits(page)), ...(await contrast(page, 7)), ...(await doubts(page))];
    if (found.length > 0) faults[`${one.state} ${one.lang} ${one.look}`] = found;
  }
  assert.deepEqual(faults, {});
  assert.deepEqual(complaints.filter((c) => !/Applying inline style|\/sign\/[a-z]+\.webm/.test(c)), []);
  await page.context().close();
});

test('every state is drawn to its end, whatever is missing in it', { timeout: 240_000 }, async () => {
  const { page, complaints } = await watchedPage(browser, { viewport: { width: 540, height: 960 }, deviceScaleFactor: 0.5 });
  /** @type {Record<string, string[]>} */
  const faults = {};
  for (const state of await states(page, demo.at.kiosk)) {
    complaints.length = 0;
    await page.goto(new URL(`/gallery/touch/${state}?modes=contrast`, demo.at.kiosk).href, { waitUntil: 'domcontentloaded' });
    await page.locator('[data-screen]:has(main > *, main:empty)').first().waitFor();
    // The style of the whole page is set after everything in it was drawn; a card left behind ends all modes.
    if (!['card-forgotten', 'home-card-left', 'starting'].includes(state)) await page.locator('html.contrast').waitFor({ timeout: 10_000 }).catch(() => complaints.push('is not drawn to its end'));
    const real = complaints.filter((c) => !/\/sign\/[a-z]+\.webm/.test(c));
    if (real.length > 0) faults[state] = [...new Set(real)];
  }
  assert.deepEqual(faults, {});
  await page.context().close();
});

test('every component is shown in every state and mode, by the sheets of the screens', { timeout: 90_000 }, async () => {
  const { page, complaints } = await watchedPage(browser, { viewport: { width: 700, height: 1000 } });
  await page.goto(new URL('/gallery/componentes', demo.at.kiosk).href);
  const modes = await page.locator('iframe').evaluateAll((list) => list.map((f) => f.getAttribute('src') ?? ''));
  assert.equal(modes.length, 4);
  for (const mode of modes) {
    await page.goto(new URL(mode, demo.at.kiosk).href);
    await page.locator('.co-part').first().waitFor();
    assert.ok((await page.locator('.co-part').count()) >= 12, 'a dozen components');
    for (const state of ['is-pressed', 'is-focus']) assert.ok((await page.locator(`.${state}`).count()) >= 5, state);
    for (const part of ['.choice.waiting', '.btn.waiting', '.choice.off', '.notice.warn .code', '.notice.busy', '.key[aria-disabled="true"]']) assert.ok(await page.locator(part).count(), part);
    const slow = process.env.BALCAO_GALLERY === 'all' || /claro|contraste/.test(mode); // the others differ in size
    assert.deepEqual([...(await contrast(page, 7)), ...(slow ? await doubts(page) : [])], [], mode);
  }
  assert.deepEqual(complaints.filter((c) => !/Applying inline style|tokens\.css/.test(c)), []);
  await page.context().close();
});

test('on a small screen letters and buttons keep their sizes, and what is shown fits', { timeout: 120_000 }, async () => {
  const { page } = await watchedPage(browser, { viewport: sizes.kiosk, hasTouch: true });
  /** @type {Record<string, string[]>} */
  const faults = {};
  const every = process.env.BALCAO_GALLERY === 'all';
  const cases = every ? (await states(page, demo.at.kiosk)).flatMap((state) => tongues.flatMap((lang) => looks.map((look) => ({ state, lang, look }))))
    : [['home', 'uk', ''], ['home-both', 'fr', ''], ['services-off', 'pt', ''], ['ticket-card', 'en', ''], ['nopaper', 'es', ''], ['home', 'pt', 'low'], ['home', 'fr', 'contrast,large']]
      .map(([state, lang, look]) => ({ state, lang, look }));
  for (const one of cases) {
    await open(page, demo.at.kiosk, { ...one, inches: 21.5 });
    const found = await misfits(page, least[21.5]);
    if (found.length > 0) faults[`${one.state} ${one.lang} ${one.look}`] = found;
  }
  assert.deepEqual(faults, {});
  await page.context().close();
});

test('the face for somebody who reads from right to left is a mirror', { timeout: 60_000 }, async () => {
  const { page } = await watchedPage(browser, { viewport: sizes.kiosk, hasTouch: true });
  await open(page, demo.at.kiosk, { state: 'services', lang: 'en-x-mirror', look: '' });
  assert.equal(await page.evaluate(() => document.documentElement.dir), 'rtl');
  const sides = await page.locator('.choice.line').first().evaluate((e) => {
    const middle = (/** @type {string} */ of) => { const r = /** @type {Element} */ (e.querySelector(of)).getBoundingClientRect(); return (r.left + r.right) / 2; };
    return { tile: middle('.tile'), wait: middle('.side') };
  });
  assert.ok(sides.tile > sides.wait, JSON.stringify(sides));
  await page.context().close();
});
