// A private PulseAudio server whose only loudspeaker is a null sink: what reaches it is recorded and compared. No setting
// of the machine is touched.
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from './wait.js';

const run = promisify(execFile);

/** Samples a second, of the voice and of everything here: mono, 16 bits. */
export const rate = 22_050;

/** Starts the server and returns when its loudspeaker is ready. */
export async function startSound() {
  const dir = await mkdtemp(join(tmpdir(), 'som-'));
  const socket = join(dir, 'native');
  const script = join(dir, 'board.pa');
  await writeFile(script, `load-module module-native-protocol-unix socket=${socket} auth-anonymous=1
load-module module-null-sink sink_name=board rate=${rate} channels=1 format=s16le
set-default-sink board
`);
  const env = { ...process.env, XDG_RUNTIME_DIR: dir, HOME: dir, PULSE_SERVER: `unix:${socket}` };
  const server = spawn('pulseaudio', [
    '-n', '-F', script, '--daemonize=no', '--exit-idle-time=120', '--disable-shm', '--use-pid-file=no',
    '--high-priority=no', '--realtime=no',
  ], { stdio: 'ignore', env: { ...env, PULSE_SERVER: '' } });
  const ended = new Promise((resolve) => server.once('exit', resolve).once('error', resolve));
  const onExit = () => server.kill('SIGKILL');
  process.once('exit', onExit);
  /** @param {string[]} args */
  const pactl = (...args) => run('pactl', args, { env });
  const stop = async () => {
    server.kill('SIGINT');
    await ended;
    process.removeListener('exit', onExit);
    await rm(dir, { recursive: true, force: true });
  };
  try {
    await until('the sound server answers', async () => (await pactl('info')).stdout.includes('board'));
  } catch (e) {
    await stop();
    throw e;
  }
  return {
    /** What a program needs to play here. */
    env: { PULSE_SERVER: env.PULSE_SERVER },
    /** @param {boolean} mute */
    mute: (mute) => pactl('set-sink-mute', 'board', mute ? '1' : '0'),
    record: () => record(env),
    stop,
  };
}

/** @typedef {Awaited<ReturnType<typeof record>>} Recording */

/** Records what reaches the loudspeaker, from now on. @param {NodeJS.ProcessEnv} env */
async function record(env) {
  const recorder = spawn('parec', [
    '-d', 'board.monitor', '--format=s16le', `--rate=${rate}`, '--channels=1', '--raw', '--latency-msec=20',
  ], { stdio: ['ignore', 'pipe', 'ignore'], env });
  const ended = new Promise((resolve) => recorder.once('exit', resolve));
  /** @type {Buffer[]} */
  const chunks = [];
  let bytes = 0;
  /** When, on the wall clock, each part began to be heard: [byte, milliseconds]. @type {[number, number][]} */
  const heard = [];
  recorder.stdout.on('data', (/** @type {Buffer} */ d) => {
    heard.push([bytes, performance.timeOrigin + performance.now()]);
    chunks.push(d);
    bytes += d.length;
  });
  const seconds = () => bytes / 2 / rate;
  await until('the recording runs', () => bytes > 0);
  return {
    seconds,
    samples: () => samplesOf(chunks),
    /** The sink never rests, so the recording is also the clock. @param {number} s */
    advance: async (s) => {
      const end = seconds() + s;
      await until(`${s} s more are recorded`, () => seconds() >= end);
    },
    /**
     * The moment, in Unix milliseconds, at which sound first reached this program after a moment; undefined while
     * there is only silence.
     * @param {number} after
     */
    firstSound: (after) => {
      for (let i = 0; i < chunks.length; i++) {
        const [, at] = /** @type {[number, number]} */ (heard[i]);
        if (at >= after && !quiet(/** @type {Buffer} */ (chunks[i]))) return at;
      }
      return undefined;
    },
    /** Forgets what was recorded, so that a long recording stays small. */
    forget: () => { chunks.length = 0; heard.length = 0; },
    stop: async () => {
      recorder.kill('SIGINT');
      await ended;
    },
  };
}

/** @param {Buffer} b */
const quiet = (b) => b.every((x) => x === 0);

/** @param {Buffer[]} chunks of any size: a sample may be cut in two */
function samplesOf(chunks) {
  const s = new Float32Array(chunks.reduce((n, c) => n + c.length, 0) >> 1);
  let at = 0, low = -1;
  for (const chunk of chunks) {
    for (const byte of chunk) {
      if (low < 0) low = byte;
      else { s[at++] = ((low | (byte << 8)) << 16) >> 16; low = -1; }
    }
  }
  return s;
}

/**
 * Has espeak-ng say a call apart from the programs: what must be found in the recording. The words are those that the
 * hall must hear, written here once more.
 * @param {string} letter @param {number} number @param {string} counter
 */
export async function callSound(letter, number, counter) {
  const text = `<speak>senha <say-as interpret-as="characters">${letter}</say-as><break time="150ms"/> ${number}, <break time="250ms"/>balcão ${counter}</speak>`;
  const { stdout } = await run('espeak-ng', ['-m', '-v', 'pt', '-s', '140', '-g', '4', '--stdout', '--', text], { encoding: 'buffer', maxBuffer: 1 << 24 });
  const data = stdout.indexOf('data');
  const all = samplesOf([stdout.subarray(data + 8)]);
  let from = 0, to = all.length;
  while (from < to && all[from] === 0) from++;
  while (to > from && all[to - 1] === 0) to--;
  return all.subarray(from, to);
}

const coarse = 8;

/** Every eighth moment, each the mean of eight. @param {Float32Array} s */
function thinned(s) {
  const out = new Float32Array(Math.floor(s.length / coarse));
  for (let i = 0; i < out.length; i++) {
    let sum = 0;
    for (let j = 0; j < coarse; j++) sum += /** @type {number} */ (s[coarse * i + j]);
    out[i] = sum;
  }
  return out;
}

/** How alike a sound and a part of a recording are, whatever their loudness: 1 is the same, 0 nothing in common.
 * @param {Float32Array} recording @param {Float32Array} sound @param {number} at */
function likeness(recording, sound, at) {
  let dot = 0, a = 0, b = 0;
  for (let i = 0; i < sound.length; i++) {
    const x = /** @type {number} */ (recording[at + i]), y = /** @type {number} */ (sound[i]);
    dot += x * y; a += x * x; b += y * y;
  }
  return a > 0 && b > 0 ? dot / Math.sqrt(a * b) : 0;
}

/**
 * How often a sound is heard whole in a recording, and how exactly the best time.
 * @param {Float32Array} recording @param {Float32Array} sound
 */
export function occurrences(recording, sound) {
  const r = thinned(recording), s = thinned(sound);
  let count = 0, best = 0, next = 0;
  for (let at = 0; at + s.length <= r.length; at++) {
    if (at < next || likeness(r, s, at) < 0.8) continue;
    // To the sample: the thinned search is up to eight off.
    let exact = 0;
    for (let fine = coarse * (at - 2); fine <= coarse * (at + 6); fine++) {
      if (fine >= 0 && fine + sound.length <= recording.length) exact = Math.max(exact, likeness(recording, sound, fine));
    }
    best = Math.max(best, exact);
    if (exact > 0.99) { count++; next = at + rate / coarse / 2; }
  }
  return { count, best };
}

/** Whether anything at all is in a recording. @param {Float32Array} recording */
export const silent = (recording) => recording.every((x) => x === 0);
