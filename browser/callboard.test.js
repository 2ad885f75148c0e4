// The callboard in a rush: every call of many that come at once stands on the screen whole, in every size of screen.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { violations } from './axe.js';
import { launch, watchedPage } from './chromium.js';
import { startDemo } from './demo.js';
import { patience } from './wait.js';

/** @type {import('playwright-core').Browser} */
let browser;
/** @type {import('./demo.js').Demo} */
let demo;

/** What the branch of the test says, by the event. @type {[string, object][]} */
let says = [];
/** Stands for the branch's stream of events, with a beat every second. */
const branch = createServer((_, answer) => {
  answer.writeHead(200, { 'Content-Type': 'text/event-stream' });
  for (const [event, data] of says) answer.write(`event: ${event}\nid: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  const beat = setInterval(() => answer.write('event: beat\ndata: {}\n\n'), 1000);
  answer.on('close', () => clearInterval(beat));
});

before(async () => {
  await new Promise((listening) => branch.listen(0, '127.0.0.1', () => listening(undefined)));
  demo = await startDemo();
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await demo?.stop();
  branch.closeAllConnections();
  branch.close();
});

/** @param {number} id @param {string} tk @param {string} counter @param {object} [more] */
const call = (id, tk, counter, more) => ({ id, s: id, tk, counter: `Balcão ${counter}`, body: 'IRN', svc: 'Cartão de Cidadão', at: Date.now(), n: 1, ...more });

/** What a branch tells its boards. @param {object[]} calls @param {object} [more] */
const board = (calls, more) => ({
  e: 1, s: calls.length, at: Date.now(), branch: 'Loja de Cidadão Vila Serena', day: '2026-11-23', open: true, calls,
  queues: [{ body: 'Registos e Notariado', waiting: 4, wait: { lo: 20, hi: 35 } }, { body: 'Finanças', waiting: 0, wait: { lo: 0, hi: 0 } },
    { body: 'Segurança Social', waiting: 9, wait: { lo: 75, hi: 130 } }, { body: 'IMT', waiting: 1, wait: { lo: 0, hi: 10, next: true } }],
  ...more,
});

/**
 * Opens a television's page over events of the test: what it shows first, and what then changes.
 * @param {{width: number, height: number}} viewport @param {object} first @param {object} [then] @param {string} [query] of the address
 * @param {'reduce'} [reducedMotion] what the machine is asked for
 */
async function television(viewport, first, then, query, reducedMotion) {
  const { page, context, complaints } = await watchedPage(browser, { viewport, locale: 'pt-PT', reducedMotion });
  page.setDefaultTimeout(patience);
  says = [['snapshot', { board: first, zone: 'Europe/Lisbon', now: Date.now() }]];
  if (then) says.push(['delta', { board: then }]);
  const { port } = /** @type {import('node:net').AddressInfo} */ (branch.address());
  await page.route('**/events?*', (route) => route.continue({ url: `http://127.0.0.1:${port}/events` }));
  await page.goto(new URL(`/painel${query ? `?${query}` : ''}`, demo.at.counter).href);
  await page.locator('.cb').waitFor();
  return { page, context, complaints };
}

const screens = [{ width: 1920, height: 1080 }, { width: 1080, height: 1920 }, { width: 1280, height: 720 }, { width: 1024, height: 768 }];

for (const viewport of screens) {
  test(`a rush is painted whole on ${viewport.width} × ${viewport.height}`, { timeout: 60_000 }, async () => {
    for (const count of [7, 12, 24]) {
      const old = [call(1, 'A001', '1')];
      const news = Array.from({ length: count }, (_, i) => call(10 + i, `M${100 + i}`, String(1 + (7 * i) % 40), { say: i % 3 === 0 })).reverse();
      const { page, context } = await television(viewport, board(old), board([...news, ...old]));
      await page.locator('.cb-many').waitFor();
      await page.evaluate(() => document.fonts.ready);
      const seen = await page.locator('.cb-many li').evaluateAll((rows) => rows.map((row) => {
        const parts = [...row.querySelectorAll('b, small')].map((e) => e.getBoundingClientRect());
        const r = row.getBoundingClientRect();
        return {
          text: [...row.querySelectorAll('b')].map((e) => e.textContent).join(' '),
          whole: parts.every((b) => b.left >= 0 && b.top >= 0 && b.right <= innerWidth + 1 && b.bottom <= innerHeight + 1 && b.top >= r.top - 2 && b.bottom <= r.bottom + 2),
          size: parseFloat(getComputedStyle(/** @type {Element} */ (row.querySelector('b'))).fontSize) / innerHeight,
        };
      }));
      assert.deepEqual(seen.map((s) => s.text), news.map((c) => `${c.tk} ${c.counter.replace('Balcão ', '')}`));
      assert.ok(seen.every((s) => s.whole), `${count} calls: ${JSON.stringify(seen.filter((s) => !s.whole))}`);
      assert.ok(seen.every((s) => s.size > 0.035), `${count} calls are large enough: ${seen[0].size}`);
      assert.deepEqual(await violations(page), []);
      await context.close();
    }
  });
}

test('one new call takes the board, a second one shares it, and neither loses its time', { timeout: 60_000 }, async () => {
  const old = [call(1, 'A001', '1')];
  const one = await television(screens[0], board(old), board([call(2, 'A002', '2'), ...old]));
  await one.page.locator('.cb-takeover').waitFor();
  await one.context.close();
  const two = await television(screens[0], board(old), board([call(3, 'A003', '3'), call(2, 'A002', '2'), ...old]));
  await two.page.locator('.cb-now.fresh', { hasText: 'A003' }).waitFor();
  await two.page.locator('.cb-before tr.fresh', { hasText: 'A002' }).waitFor();
  await two.context.close();
});

test('a shared letter names its body, long waits are not told to the minute, and messages come in turn until they end', { timeout: 90_000 }, async () => {
  for (const viewport of screens) {
    const calls = [call(3, 'A003', '3', { say: true }), call(2, 'A002', '2', { say: true, body: 'Segurança Social' }), call(1, 'B001', '1')];
    const { page, context } = await television(viewport, board(calls, {
      notes: [{ text: { pt: 'Simulacro às 15:00.', en: 'Drill at 3 pm.' }, until: Date.now() + 3_600_000 }, { text: { pt: 'Já passou.' }, until: Date.now() - 1000 }],
    }));
    await page.locator('.cb-before td small', { hasText: 'Segurança Social' }).waitFor();
    await page.locator('.cb-who b', { hasText: 'IRN' }).waitFor();
    const waits = await page.locator('.cb-waits dd').allTextContents();
    assert.deepEqual(waits, ['20 a 35', 'não sabemos', 'mais de 1 h 15', 'a seguir']);
    await page.locator('.cb-bar', { hasText: 'Simulacro às 15:00.' }).waitFor();
    if (viewport === screens[0]) {
      await page.locator('.cb-bar [lang="en"]', { hasText: 'Drill at 3 pm.' }).waitFor();
      await page.locator('.cb-bar', { hasText: 'dirija-se ao balcão indicado' }).waitFor();
    }
    assert.equal(await page.getByText('Já passou.').count(), 0);
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0);
    assert.deepEqual(await violations(page), []);
    await context.close();
  }
});

test('a television that cuts off its edges, and one read from far away, lose nothing', { timeout: 60_000 }, async () => {
  for (const [viewport, query, rows] of /** @type {[{width: number, height: number}, string, number][]} */ ([
    [screens[2], 'margem=5', 4], [screens[0], 'metros=15', 3], [screens[1], 'ao-alto=1&margem=3', 4],
  ])) {
    const { page, context } = await television(viewport, board(Array.from({ length: 9 }, (_, i) => call(20 - i, `M10${9 - i}`, String(12 + i)))), undefined, query);
    await page.evaluate(() => document.fonts.ready);
    const cut = Number(/margem=(\d)/.exec(query)?.[1] ?? 0) / 100;
    const seen = await page.locator('.cb-number, .cb-counter b, .cb-before tbody td.number, .cb-bar-text span, .cb-clock').evaluateAll((list) => list.map((e) => {
      const r = document.createRange();
      r.selectNodeContents(e);
      const b = r.getBoundingClientRect();
      return { text: e.textContent, left: b.left / innerWidth, right: 1 - b.right / innerWidth, top: b.top / innerHeight, bottom: 1 - b.bottom / innerHeight };
    }));
    assert.ok(seen.length > 5);
    for (const s of seen) assert.ok(Math.min(s.left, s.right, s.top + 0.01, s.bottom + 0.01) >= cut - 0.001, `${query}: ${JSON.stringify(s)}`);
    assert.equal(await page.locator('.cb-before tbody tr').count(), rows, query);
    await context.close();
  }
});

test('a video stands beside the calls, without sound and with captions, and a call takes it out of the way', { timeout: 90_000 }, async () => {
  const sha = createHash('sha256').update(new Uint8Array(await readFile(new URL('../internal/demo/files/media/exemplo.webm', import.meta.url)))).digest('hex');
  const zones = [{ id: 'piso-0', name: 'Piso 0', video: { file: 'exemplo.webm', sha } }];
  const calls = Array.from({ length: 9 }, (_, i) => call(20 - i, `M10${9 - i}`, String(12 + i)));
  for (const viewport of screens) {
    const { page, context, complaints } = await television(viewport, board(calls, { zones }));
    const video = page.locator('.cb-video video');
    await video.waitFor();
    await page.waitForFunction(() => {
      const v = document.querySelector('video');
      return v && v.readyState >= 2 && v.currentTime > 0 && (v.textTracks[0]?.cues?.length ?? 0) > 0;
    });
    const seen = await video.evaluate((/** @type {HTMLVideoElement} */ v) => ({ muted: v.muted, captions: v.textTracks[0].mode }));
    assert.deepEqual(seen, { muted: true, captions: 'showing' });
    const boxes = await page.locator('.cb-video, .cb-now, .cb-before tbody tr, .cb-waits, .cb-bar, .cb-top').evaluateAll((list) => list.map((e) => {
      const { left, top, right, bottom } = e.getBoundingClientRect();
      return { name: e.className || e.textContent, left, top, right, bottom, width: innerWidth, height: innerHeight };
    }));
    const film = /** @type {typeof boxes[0]} */ (boxes.find((b) => b.name === 'cb-video'));
    assert.equal(boxes.filter((b) => /^M10/.test(b.name ?? '')).length, 3, 'earlier calls beside it');
    for (const b of boxes) {
      assert.ok(b.left >= 0 && b.top >= 0 && b.right <= b.width + 1 && b.bottom <= b.height + 1, `${viewport.width}: outside: ${JSON.stringify(b)}`);
      if (b !== film) assert.ok(b.right <= film.left + 1 || b.left >= film.right - 1 || b.bottom <= film.top + 1 || b.top >= film.bottom - 1, `${viewport.width}: the video hides ${JSON.stringify(b)}`);
    }
    assert.ok((film.right - film.left) / film.width > 0.25, `it is large enough to be seen: ${JSON.stringify(film)}`);
    const now = await page.evaluate(() => {
      const box = (/** @type {string} */ q) => /** @type {Element} */ (document.querySelector(q)).getBoundingClientRect();
      const [who, number, where, counter] = ['.cb-who', '.cb-number', '.cb-where', '.cb-counter'].map(box);
      return { number: Math.min(number.top - who.bottom, where.top - number.bottom), counter: Math.min(counter.top - where.top, where.bottom - counter.bottom) };
    });
    assert.ok(now.number >= -2 && now.counter >= -2, `${viewport.width}: the present call is whole: ${JSON.stringify(now)}`);
    if (process.env.BALCAO_LOOK) await page.screenshot({ path: `${process.env.BALCAO_LOOK}/video-${viewport.width}.png` });
    assert.deepEqual(complaints, []);
    if (viewport === screens[0]) assert.deepEqual(await violations(page), []);
    await context.close();
  }
  for (const viewport of screens.slice(0, 2)) {
    const quiet = await television(viewport, board([], { zones }));
    await quiet.page.locator('.cb-video video').waitFor();
    if (process.env.BALCAO_LOOK) await quiet.page.screenshot({ path: `${process.env.BALCAO_LOOK}/video-quiet-${viewport.width}.png` });
    await quiet.context.close();
  }
  const called = await television(screens[0], board(calls, { zones }), board([call(31, 'A031', '3'), call(30, 'A030', '2'), ...calls], { zones }));
  await called.page.locator('.cb-now.fresh', { hasText: 'A031' }).waitFor();
  assert.equal(await called.page.locator('video').count(), 0, 'no video while calls are new');
  assert.equal(await called.page.locator('.cb-before tbody tr').count(), 5);
  await called.page.locator('.cb-video video').waitFor(); // it comes back when they no longer are
  await called.context.close();
  // Another file under that name, and a machine that is asked for calm, show the calls alone.
  const other = await television(screens[0], board(calls, { zones: [{ ...zones[0], video: { file: 'exemplo.webm', sha: '0'.repeat(64) } }] }));
  await other.page.locator('.cb-before tbody tr').nth(4).waitFor();
  assert.equal(await other.page.locator('video').count(), 0);
  await other.context.close();
  const calm = await television(screens[0], board(calls, { zones }), undefined, undefined, 'reduce');
  await calm.page.locator('.cb-before tbody tr').nth(4).waitFor();
  assert.equal(await calm.page.locator('video').count(), 0);
  await calm.context.close();
});
