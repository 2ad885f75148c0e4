// Measures what only a browser can: node measure.js [calls] [minutes of traffic]. Prints JSON for docs/benchmarks.md.
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { launch } from './chromium.js';
import { startDemo } from './demo.js';
import { openFaces } from './faces.js';
import { until } from './wait.js';

const calls = Number(process.argv[2] ?? 60);
const minutes = Number(process.argv[3] ?? 3);

/** @param {number[]} list */
function quantiles(list) {
  const sorted = [...list].sort((a, b) => a - b);
  const at = (/** @type {number} */ q) => Math.round((sorted[Math.ceil(q * sorted.length) - 1] ?? NaN) * 10) / 10;
  return { n: sorted.length, p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
}

/** Has a callboard's page remember when each number came to its main place. @param {import('./faces.js').Callboard} board */
const watch = (board) => board.page.evaluate(() => {
  const seen = /** @type {Record<string, number>} */ ({});
  Object.assign(window, { seen });
  new MutationObserver(() => {
    const n = document.querySelector('.cb-over-number, .cb-number')?.textContent ?? '';
    if (n && !seen[n]) seen[n] = performance.timeOrigin + performance.now();
  }).observe(document.body, { childList: true, subtree: true, characterData: true });
});
/** @param {import('./faces.js').Callboard} board @param {string} number @returns {Promise<number>} */
const seenAt = (board, number) => until(`${number} on the board`, () => board.page.evaluate((n) => /** @type {any} */ (window).seen[n], number));

/** @param {string} dir */
async function measureCalls(dir) {
  const demo = await startDemo({ sound: true, dir });
  const browser = await launch();
  const faces = openFaces(browser, demo);
  /** @type {number[]} */
  const box = [], television = [], heard = [];
  try {
    const [kiosk, board, tv, marta] = await Promise.all([faces.kiosk(), faces.callboard(), faces.television(), faces.counter('marta', 'Balcão 1')]);
    await watch(board);
    await watch(tv);
    await marta.page.evaluate(() => addEventListener('keydown', (e) => {
      if (e.key === 'F2' && document.querySelector('#main')?.getAttribute('aria-busy') !== 'true') Object.assign(window, { pressed: performance.timeOrigin + e.timeStamp });
    }, true));
    const recording = await /** @type {NonNullable<typeof demo.sound>} */ (demo.sound).record();
    let next = await kiosk.visit('Cartão de Cidadão', demo);
    for (let i = 0; i < calls; i++) {
      await board.quiet();
      await recording.advance(0.5);
      recording.forget();
      const number = await marta.call();
      if (number !== next) throw new Error(`called ${number}, not ${next}`);
      const pressed = await marta.page.evaluate(() => /** @type {number} */ (/** @type {any} */ (window).pressed));
      box.push((await seenAt(board, number)) - pressed);
      television.push((await seenAt(tv, number)) - pressed);
      heard.push((await until('the call is heard', () => recording.firstSound(pressed))) - pressed);
      await marta.start();
      await marta.finish();
      next = await kiosk.visit('Cartão de Cidadão', demo);
    }
    await recording.stop();
    const latency = await (await fetch(new URL('/debug/latency', demo.at.kiosk))).json();
    return {
      readyMS: Math.round(demo.readyMS), tapToFirstByteMicroseconds: latency,
      pressToBoxDOMms: quantiles(box), pressToTelevisionDOMms: quantiles(television), pressToFirstSampleMS: quantiles(heard),
      memoryMiB: await demo.memory(),
    };
  } finally {
    await faces.close();
    await browser.close();
    await demo.stop();
  }
}

/** @param {string} dir */
async function measureMemory(dir) {
  const demo = await startDemo({ traffic: true, speed: 60, dir });
  try {
    await pause(minutes * 60_000);
    return { readyMS: Math.round(demo.readyMS), minutes, memoryMiB: await demo.memory() };
  } finally {
    await demo.stop();
  }
}

const dir = await mkdtemp(join(tmpdir(), 'balcao-measure-'));
try {
  const first = await measureCalls(dir);
  const second = await measureMemory(dir);
  console.log(JSON.stringify({ cpus: cpus().length, cpu: cpus()[0]?.model, node: process.version, firstStart: first, secondStartWithTraffic: second }, null, 2));
} finally {
  await rm(dir, { recursive: true, force: true });
}
