// The whole gallery, in parts that can be stopped: `node gallery-run.js FOLDER [PART/PARTS] [WORD…]`, or `make screenshots
// SHARD=PART/PARTS`; words keep the cases whose names contain one of them, and these are done again. Each state in each language and mode, and each state of the callboard on each screen, is drawn as a
// picture, held to the rules of axe, to contrast and to its sizes; one line each goes to FOLDER/results.jsonl. What stands
// there for these very pages is not done again, so that a run goes on where it was stopped. BALCAO_GALLERY_FOR ends it
// after so many minutes; BALCAO_KIOSK names a kiosk that runs, BALCAO_SCALE the size of the pictures (0.35; 0 takes none).
import { createHash } from 'node:crypto';
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { examine } from './axe.js';
import { contrast } from './checks.js';
import { launch, watchedPage } from './chromium.js';
import { startDemo } from './demo.js';
import { sizes } from './faces.js';
import { misfits } from './fit.js';
import { looks, open, settled, states, tongues } from './gallery.js';

/** @typedef {{name: string, state: string, lang?: string, look?: string, hall?: string, viewport: {width: number, height: number}}} Case
 * @typedef {{name: string, edition: string, faults: string[], unsure: {rule: string, reason: string, target: string, judgement: string}[]}} Result */

const halls = {
  '16x9': { width: 1920, height: 1080 }, '9x16': { width: 1080, height: 1920 }, '720': { width: 1280, height: 720 }, '4x3': { width: 1024, height: 768 },
};
const distances = ['distance=5000', 'distance=10000', 'distance=15000', 'distance=10000&margin=5'];

/** Every case there is, in an order in which any few of them hold all languages, modes and screens.
 * @param {import('playwright-core').Page} page @param {string} kiosk @returns {Promise<Case[]>} */
export async function everyCase(page, kiosk) {
  /** @type {Case[]} */
  const all = [];
  const touch = await states(page, kiosk);
  for (let l = 0; l < tongues.length * looks.length; l++) {
    touch.forEach((state, s) => {
      const i = (l + s) % (tongues.length * looks.length), lang = tongues[i % tongues.length], look = looks[Math.floor(i / tongues.length)];
      all.push({ name: ['kiosk', state, lang, look.replaceAll(',', '+')].filter(Boolean).join('.'), state, lang, look, viewport: sizes.kiosk });
    });
  }
  await page.goto(new URL('/gallery/', kiosk).href);
  const boards = await page.$$eval('a[href^="/gallery/board/"]', (links) => links.map((a) => a.getAttribute('href')?.split('/').pop() ?? ''));
  const board = boards.flatMap((state) => Object.entries(halls).flatMap(([size, viewport]) => distances.map((hall) => ({
    name: `board.${state}.${size}.${hall.replace(/[=&]/g, '-')}`, state, hall, viewport,
  }))));
  // The boards stand among the others, so that each part has some.
  board.forEach((one, i) => all.splice(Math.floor((i * all.length) / board.length), 0, one));
  return all;
}

/** What the pages are made of, so that an old result is not taken for one of these. @param {import('playwright-core').Page} page @param {string} kiosk */
async function editionOf(page, kiosk) {
  const sum = createHash('sha256');
  for (const path of ['/gallery/touch/home', '/gallery/board/normal']) {
    await page.goto(new URL(path, kiosk).href);
    const parts = await page.$$eval('link[rel=stylesheet], script[src]', (list) => list.map((e) => e.getAttribute('href') ?? e.getAttribute('src')));
    for (const part of parts) if (part && !part.includes('/gallery/')) sum.update(await (await page.request.get(new URL(part, kiosk).href)).text());
  }
  return sum.digest('hex').slice(0, 12);
}

/** Draws one case. @param {import('playwright-core').Page} page @param {string} kiosk @param {Case} one */
export async function show(page, kiosk, one) {
  await page.setViewportSize(one.viewport);
  if (one.hall === undefined) return open(page, kiosk, { state: one.state, lang: one.lang ?? '', look: one.look ?? '' });
  await page.goto(new URL(`/gallery/board/${one.state}?${one.hall}`, kiosk).href);
  await page.locator('.cb').waitFor();
  if (/^(takeover|two|rush)/.test(one.state)) await page.locator('.cb-takeover, .cb-now.fresh, .cb-many').first().waitFor(); // they begin as the board before
  await settled(page);
}

/** @param {string} file @param {string} edition */
async function done(file, edition) {
  /** @type {Map<string, Result>} */
  const found = new Map();
  for (const line of (await readFile(file, 'utf8').catch(() => '')).split('\n')) {
    try {
      const r = /** @type {Result} */ (JSON.parse(line));
      if (r.edition === edition) found.set(r.name, r);
    } catch { /* the last line of a run that was stopped */ }
  }
  return found;
}

/** What a run has found, in words. @param {Map<string, Result>} results @param {number} all */
export function summary(results, all) {
  /** @type {Record<string, number>} */
  const kinds = {};
  let faulty = 0;
  for (const r of results.values()) {
    if (r.faults.length > 0) faulty++;
    for (const u of r.unsure) {
      const kind = `${u.judgement ? 'judged' : 'NOT JUDGED'}: ${u.rule}, ${u.judgement || `${u.reason} (${u.target})`}`;
      kinds[kind] = (kinds[kind] ?? 0) + 1;
    }
  }
  const lines = [`${results.size} of ${all} done, ${faulty} with faults`];
  for (const [kind, n] of Object.entries(kinds).sort((a, b) => b[1] - a[1])) lines.push(`${String(n).padStart(6)} ${kind}`);
  return lines;
}

async function run() {
  const [target = '', part = '1/1', ...words] = process.argv.slice(2);
  const [mine, parts] = part.split('/').map(Number);
  if (!target || !(mine >= 1) || !(parts >= mine)) throw new Error('node gallery-run.js FOLDER [PART/PARTS], such as 2/8');
  const until = Date.now() + 60_000 * Number(process.env.BALCAO_GALLERY_FOR ?? 24 * 60);
  const scale = Number(process.env.BALCAO_SCALE ?? 0.35);
  await mkdir(target, { recursive: true });
  const file = join(target, 'results.jsonl');
  const demo = process.env.BALCAO_KIOSK ? undefined : await startDemo();
  const kiosk = process.env.BALCAO_KIOSK ?? demo?.at.kiosk ?? '';
  const browser = await launch();
  try {
    const { page, complaints } = await watchedPage(browser, { viewport: sizes.kiosk, hasTouch: true, deviceScaleFactor: scale || 1 });
    const edition = await editionOf(page, kiosk);
    const all = await everyCase(page, kiosk);
    const results = await done(file, edition);
    const left = all.filter((one, i) => i % parts === mine - 1 && (words.length > 0 ? words.some((w) => one.name.includes(w)) : !results.has(one.name)));
    console.log(`edition ${edition}: ${all.length} cases, ${left.length} of part ${part} to do`);
    for (const one of left) {
      if (Date.now() > until) break;
      complaints.length = 0;
      await show(page, kiosk, one);
      const { broken, unsure } = await examine(page);
      const faults = [...broken, ...(one.hall === undefined ? await misfits(page) : []), ...(await contrast(page, 7))];
      for (const u of unsure) if (!u.judgement) faults.push(`unsure of ${u.rule}: ${u.reason} (${u.target})`);
      faults.push(...complaints.filter((c) => !/Applying inline style|\/sign\/[a-z]+\.webm/.test(c)));
      if (scale) await page.screenshot({ path: join(target, `${one.name}.jpg`), type: 'jpeg', quality: 80 });
      const result = { name: one.name, edition, faults, unsure };
      results.set(one.name, result);
      await appendFile(file, JSON.stringify(result) + '\n');
      for (const fault of faults) console.log(`${one.name}: ${fault}`);
    }
    for (const line of summary(results, all.length)) console.log(line);
    if ([...results.values()].some((r) => r.faults.length > 0)) process.exitCode = 1;
  } finally {
    await browser.close();
    await demo?.stop();
  }
}

if (import.meta.url === new URL(process.argv[1], 'file:').href) await run();
