// Runs the demo as `make demo` does, in a folder and with a sound server of its own, and ends all of it.
import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startSound } from './sound.js';
import { until } from './wait.js';

const run = promisify(execFile);
const repository = new URL('..', import.meta.url).pathname;

/** The folder of the programs. BALCAO_BIN names one; otherwise they are built. */
export async function programs() {
  if (process.env.BALCAO_BIN) return process.env.BALCAO_BIN;
  const bin = join(repository, 'bin');
  await run('go', ['build', '-o', bin + '/', './kiosk', './branch-server', './hq', './internal/demo'], { cwd: repository });
  return bin;
}

/** Processes that carry a mark in their environment, which children inherit. @param {string} mark */
async function marked(mark) {
  const found = [];
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    try {
      const environment = await readFile(`/proc/${pid}/environ`, 'latin1');
      const state = await readFile(`/proc/${pid}/stat`, 'latin1');
      if (environment.includes(mark) && !/\) Z /.test(state)) found.push(Number(pid));
    } catch {
      // it has ended, or is not ours to read
    }
  }
  return found;
}

/**
 * @typedef {{index: string, kiosk: string, paper: string, cards: string, led: string, keypad: string, counter: string, callboard: string,
 *   manager: string, hq: string, broker: string, neighbour?: string, neighbourPaper?: string}} Addresses
 * @typedef {{n: number, number: string, id: string, text: string, at: string}} Paper
 * @typedef {{n: number, at: number, lang: string, text: string, output: string, volume: number, speed: number,
 *   state?: string, end?: number}} Spoken
 * @typedef {'hq' | 'branch-server' | 'kiosk' | 'callboard'} Program
 */

/**
 * Starts a demo and returns when everything answers.
 * @param {{traffic?: boolean, branches?: number, speed?: number, sound?: boolean, dir?: string, neighbour?: boolean}} [options]
 *   neighbour: with a second kiosk; sound: with a private sound server that can be recorded; dir: a folder to keep, otherwise one that is removed
 */
export async function startDemo(options = {}) {
  const bin = await programs();
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), 'balcao-browser-')));
  const sound = options.sound ? await startSound() : undefined;
  const mark = `BALCAO_RUN=${randomUUID()}`;
  const args = ['-dir', dir, '-bin', bin, '-sound', sound ? 'pulse' : 'null'];
  if (options.traffic) args.push('-traffic');
  if (options.speed) args.push('-speed', String(options.speed));
  if (options.neighbour) args.push('-neighbour');
  if (options.branches) args.push('-branches', String(options.branches));
  const began = performance.now();
  const child = spawn(join(bin, 'demo'), args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...sound?.env, BALCAO_RUN: mark.slice('BALCAO_RUN='.length) },
  });
  let said = '';
  child.stdout.on('data', (d) => (said += d));
  child.stderr.on('data', (d) => (said += d));
  /** @type {Promise<number | null>} */
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const onExit = () => child.kill('SIGINT');
  process.once('exit', onExit);
  // A signal ends this program without a word to the demo, unless it is made an ordinary end.
  const onSignal = () => process.exit(130);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, onSignal);

  /** Ends everything and complains of what is left. */
  const stop = async () => {
    child.kill('SIGCONT'); // it may stand still
    child.kill('SIGINT');
    const code = await ended;
    process.removeListener('exit', onExit);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeListener(signal, onSignal);
    await sound?.stop();
    const left = await until('every process of the demo has ended', async () => {
      const pids = await marked(mark);
      return pids.length === 0 && [];
    }, 5000).catch(() => marked(mark));
    for (const pid of left) process.kill(pid, 'SIGKILL');
    if (!options.dir) await rm(dir, { recursive: true, force: true });
    if (left.length > 0) throw new Error(`the demo left ${left.length} processes behind`);
    if (code !== 0) throw new Error(`the demo ended with ${code}:\n${said}`);
  };

  /** @type {Addresses} */
  let at;
  try {
    at = await until('the demo has written its addresses', async () => {
      if (child.exitCode !== null) throw new Error(said);
      return JSON.parse(await readFile(join(dir, 'addresses.json'), 'utf8'));
    }, 90_000);
  } catch (e) {
    await stop().catch(() => {});
    throw new Error(`${e}\n${said}`);
  }
  const readyMS = performance.now() - began;

  const origin = new URL(at.index).origin;
  /** @param {string} path @param {Record<string, string>} fields @param {string} [at] another bench's pages */
  const post = async (path, fields, at = origin) => {
    const r = await fetch(at + path, { method: 'POST', body: new URLSearchParams(fields) });
    if (!r.ok) throw new Error(`${path}: ${r.status} ${await r.text()}`);
  };
  /** @param {string} path */
  const get = async (path) => (await fetch(origin + path)).json();
  /** @param {Program} program */
  const pid = async (program) => Number(await readFile(join(dir, program + '.pid'), 'utf8'));

  /** Waits until a killed program answers again. @param {Program} program @param {number} old its process before */
  const back = async (program, old) => {
    const health = new URL('/healthz', { hq: at.hq, kiosk: at.kiosk, callboard: at.callboard, 'branch-server': at.counter }[program]);
    await until(`${program} is back`, async () => (await pid(program)) !== old && (await fetch(health)).ok);
  };

  return {
    at, dir, sound, readyMS, pid, stop,
    /** The slips that came out, newest first. @returns {Promise<Paper[]>} */
    papers: async () => (await get('/api/papers')).papers,
    /** @param {string} name of the deck, such as maria */
    insertCard: (name) => post('/cards/insert', { name }),
    removeCard: () => post('/cards/remove', {}),
    /** Presses a key of the virtual keypad. @param {string} does such as next */
    pressKey: (does) => post('/keypad/key', { does }),
    /** Puts the plug of the headphones in, or pulls it out. @param {boolean} on */
    plug: (on) => post('/keypad/plug', { in: String(on) }),
    /** What the spoken guide has said after a line, oldest first. @param {number} [after] @returns {Promise<Spoken[]>} */
    said: async (after = 0) => (await get('/keypad/speech')).said.filter((/** @type {Spoken} */ s) => s.n > after),
    /** @param {string} kind such as paper-out; none ends all @param {boolean} on
     * @param {number} [after] begins only so many bytes later, in the middle of a slip */
    fault: (kind, on, after = 0) => post('/paper/fault', { kind, on: String(on), after: String(after) }),
    /** A fault of the second kiosk's printer. @param {string} kind @param {boolean} on */
    neighbourFault: (kind, on) => post('/paper/fault', { kind, on: String(on) }, new URL(at.neighbourPaper ?? '').origin),
    /** The slips of the second kiosk, newest first. @returns {Promise<Paper[]>} */
    neighbourPapers: async () => (await (await fetch(new URL('/api/papers', at.neighbourPaper))).json()).papers,
    /** Takes the slip that waits in the mouth of the kiosk's printer. */
    takeSlip: () => post('/paper/mouth', { do: 'take' }),
    /** Puts another printer on the kiosk's cable. @param {string} language such as star */
    language: (language) => post('/paper/language', { language }),
    /** Ends a program with kill -9; the demo starts it again. @param {Program} program */
    kill9: async (program) => process.kill(await pid(program), 'SIGKILL'),
    /** Stops a program in the middle of what it does, as a machine that hangs. @param {Program} program */
    freeze: async (program) => process.kill(await pid(program), 'SIGSTOP'),
    /** @param {Program} program */
    thaw: async (program) => process.kill(await pid(program), 'SIGCONT'),
    /** Ends a program and keeps the demo from starting it again until the function that is returned is called. The
     * demo's own pages stand still meanwhile. @param {Program} program */
    down: async (program) => {
      const old = await pid(program);
      child.kill('SIGSTOP');
      process.kill(old, 'SIGKILL');
      return async () => {
        child.kill('SIGCONT');
        await back(program, old);
      };
    },
    back,
    /** Resident memory of each program in MiB. */
    memory: async () => {
      /** @type {Record<string, number>} */
      const mib = {};
      for (const program of /** @type {Program[]} */ (['hq', 'branch-server', 'kiosk', 'callboard'])) {
        const status = await readFile(`/proc/${await pid(program)}/status`, 'utf8');
        mib[program] = Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 102.4) / 10;
      }
      return mib;
    },
    /** Everything the programs wrote to disk, by file. @returns {Promise<Map<string, Buffer>>} */
    files: async () => {
      /** @type {Map<string, Buffer>} */
      const all = new Map();
      for (const name of await readdir(dir, { recursive: true })) {
        const file = join(dir, name);
        if ((await stat(file)).isFile()) all.set(file, await readFile(file));
      }
      return all;
    },
  };
}

/** @typedef {Awaited<ReturnType<typeof startDemo>>} Demo */
