// Takes a picture of every face of a running demo: `make screenshots`.
// Starts its own demo with traffic in a folder of its own, unless BALCAO_DEMO names the folder of one that runs.
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { launch } from './chromium.js';

const target = new URL('../docs/pictures/', import.meta.url).pathname;

/** @type {[face: string, width: number, height: number][]} */
const faces = [
  ['index', 1280, 800],
  ['kiosk', 1080, 1920],
  ['paper', 800, 1000],
  ['cards', 1280, 800],
  ['counter', 1280, 800],
  ['callboard', 1920, 1080],
  ['manager', 1280, 800],
  ['hq', 1280, 800],
];

/**
 * Reads the addresses as soon as the demo has written them, which it does when everything answers.
 * @param {string} folder
 * @returns {Promise<Record<string, string>>}
 */
async function addresses(folder) {
  for (let tries = 0; tries < 600; tries++) {
    try {
      return JSON.parse(await readFile(join(folder, 'addresses.json'), 'utf8'));
    } catch {
      await pause(200);
    }
  }
  throw new Error(`the demo in ${folder} did not write its addresses in two minutes`);
}

const given = process.env.BALCAO_DEMO;
const folder = given ?? (await mkdtemp(join(tmpdir(), 'balcao-pictures-')));
const demo = given
  ? undefined
  : spawn(new URL('../bin/demo', import.meta.url).pathname, ['-traffic=1', '-dir', folder], { stdio: 'inherit' });
const ended = demo && new Promise((resolve) => demo.once('exit', resolve));

try {
  const at = await addresses(folder);
  await mkdir(target, { recursive: true });
  const browser = await launch();
  try {
    for (const [face, width, height] of faces) {
      if (!at[face]) continue;
      const page = await browser.newPage({ viewport: { width, height }, locale: 'pt-PT' });
      await page.goto(at[face], { waitUntil: 'load' });
      // The stream of events brings the first figures a moment after the page.
      await pause(2000);
      await page.screenshot({ path: join(target, `${face}.png`) });
      await page.close();
      console.log(`docs/pictures/${face}.png`);
    }
  } finally {
    await browser.close();
  }
} finally {
  demo?.kill('SIGINT');
  await ended;
  if (!given) await rm(folder, { recursive: true, force: true });
}
