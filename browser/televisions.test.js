// The callboard on the televisions that branches buy: small panels that cut off their edges and wash out their blacks, the
// wrong shape, interlaced pictures, and glass that keeps the ghost of what stood on it all day. BALCAO_SOAK=1 looks at a
// whole day of it, in steps of five minutes on 1920 × 1080.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { contrast, strokes, washed } from './checks.js';
import { launch } from './chromium.js';
import { startDemo } from './demo.js';
import { settled } from './gallery.js';
import { wearOf } from './glass-wear.js';
import { boardOf, callOf, startBranch } from './television.js';

/** @type {import('playwright-core').Browser} */
let browser;
/** @type {import('./demo.js').Demo} */
let demo;
/** @type {Awaited<ReturnType<typeof startBranch>>} */
let branch;

before(async () => {
  branch = await startBranch();
  demo = await startDemo();
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await demo?.stop();
  branch?.stop();
});

const minute = 60_000;
/** The morning on which every test begins. */
const opens = Date.UTC(2026, 10, 23, 8, 0);
/** How long a page stands still at first, and when it has then wandered farthest to the upper left and the lower right. */
const still = 5, farthest = [209, 319];
/** Numbers of five characters stand both in the great panel and among the earlier ones. */
const names = ['M1008', 'A022', 'M1009', 'F031', 'A021', 'M008', 'X777'];
/** @param {number} at @param {number} [from] */
const calls = (at, from = 100) => names.map((tk, i) => callOf(from - i, tk, String(12 - i), at - i * minute));

/** Sets the clock and has the board look after the glass, as it does each second. @param {import('playwright-core').Page} page @param {number} now */
async function passes(page, now) {
  await page.clock.setFixedTime(now);
  await page.evaluate(() => { dispatchEvent(new Event('resize')); });
  await settled(page);
}

for (const cut of [3, 5]) {
  test(`where a television cuts off ${cut} % at each edge, nothing needed lies there, wherever the picture has wandered`, { timeout: 60_000 }, async () => {
    branch.begins(boardOf(calls(opens), { notes: [{ text: { pt: 'Simulacro de incêndio às 15:00: siga a nossa equipa até ao jardim.' } }] }));
    const { page, context } = await branch.open(browser, demo.at.counter, { width: 1366, height: 768 }, `margem=${cut}`, opens);
    for (const [i, at] of farthest.entries()) {
      await passes(page, opens + (still + at) * minute);
      for (const viewport of [{ width: 1366, height: 768 }, { width: 1280, height: 720 }]) {
        await page.setViewportSize(viewport);
        const moved = await page.waitForFunction(([i, unit]) => {
          const [x, y] = document.documentElement.style.getPropertyValue('--wander').split(' ').map(parseFloat);
          return (i === 1 ? Math.min(x / 2.4, y / 1.2) : Math.min(-x / 2.4, -y / 1.2)) > 0.9 * unit && `${x} ${y}`;
        }, [i, viewport.height / 108]);
        const lost = await page.evaluate((cut) => [...document.querySelectorAll('.cb-top h1 b, .cb-clock, .cb-who b, .cb-number, .cb-counter > *, .cb-before td.number, .cb-before th, .cb-waits p, .cb-waits dt, .cb-waits dd, .cb-bar-text span')].flatMap((e) => {
          const r = document.createRange(), size = parseFloat(getComputedStyle(e).fontSize);
          r.selectNodeContents(e);
          const b = r.getBoundingClientRect(), x = cut * innerWidth, y = cut * innerHeight;
          // Of a line's height letters with accents leave so much free at its top, and digits more.
          const free = e.matches('.cb-clock') ? 0.3 : 0.14;
          const ok = b.left >= x && b.right <= innerWidth - x && b.top + free * size >= y && b.bottom - 0.05 * size <= innerHeight - y;
          return ok ? [] : [`${e.className || e.tagName} «${e.textContent}» at ${[b.left, b.top, b.right, b.bottom].map(Math.round)}`];
        }), cut / 100);
        assert.deepEqual(lost, [], `${viewport.width}, moved by ${await moved.jsonValue()}`);
      }
    }
    await context.close();
  });
}

test('on washed-out glass of six bits, in a wrong shape and interlaced, calls are read, in both turns of its colours', { timeout: 90_000 }, async () => {
  branch.begins(boardOf(calls(opens)));
  const { page, context, complaints } = await branch.open(browser, demo.at.counter, { width: 1280, height: 720 }, '', opens);
  /** In the middle of a change of colours nothing is measured: it takes a fifth of a second, and two where letters are dimmed. */
  const changed = () => page.evaluate(() => Promise.all(document.getAnimations().filter((a) => a instanceof CSSTransition).map((a) => a.finished.catch(() => null))));
  const look = async (/** @type {string} */ name) => {
    await changed();
    assert.deepEqual(await contrast(page, 7), [], name);
    assert.deepEqual(await washed(page, 4.5), [], `${name}, washed out`);
    assert.deepEqual(await strokes(page), [], `${name}, interlaced`);
  };
  await look('dark on light');
  // The wrong shape: 4:3 and 5:4, the picture of an old set, a panel on its side; one that stretches shows one of these.
  for (const [width, height] of [[1366, 768], [1024, 768], [1280, 1024], [800, 600], [720, 576], [768, 1366]]) {
    await page.setViewportSize({ width, height });
    await settled(page);
    const wrong = await page.evaluate(() => {
      const box = (/** @type {Element} */ e) => e.getBoundingClientRect();
      const found = [...document.querySelectorAll('.cb-number, .cb-counter, .cb-counter > *, .cb-before td.number, .cb-bar-text, .cb-clock')].filter((e) => {
        const b = box(e);
        return b.left < 0 || b.top < 0 || b.right > innerWidth + 1 || b.bottom > innerHeight + 1 || e.scrollWidth > e.clientWidth + 2 && e.clientWidth > 0;
      }).map((e) => `not whole: ${e.className} «${e.textContent}»`);
      const number = /** @type {Element} */ (document.querySelector('.cb-number')), where = box(/** @type {Element} */ (document.querySelector('.cb-where')));
      if (box(number).bottom > where.top + 2) found.push('the number runs into its counter');
      const small = parseFloat(getComputedStyle(number).fontSize) / Math.min(innerWidth, innerHeight);
      if (small < 0.15) found.push(`a number of ${Math.round(100 * small)} % of the glass`);
      return found;
    });
    assert.deepEqual(wrong, [], `${width} × ${height}`);
  }
  await page.setViewportSize({ width: 1280, height: 720 });
  // Its time has come, but people are called: it waits, and turns under the yellow of the next call.
  const due = opens + 21 * minute;
  await passes(page, due);
  assert.equal(await page.locator('html.turned').count(), 0, 'nothing changes under the eyes of those who wait');
  branch.says(boardOf([callOf(102, 'B207', '3', due), callOf(101, 'A200', '4', due), ...calls(opens)]));
  await page.locator('.cb-now.fresh', { hasText: 'B207' }).waitFor();
  await page.locator('html.turned').waitFor();
  await look('new calls');
  await page.locator('.cb-now:not(.fresh)', { hasText: 'B207' }).waitFor();
  await look('light on dark');
  await passes(page, due + 40 * minute); // half an hour without a call
  await page.locator('html.quiet').waitFor();
  await page.clock.setFixedTime(due + 65 * minute);
  await page.locator('html.quiet.turned').waitFor();
  await changed();
  assert.deepEqual(await washed(page, 4.5), [], 'quiet, washed out');
  if (process.env.BALCAO_LOOK) await page.screenshot({ path: `${process.env.BALCAO_LOOK}/turned.png` });
  assert.deepEqual(complaints, []);
  await context.close();
});

test('through a day no point of the glass stays bright for longer than an hour', { timeout: process.env.BALCAO_SOAK ? 900_000 : 120_000 }, async () => {
  const whole = !!process.env.BALCAO_SOAK;
  const viewport = whole ? { width: 1920, height: 1080 } : { width: 640, height: 360 }, step = whole ? 5 : 10, until = whole ? 24 * 60 : 150;
  // The worst day: nobody is called after the first minute, so that only the board itself changes anything.
  branch.begins(boardOf(calls(opens)));
  const { page, context } = await branch.open(browser, demo.at.counter, viewport, '', opens);
  const wear = await wearOf(browser, viewport);
  for (let m = 0; m <= until; m += step) {
    await passes(page, opens + m * minute);
    await wear.add(await page.screenshot({ animations: 'disabled' }), m); // what fades has faded
  }
  const worst = await wear.worst();
  if (whole || process.env.BALCAO_LOOK) console.log('worst point', JSON.stringify(worst));
  assert.ok(worst.lit > 0, 'something was bright');
  assert.ok(worst.minutes <= 60, `a point at ${worst.x}, ${worst.y} was bright for ${worst.minutes} minutes`);
  await wear.close();
  await context.close();
});
