// Waiting for a thing that tells nobody when it is there.
import { setTimeout as pause } from 'node:timers/promises';

/** How long anything may take on a busy machine. */
export const patience = 20_000;

/**
 * Asks again and again, until the answer is neither undefined nor false, and returns it.
 * @template T
 * @param {string} what names the thing in the error
 * @param {() => T | Promise<T>} ask may throw, which counts as not yet
 * @param {number} [within] milliseconds
 * @returns {Promise<Exclude<T, undefined | false>>}
 */
export async function until(what, ask, within = patience) {
  const end = Date.now() + within;
  for (;;) {
    let trouble = '';
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return /** @type {any} */ (answer);
    } catch (e) {
      trouble = `: ${e}`;
    }
    if (Date.now() > end) throw new Error(`not within ${within / 1000} s: ${what}${trouble}`);
    await pause(20);
  }
}
