// Measures what a clerk feels: node measure-counter.js [citizens]. For each citizen three presses of one key (call,
// start, finish); for each press the time from the key to the first change on the screen, and to the screen that says
// what came of it. Prints JSON for docs/benchmarks.md.
import { cpus } from 'node:os';
import { launch } from './chromium.js';
import { startDemo } from './demo.js';
import { openFaces, signIn } from './faces.js';

const citizens = Number(process.argv[2] ?? 60);
/** The main button takes no press for 600 ms after it has come to mean something else. */
const settle = 650;

/** @param {number[]} list */
function quantiles(list) {
  const sorted = [...list].sort((a, b) => a - b);
  const at = (/** @type {number} */ q) => Math.round((sorted[Math.ceil(q * sorted.length) - 1] ?? NaN) * 10) / 10;
  return { n: sorted.length, p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
}

const demo = await startDemo();
const browser = await launch();
const faces = openFaces(browser, demo);
try {
  const ana = await faces.page('index');
  await ana.goto(new URL('/entrar', demo.at.counter).href);
  await signIn(ana, 'ana');
  await ana.goto(new URL('/rececao', demo.at.counter).href);
  const marta = await faces.counter('marta', 'Balcão 1');
  const { page } = marta;
  await page.evaluate(() => {
    const seen = { pressed: 0, keys: 0, first: /** @type {number[]} */ ([]), done: /** @type {number[]} */ ([]), meaning: '' };
    Object.assign(window, { seen });
    const main = () => document.querySelector('#main');
    const meaning = () => (main()?.getAttribute('aria-busy') === 'true' ? '' : main()?.querySelector('span')?.textContent ?? '');
    addEventListener('keydown', (e) => {
      if (e.key !== 'F2') return;
      Object.assign(seen, { pressed: e.timeStamp, keys: seen.keys + 1, meaning: meaning() });
      let first = false;
      const look = () => requestAnimationFrame(() => {
        const drawn = performance.now();
        if (!first && (meaning() !== seen.meaning)) { first = true; seen.first.push(drawn - seen.pressed); }
        if (meaning() !== '' && meaning() !== seen.meaning) seen.done.push(drawn - seen.pressed);
        else look();
      });
      look();
    }, true);
  });
  for (let i = 0; i < citizens; i++) {
    await ana.locator('button.service').filter({ hasText: 'Cartão de Cidadão' }).click();
    await page.locator('.who .ticket').waitFor();
    for (const then of ['Chegou', 'Terminar', 'Chamar seguinte']) {
      await page.waitForTimeout(settle);
      await page.keyboard.press('F2');
      await marta.ready(then);
    }
  }
  const seen = await page.evaluate(() => /** @type {any} */ (window).seen);
  console.log(JSON.stringify({ cpus: cpus().length, cpu: cpus()[0]?.model, citizens, keysACitizen: seen.keys / citizens, keyToFirstChangeMS: quantiles(seen.first), keyToChangedScreenMS: quantiles(seen.done) }, null, 2));
} finally {
  await faces.close();
  await browser.close();
  await demo.stop();
}
