// A plain television's page over events of a test: what it shows first, and what the branch then says.
import { createServer } from 'node:http';
import { watchedPage } from './chromium.js';
import { patience } from './wait.js';

/** @typedef {{id: number, s: number, tk: string, counter: string, body: string, svc: string, at: number, n: number, say?: boolean}} Call */

/** One call. @param {number} id @param {string} tk @param {string} counter @param {number} at @param {object} [more] @returns {Call} */
export const callOf = (id, tk, counter, at, more) => ({ id, s: id, tk, counter: `Balcão ${counter}`, body: 'IRN', svc: 'Cartão de Cidadão', at, n: 1, ...more });

/** What a branch tells its boards. @param {Call[]} calls @param {object} [more] */
export const boardOf = (calls, more) => ({
  e: 1, s: Math.max(0, ...calls.map((c) => c.s)), at: Date.now(), branch: 'Loja de Cidadão Vila Serena', day: '2026-11-23', open: true, calls,
  queues: [{ body: 'Registos e Notariado', waiting: 4, wait: { lo: 20, hi: 35 } }, { body: 'Finanças', waiting: 0, wait: { lo: 0, hi: 0 } },
    { body: 'Segurança Social', waiting: 9, wait: { lo: 75, hi: 130 } }, { body: 'IMT', waiting: 1, wait: { lo: 0, hi: 10, next: true } }],
  ...more,
});

/** Stands for a branch's stream of events, with a beat every second. */
export async function startBranch() {
  /** @type {Set<import('node:http').ServerResponse>} */
  const open = new Set();
  let first = {}, n = 0;
  const server = createServer((_, answer) => {
    answer.writeHead(200, { 'Content-Type': 'text/event-stream' });
    answer.write(`event: snapshot\nid: ${++n}\ndata: ${JSON.stringify(first)}\n\n`);
    open.add(answer);
    const beat = setInterval(() => answer.write('event: beat\ndata: {}\n\n'), 1000);
    answer.on('close', () => { clearInterval(beat); open.delete(answer); });
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', () => listening(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    /** The board that a page finds when it comes. @param {object} board */
    begins: (board) => { first = { board, zone: 'Europe/Lisbon' }; },
    /** A change of it, for all pages that are there. @param {object} board */
    says: (board) => { for (const a of open) a.write(`event: delta\nid: ${++n}\ndata: ${JSON.stringify({ board })}\n\n`); },
    /** Opens a television's page on it, at a moment of the test. @param {import('playwright-core').Browser} browser
     * @param {string} counter an address of the branch server @param {{width: number, height: number}} viewport @param {string} query @param {number} now */
    open: async (browser, counter, viewport, query, now) => {
      const { page, context, complaints } = await watchedPage(browser, { viewport, locale: 'pt-PT' });
      page.setDefaultTimeout(patience);
      await page.clock.setFixedTime(now); // the days of the test; what measures durations goes on as ever
      await page.route('**/events?*', (route) => route.continue({ url: `http://127.0.0.1:${port}/events` }));
      await page.goto(new URL(`/painel?${query}`, counter).href);
      await page.locator('.cb').waitFor();
      await page.evaluate(() => document.fonts.ready);
      return { page, context, complaints };
    },
    stop: () => { server.closeAllConnections(); server.close(); },
  };
}
