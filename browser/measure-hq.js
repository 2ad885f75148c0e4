// Measures the live page of headquarters: node measure-hq.js [branches] [seconds]. Simulated branches live at a real
// headquarters; for every change that the page is told it is measured how long its script runs, and how long it takes until
// the frame with that change is painted. Prints JSON for docs/benchmarks.md.
import { spawn } from 'node:child_process';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { launch } from './chromium.js';
import { programs } from './demo.js';

const branches = Number(process.argv[2] ?? 1431);
const seconds = Number(process.argv[3] ?? 30);

/** @param {number[]} list */
function quantiles(list) {
  const sorted = [...list].sort((a, b) => a - b);
  const at = (/** @type {number} */ q) => Math.round((sorted[Math.ceil(q * sorted.length) - 1] ?? NaN) * 10) / 10;
  return { n: sorted.length, p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
}

const hq = spawn(join(await programs(), 'hq'), ['bench', '-branches', String(branches), '-seconds', String(seconds + 120), '-screens', '0', '-raw', '0'], {
  stdio: ['ignore', 'ignore', 'pipe'],
});
const ended = new Promise((resolve) => hq.on('exit', resolve));
const browser = await launch();
try {
  const address = await new Promise((resolve, reject) => {
    let page = '';
    hq.on('exit', () => reject(new Error('hq bench ended before its branches were connected')));
    createInterface({ input: hq.stderr }).on('line', (line) => {
      page ||= /serves at (http:\S+\/)/.exec(line)?.[1] ?? '';
      if (line.includes('all connected')) resolve(page);
    });
  });
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 }, locale: 'pt-PT' });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  await page.addInitScript(() => {
    const seen = { script: /** @type {number[]} */ ([]), frame: /** @type {number[]} */ ([]) };
    Object.assign(window, { seen });
    const listen = EventSource.prototype.addEventListener;
    EventSource.prototype.addEventListener = function (/** @type {string} */ kind, /** @type {any} */ told, /** @type {any} */ options) {
      listen.call(this, kind, kind !== 'delta' ? told : (/** @type {Event} */ e) => {
        const at = performance.now();
        told(e);
        seen.script.push(performance.now() - at);
        requestAnimationFrame(() => {
          const c = new MessageChannel();
          c.port1.onmessage = () => seen.frame.push(performance.now() - at);
          c.port2.postMessage(0);
        });
      }, options);
    };
  });
  await page.goto(address);
  await page.waitForFunction((n) => document.querySelectorAll('#branches tbody tr').length >= n, branches);
  await page.waitForFunction(() => Reflect.get(window, 'seen').frame.length > 2);
  await page.evaluate(() => { const seen = Reflect.get(window, 'seen'); seen.script.length = seen.frame.length = 0; });
  await pause(seconds * 1000);
  const seen = await page.evaluate(() => Reflect.get(window, 'seen'));
  const marks = await page.locator('#map use.m').count();
  console.log(JSON.stringify({
    cores: cpus().length, branches, marks, rows: await page.locator('#branches tbody tr').count(), seconds,
    script_ms: quantiles(seen.script), until_painted_ms: quantiles(seen.frame),
  }, null, 1));
} finally {
  await browser.close();
  hq.kill('SIGINT');
  await ended;
}
