// What the touch screen's main thread does for one tap, by the screen it leads to: node measure-taps.js [rounds]. It counts
// the time of the thread, not of the wall, so that other programs of the machine change little: script, style, layout, and
// all tasks together (painting, too). Prints JSON for docs/benchmarks.md; six times slower is six times as much.
import { loadavg } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { launch } from './chromium.js';
import { startDemo } from './demo.js';
import { sizes } from './faces.js';

const rounds = Number(process.argv[2] ?? 20);
const demo = process.env.BALCAO_KIOSK ? undefined : await startDemo();
const browser = await launch();
try {
  const context = await browser.newContext({ viewport: sizes.kiosk, hasTouch: true, locale: 'pt-PT' });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const cdp = await context.newCDPSession(page);
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
  const names = { TaskDuration: 'all', ScriptDuration: 'script', RecalcStyleDuration: 'style', LayoutDuration: 'layout' };
  const spent = async () => {
    const { metrics } = await cdp.send('Performance.getMetrics');
    return Object.fromEntries(Object.entries(names).map(([name, as]) => [as, 1000 * (metrics.find((m) => m.name === name)?.value ?? NaN)]));
  };
  /** @type {Record<string, Record<string, number[]>>} */
  const seen = {};
  const tap = async (/** @type {RegExp} */ button, /** @type {string} */ then) => {
    await pause(600); // what has just appeared under a finger takes no touch for half a second
    const box = await page.getByRole('button', { name: button }).first().boundingBox();
    if (!box) throw new Error(`no button ${button}`);
    // The page itself waits for the screen and for two frames, so that asking it costs it nothing meanwhile.
    await page.evaluate((then) => {
      Object.assign(window, { drawn: new Promise((drawn) => {
        const there = () => document.querySelector(`[data-screen="${then}"]`) !== null && (o.disconnect(), requestAnimationFrame(() => requestAnimationFrame(drawn)));
        const o = new MutationObserver(there);
        o.observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-screen'] });
      }) });
    }, then);
    const before = await spent();
    await page.touchscreen.tap(box.x + box.width / 2, box.y + box.height / 2);
    await page.evaluate(() => /** @type {any} */ (window).drawn);
    const after = await spent(), into = (seen[then] ??= {});
    for (const [what, ms] of Object.entries(after)) (into[what] ??= []).push(ms - before[what]);
  };
  await page.goto(process.env.BALCAO_KIOSK ?? demo?.at.kiosk ?? '');
  await page.locator('[data-screen="home"] button.choice').first().waitFor();
  for (let i = 0; i < rounds; i++) {
    await tap(/^Ver todos/, 'bodies');
    await tap(/^Registos/, 'services');
    await tap(/^Voltar/, 'bodies');
    await tap(/^Voltar/, 'home');
  }
  const at = (/** @type {number[]} */ list, /** @type {number} */ q) => Math.round(10 * [...list].sort((a, b) => a - b)[Math.ceil(q * list.length) - 1]) / 10;
  const told = Object.fromEntries(Object.entries(seen).map(([screen, what]) => [screen, Object.fromEntries(Object.entries(what).map(([name, list]) => [name, { p50: at(list, 0.5), p99: at(list, 0.99) }]))]));
  console.log(JSON.stringify({ rounds, load: loadavg()[0], mainThreadMSByScreen: told }, null, 1));
} finally {
  await browser.close();
  await demo?.stop();
}
