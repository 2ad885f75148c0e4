// Measures the touch screen: node measure-kiosk.js [taps]. What its page loads; how soon it is painted and how soon a tap
// changes it, on a processor six times slower; whether taps leave anything behind; and how long people need, by touch and by
// ear, with the pauses that people make. Beside it stands what the same browser needs for a tap on a page with one button:
// what a busy machine adds, it adds to both. Prints JSON for docs/benchmarks.md.
import { cpus, loadavg } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { launch } from './chromium.js';
import { startDemo } from './demo.js';
import { sizes } from './faces.js';
import { until } from './wait.js';

const taps = Number(process.argv[2] ?? 200);
const slowDown = 6;

/** @param {number[]} list */
function quantiles(list) {
  const sorted = [...list].sort((a, b) => a - b);
  const at = (/** @type {number} */ q) => Math.round((sorted[Math.ceil(q * sorted.length) - 1] ?? NaN) * 10) / 10;
  return { n: sorted.length, p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
}

const demo = await startDemo();
const browser = await launch();
try {
  const load = [loadavg()[0]];
  const open = async () => {
    const context = await browser.newContext({ viewport: sizes.kiosk, hasTouch: true, locale: 'pt-PT' });
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    const cdp = await context.newCDPSession(page);
    await cdp.send('Emulation.setCPUThrottlingRate', { rate: slowDown });
    return { context, page, cdp };
  };

  // What is loaded, decoded, and when something stands on the screen: with nothing kept, as after the first start, and again.
  /** @type {{ first: number[], again: number[] }} */
  const paints = { first: [], again: [] };
  /** @type {{ first: number[], again: number[] }} */
  const usable = { first: [], again: [] };
  let script = 0;
  for (let i = 0; i < 5; i++) {
    const { context, page } = await open();
    for (const which of /** @type {const} */ (['first', 'again'])) {
      /** @type {Promise<number>[]} */
      const scripts = [];
      const count = (/** @type {import('playwright-core').Response} */ r) => {
        if (r.request().resourceType() === 'script') scripts.push(r.body().then((b) => b.length));
      };
      page.on('response', count);
      await page.goto(demo.at.kiosk);
      await page.locator('[data-screen="home"] button.choice').first().waitFor();
      usable[which].push(await page.evaluate(() => performance.now()));
      paints[which].push(await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN));
      page.off('response', count);
      script = (await Promise.all(scripts)).reduce((a, b) => a + b, 0);
    }
    await context.close();
  }

  const { page, cdp } = await open();
  /** From the release of the finger to the frame in which what it changes stands. @param {string} what a selector @param {string} attribute that changes */
  const watch = (what, attribute) => page.evaluate(([what, attribute]) => {
    const seen = { at: 0, was: '', took: /** @type {number[]} */ ([]) };
    Object.assign(window, { seen });
    const now = () => document.querySelector(what)?.getAttribute(attribute) ?? '';
    addEventListener('click', (e) => { seen.at = e.timeStamp; seen.was = now(); }, true);
    new MutationObserver(() => {
      if (!seen.at || now() === seen.was) return;
      const at = seen.at;
      seen.at = 0;
      requestAnimationFrame(() => { const c = new MessageChannel(); c.port1.onmessage = () => seen.took.push(performance.now() - at); c.port2.postMessage(0); });
    }).observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: [attribute] });
  }, /** @type {[string, string]} */ ([what, attribute]));
  const took = () => page.evaluate(() => /** @type {number[]} */ (/** @type {any} */ (window).seen.took));
  /** @param {import('playwright-core').Locator} button */
  const touch = async (button) => {
    const box = await button.boundingBox({ timeout: 2000 });
    if (box) await page.touchscreen.tap(box.x + box.width / 2, box.y + box.height / 2);
  };

  /** The browser alone: a button that changes a word. @param {number} n */
  const alone = async (n) => {
    await page.goto('about:blank');
    await page.evaluate(() => {
      document.body.innerHTML = '<button data-n="0" style="width:400px;height:200px">0</button>';
      const b = /** @type {HTMLElement} */ (document.querySelector('button'));
      b.onclick = () => { b.dataset.n = b.textContent = String(Number(b.dataset.n) + 1); };
    });
    await watch('button', 'data-n');
    for (let i = 0; i < n; i++) { await touch(page.locator('button')); await pause(100); }
    return took();
  };
  const browserAlone = await alone(100);

  await page.goto(demo.at.kiosk);
  await page.locator('[data-screen="home"] button.choice').first().waitFor();
  await watch('[data-screen]', 'data-screen');
  const go = async (/** @type {RegExp} */ button, /** @type {string} */ then) => {
    // What has just appeared under a finger takes no touch for half a second, so a finger that was too quick comes again.
    await until(`the screen ${then}`, async () => {
      await pause(560);
      await touch(page.getByRole('button', { name: button }).first());
      return page.locator(`[data-screen="${then}"]`).waitFor({ timeout: 3000 }).then(() => true);
    }, 60_000);
  };
  const round = async () => {
    await go(/^Ver todos/, 'bodies');
    await go(/^Registos/, 'services');
    await go(/^Voltar/, 'bodies');
    await go(/^Voltar/, 'home');
  };
  const heap = async () => {
    await cdp.send('HeapProfiler.collectGarbage');
    const { usedSize } = await cdp.send('Runtime.getHeapUsage');
    const { nodes, jsEventListeners } = await cdp.send('Memory.getDOMCounters');
    return { heapKiB: Math.round(usedSize / 1024), nodes, listeners: jsEventListeners };
  };
  for (let i = 0; i < 3; i++) await round();
  const before = await heap();
  for (let i = 0; i < taps / 4; i++) await round();
  const afterwards = await heap();
  const tapToChange = quantiles(await took());
  browserAlone.push(...await alone(100));
  load.push(loadavg()[0]);
  await page.goto(demo.at.kiosk);

  // A person: a second to find, half of one between two things.
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: 1 });
  const service = page.locator('button.choice').filter({ has: page.getByText('Cartão de Cidadão', { exact: true }) });
  await service.waitFor();
  let began = performance.now();
  await pause(1500);
  await service.tap();
  await page.getByText('Retire o seu talão').waitFor();
  const byTouch = { taps: 1, seconds: Math.round((performance.now() - began) / 100) / 10 };
  await page.getByRole('button', { name: 'Terminar' }).tap();
  await page.locator('[data-screen="home"]').waitFor();

  let last = 0, keys = 0;
  const hear = (/** @type {RegExp} */ what) => until(`one hears ${what}`, async () => {
    for (const s of await demo.said(last)) { last = s.n; if (what.test(s.text)) return s.text; }
    return undefined;
  });
  const press = async (/** @type {string} */ key, what = /./) => { keys++; await pause(1000); await demo.pressKey(key); return hear(what); };
  began = performance.now();
  await demo.plug(true);
  await hear(/O que vem tratar/);
  await pause(6000); // listens to the beginning
  while (!/^Cartão de Cidadão\./.test(await press('next'))) if (keys > 40) throw new Error('no key leads there');
  await press('ok', /A sua senha é/);
  await pause(5000); // listens to the number
  const byEar = { keys, seconds: Math.round((performance.now() - began) / 100) / 10 };

  console.log(JSON.stringify({
    cpus: cpus().length, cpu: cpus()[0]?.model, slowDown, load, scriptBytes: script,
    firstPaintMS: quantiles(paints.first), firstPaintAgainMS: quantiles(paints.again), usableMS: quantiles(usable.first), usableAgainMS: quantiles(usable.again),
    tapToChangedScreenMS: tapToChange, tapOnAnEmptyPageMS: quantiles(browserAlone), before, after: afterwards, commonTicketByTouch: byTouch, commonTicketByEar: byEar,
  }, null, 2));
} finally {
  await browser.close();
  await demo.stop();
}
