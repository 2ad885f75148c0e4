// Touches the kiosk for a day in a few hours: node soak-taps.js [taps] [minutes at most] [seed]. A finger that knows nothing
// goes through every screen, mode and language as soon as each stands there, and takes a ticket now and then. Between the
// parts of the run it says what the page holds and what the programs hold of the memory; the last line says whether any of
// it grew. It ends with 1 if so.
import { readFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { watchedPage, launch } from './chromium.js';
import { startDemo } from './demo.js';
import { sizes } from './faces.js';

const taps = Number(process.argv[2] ?? 50_000);
const minutes = Number(process.argv[3] ?? 24 * 60);
const seed = Number(process.argv[4] ?? 1);
const parts = 20;

const demo = await startDemo();
const browser = await launch();
let grown = false;
try {
  const { page, context, complaints } = await watchedPage(browser, { viewport: sizes.kiosk, hasTouch: true });
  page.setDefaultTimeout(120_000);
  const cdp = await context.newCDPSession(page);
  const whole = await browser.newBrowserCDPSession();
  await page.goto(demo.at.kiosk);
  await page.locator('[data-screen="home"]').waitFor();

  // The finger lives in the page, so that it is as quick as the page is.
  await page.evaluate((seed) => {
    let state = seed >>> 0 || 1;
    const random = (/** @type {number} */ n) => { state ^= state << 13; state ^= state >>> 17; state ^= state << 5; return (state >>> 0) % n; };
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    const screen = () => document.querySelector('[data-screen]')?.getAttribute('data-screen') ?? '';
    const free = () => /** @type {HTMLElement[]} */ ([...document.querySelectorAll('button[data-a]')]).filter((b) =>
      b.checkVisibility() && b.getAttribute('aria-disabled') !== 'true' && !document.querySelector('[aria-busy="true"]'));
    const seen = new Set(), did = { taps: 0, tickets: 0 };
    const wait = async (/** @type {number} */ most) => {
      let changed = false;
      const o = new MutationObserver(() => { changed = true; });
      o.observe(document.documentElement, { subtree: true, childList: true, characterData: true, attributes: true });
      for (const end = performance.now() + most; !changed && performance.now() < end;) await frame();
      o.disconnect();
    };
    const touch = async (/** @type {HTMLElement} */ b) => { did.taps++; b.click(); await wait(400); };
    const walk = async (/** @type {number} */ n) => {
      for (const end = did.taps + n; did.taps < end;) {
        const root = document.documentElement;
        seen.add(`${screen()} ${root.className} ${root.lang}`);
        let all = free();
        // A ticket now and then; else the paper and the numbers of the day would be over before the taps.
        const ticket = random(150) === 0;
        if (!ticket) all = all.filter((b) => !/^service /.test(b.dataset.a ?? ''));
        const b = all[random(all.length || 1)];
        if (!b) { await wait(400); continue; }
        if (/^service /.test(b.dataset.a ?? '')) did.tickets++;
        await touch(b);
      }
    };
    /** Back to the first screen, in Portuguese and without a mode. */
    const home = async () => {
      for (const end = performance.now() + 110_000; performance.now() < end;) {
        const all = free(), way = (/** @type {RegExp} */ what) => all.find((b) => what.test(b.dataset.a ?? ''));
        const on = all.find((b) => b.matches('.btn.on') && /^(mode|easy|large|sign)/.test(b.dataset.a ?? ''));
        if (screen() === 'home' && !on && document.documentElement.lang === 'pt-PT') return true;
        const b = way(/^language pt/) ?? on ?? way(/^(back|finish|cancel|home)/) ?? way(/^languages/);
        if (b) await touch(b); else await wait(400);
      }
      return false;
    };
    Object.assign(window, { finger: { walk, home, tell: () => ({ ...did, states: seen.size, screens: new Set([...seen].map((s) => s.split(' ')[0])).size }) } });
  }, seed);

  /** A process's own share of the memory: what several of Chromium's have in common counts once. @param {number} pid */
  const memory = async (pid) => Number(/^Pss:\s+(\d+)/m.exec(await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => ''))?.[1] ?? 0) / 1024;
  const count = async () => {
    const home = await page.evaluate(() => /** @type {any} */ (window).finger.home());
    await cdp.send('HeapProfiler.collectGarbage');
    const { usedSize } = await cdp.send('Runtime.getHeapUsage');
    const { nodes, jsEventListeners } = await cdp.send('Memory.getDOMCounters');
    const { processInfo } = await whole.send('SystemInfo.getProcessInfo');
    let chromium = 0;
    for (const p of processInfo) chromium += await memory(p.id);
    const now = { heapMiB: usedSize / 2 ** 20, nodes, listeners: jsEventListeners, kioskMiB: (await demo.memory()).kiosk ?? 0, chromiumMiB: chromium };
    return { home, ...Object.fromEntries(Object.entries(now).map(([k, v]) => [k, Math.round(v * 10) / 10])), .../** @type {object} */ (await page.evaluate(() => /** @type {any} */ (window).finger.tell())) };
  };
  const began = performance.now();
  const all = [];
  for (let i = 0; i < parts && performance.now() - began < minutes * 60_000; i++) {
    // A part is walked in pieces, so that a run ends when its time is over.
    for (let done = 0; done < taps / parts && performance.now() - began < minutes * 60_000; done += 100) {
      await page.evaluate((n) => /** @type {any} */ (window).finger.walk(n), Math.min(100, taps / parts - done));
    }
    const now = /** @type {any} */ (await count());
    all.push(now);
    console.log(JSON.stringify({ minutes: Math.round((performance.now() - began) / 6000) / 10, load: loadavg()[0], ...now }));
  }
  // What is warm after the second part is the measure: until then caches fill.
  const first = all[Math.min(1, all.length - 1)], last = all.at(-1);
  const more = (/** @type {string} */ key) => Math.round((last[key] - first[key]) * 10) / 10;
  const change = { heapMiB: more('heapMiB'), nodes: more('nodes'), listeners: more('listeners'), kioskMiB: more('kioskMiB'), chromiumMiB: more('chromiumMiB') };
  grown = change.heapMiB > 4 || change.nodes > first.nodes * 0.2 || change.listeners > first.listeners * 0.2 || change.kioskMiB > 16 || change.chromiumMiB > 200 || complaints.length > 0;
  console.log(JSON.stringify({ result: grown ? 'grown' : 'no growth', taps: last.taps, tickets: last.tickets, screens: last.screens, states: last.states, minutes: Math.round((performance.now() - began) / 60_000), change, last, complaints }));
} finally {
  await browser.close();
  await demo.stop();
}
process.exitCode = grown ? 1 : 0;
