// How much the touch screen loads, and that it stays as it was after many taps.
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import ts from 'typescript';
import { launch, watchedPage } from './chromium.js';
import { startDemo } from './demo.js';
import { Kiosk, sizes } from './faces.js';
import { patience, until } from './wait.js';

/** Bytes of script that a kiosk may load, decoded. */
const most = 40_000;

/** @type {import('playwright-core').Browser} */
let browser;
/** @type {import('./demo.js').Demo} */
let demo;

before(async () => { demo = await startDemo(); browser = await launch(); });
after(async () => { await browser?.close(); await demo?.stop(); });

/** A kiosk's page, and the script that it has loaded by address, decoded, as Chromium ran it. */
async function weighedKiosk() {
  const { page, context, complaints } = await watchedPage(browser, { viewport: sizes.kiosk, hasTouch: true });
  page.setDefaultTimeout(patience);
  /** @type {Record<string, number>} */
  const scripts = {};
  const cdp = await context.newCDPSession(page);
  cdp.on('Debugger.scriptParsed', (s) => { if (s.url.startsWith('http')) scripts[s.url] = Math.max(scripts[s.url] ?? 0, s.length ?? 0); });
  await cdp.send('Debugger.enable');
  await page.goto(demo.at.kiosk);
  return { kiosk: new Kiosk(page), scripts, cdp, page, context, complaints };
}

/** @param {Record<string, number>} scripts */
const weigh = (scripts) => Object.values(scripts).reduce((a, b) => a + b, 0);
/** @param {Record<string, number>} scripts */
const list = (scripts) => Object.entries(scripts).map(([url, n]) => `${n} ${new URL(url).pathname}`).join('\n');

test('from the first screen to the ticket and back a kiosk loads at most 40 KB of script', { timeout: 60_000 }, async () => {
  const { kiosk, scripts, context, complaints } = await weighedKiosk();
  await kiosk.visit('Cartão de Cidadão', demo);
  await kiosk.go(kiosk.button(/^Ver todos/), 'bodies');
  await kiosk.go(kiosk.button('Voltar'), 'home');
  assert.ok(weigh(scripts) > 15_000, `Chromium named what it ran:\n${list(scripts)}`);
  assert.ok(weigh(scripts) <= most, `${weigh(scripts)} bytes of script, at most ${most}:\n${list(scripts)}`);
  // What few people meet comes with the first of them, and only then.
  assert.ok(!Object.keys(scripts).some((url) => url.includes('/rare.js')), list(scripts));
  await kiosk.go(kiosk.button(/^Procurar/), 'search');
  await kiosk.go(kiosk.button(/^(Voltar|Cancelar)/), 'home'); // the next test starts where this one did
  assert.ok(Object.keys(scripts).some((url) => url.includes('/rare.js')), list(scripts));
  assert.deepEqual(complaints, []);
  await context.close();
});

test('a kiosk that has not yet met a key loses none of the first', { timeout: 60_000 }, async () => {
  const { kiosk, scripts, page, context, complaints } = await weighedKiosk();
  await kiosk.screen('home');
  assert.ok(!Object.keys(scripts).some((url) => url.includes('/rare.js')), list(scripts));
  // A scanner types all of it at once, before anything that understands keys has come.
  /** @type {Promise<string>} */
  const sent = new Promise((resolve) => page.on('request', (r) => {
    if (r.method() === 'POST' && r.url().endsWith('/input')) resolve(r.postData() ?? '');
  }));
  await page.evaluate(() => {
    for (const key of [...'WXYZ2345', 'Enter']) document.body.dispatchEvent(new KeyboardEvent('keydown', { key, code: `Key${key}`, bubbles: true, cancelable: true }));
  });
  assert.deepEqual(JSON.parse(await sent), { screen: 'home', action: 'scan', arg: 'WXYZ2345' });
  await kiosk.page.locator('[data-screen]:not([data-screen="home"])').waitFor();
  await kiosk.go(kiosk.button(/^(Voltar|Cancelar|Terminar)/).first(), 'home');
  assert.deepEqual(complaints, []);
  await context.close();
});

test('thousands of taps leave nothing behind', { timeout: process.env.BALCAO_SOAK ? 3_600_000 : 120_000 }, async () => {
  const { kiosk, cdp, page, context, complaints } = await weighedKiosk();
  await kiosk.screen('home');
  /** Goes round by itself as soon as each screen stands: four taps. @param {number} rounds */
  const round = (rounds) => page.evaluate(async (n) => {
    const screen = () => document.querySelector('[data-screen]')?.getAttribute('data-screen');
    const go = async (/** @type {RegExp} */ name, /** @type {string} */ then) => {
      const end = performance.now() + 20_000;
      while (screen() !== then) {
        if (performance.now() > end) throw new Error(`no screen ${then} after ${name}, but ${screen()}`);
        const button = [...document.querySelectorAll('button')].find((b) => name.test(b.textContent?.trim() ?? ''));
        if (button && !document.querySelector('button[aria-busy="true"], button.waiting')) button.click();
        await new Promise((done) => requestAnimationFrame(done));
      }
    };
    for (let i = 0; i < n; i++) {
      await go(/Ver todos/, 'bodies');
      await go(/^Registos/, 'services');
      await go(/^Voltar/, 'bodies');
      await go(/^Voltar/, 'home');
      if (i % 5 === 0) { // a video that plays on after its screen has gone is kept with all that stood around it
        await go(/gestual|LGP/i, 'sign');
        await go(/^Voltar/, 'home');
      }
    }
  }, rounds);
  const count = async () => {
    await cdp.send('HeapProfiler.collectGarbage');
    const { usedSize } = await cdp.send('Runtime.getHeapUsage');
    const { nodes, jsEventListeners } = await cdp.send('Memory.getDOMCounters');
    return { heapKiB: Math.round(usedSize / 1024), nodes, listeners: jsEventListeners };
  };
  await round(10);
  const first = await count();
  const rounds = process.env.BALCAO_SOAK ? 12_500 : 15;
  await round(rounds);
  // Whatever still runs when the last tap was answered ends, and then nothing is left of it.
  const last = await until('as many nodes and listeners as before', async () => {
    const now = await count();
    return now.nodes <= first.nodes * 1.05 && now.listeners <= first.listeners * 1.05 + 4 && now.heapKiB <= first.heapKiB + 600 && now;
  }).catch(async (e) => { throw new Error(`${e}: ${JSON.stringify(first)} before, ${JSON.stringify(await count())} after ${4 * rounds} taps`); });
  if (process.env.BALCAO_SOAK) console.log(JSON.stringify({ taps: 4 * rounds, first, last }));
  assert.deepEqual(complaints, []);
  await context.close();
});

test('modules reach the browser without their comments, and else as they are in the repository', async () => {
  const tree = (/** @type {string} */ text) => ts.transpileModule(text, {
    compilerOptions: { removeComments: true, target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext }, fileName: 'module.js',
  }).outputText;
  for (const [folder, address] of [['../kiosk/screen/pages', '/pages/'], ['../internal/look/assets', '/look/']]) {
    const here = new URL(`${folder}/`, import.meta.url);
    for (const name of (await readdir(here)).filter((n) => n.endsWith('.js'))) {
      const ours = await readFile(new URL(name, here), 'utf8');
      const served = await (await fetch(new URL(address + name, demo.at.kiosk))).text();
      assert.equal(tree(served), tree(ours), name);
      assert.ok(!served.includes('/**'), `${name} is served with its comments`);
    }
  }
});
