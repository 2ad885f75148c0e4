// The faces of a running demo as people use them: by touch, by key, by looking.
import assert from 'node:assert/strict';
import { watchedPage } from './chromium.js';
import { patience, until } from './wait.js';

/**
 * @typedef {import('playwright-core').Page} Page
 * @typedef {import('playwright-core').Browser} Browser
 * @typedef {import('./demo.js').Demo} Demo
 * @typedef {{tk: string, svc: string, class: string, state: string, print: string, counter?: string, rule?: string,
 *   recalled?: number, asked: number}} Visit
 */

/** Sizes of the screens the faces are made for. */
export const sizes = {
  kiosk: { width: 1080, height: 1920 },
  callboard: { width: 1920, height: 1080 },
  counter: { width: 1366, height: 768 },
  desk: { width: 1440, height: 900 },
};

/** Opens the faces of a demo, each in a browser profile of its own, and collects what they complain of.
 * @param {Browser} browser @param {Demo} demo @param {number} [scale] device pixels for each of the
 * kiosk's page */
export function openFaces(browser, demo, scale = 1) {
  /** @type {{name: string, complaints: string[], context: import('playwright-core').BrowserContext}[]} */
  const open = [];
  /** @param {string} name @param {string} url @param {import('playwright-core').BrowserContextOptions} options */
  const face = async (name, url, options) => {
    const { page, context, complaints } = await watchedPage(browser, options);
    open.push({ name, complaints, context });
    page.setDefaultTimeout(patience);
    await page.goto(url);
    return page;
  };
  return {
    kiosk: async () => new Kiosk(await face('kiosk', demo.at.kiosk, { viewport: sizes.kiosk, hasTouch: true, deviceScaleFactor: scale })),
    neighbour: async () => new Kiosk(await face('neighbour', demo.at.neighbour ?? '', { viewport: sizes.kiosk, hasTouch: true })),
    callboard: async () => new Callboard(await face('callboard', demo.at.callboard, { viewport: sizes.callboard })),
    /** The callboard for plain televisions, from the branch server. */
    television: async () => new Callboard(await face('television', new URL('/painel', demo.at.counter).href, { viewport: sizes.callboard })),
    signInPage: () => face('sign-in', demo.at.counter, { viewport: sizes.counter }),
    /** @param {string} person @param {string} counter @param {{width: number, height: number}} [viewport]
     * @param {(page: Page) => Promise<void>} [choosing] sees the page where counters are chosen */
    counter: async (person, counter, viewport = sizes.counter, choosing) => {
      const page = await face(`counter of ${person}`, demo.at.counter, { viewport });
      await signIn(page, person);
      await choosing?.(page);
      const c = new Counter(page);
      await c.choose(counter);
      return c;
    },
    coordinator: async () => {
      const page = await face('coordinator', demo.at.manager, { viewport: sizes.desk });
      await signIn(page, 'joana');
      return new Coordinator(page);
    },
    /** The page of the demo's branch at headquarters. */
    hqBranch: () => face('hq of the branch', new URL('/lojas/L901', demo.at.hq).href, { viewport: sizes.counter }),
    hq: async () => new Headquarters(await face('hq', demo.at.hq, { viewport: sizes.desk })),
    /** @param {'index' | 'paper' | 'cards' | 'led' | 'keypad'} name */
    page: async (name) => face(name, demo.at[name], { viewport: sizes.desk }),
    /** What scripts complained of and asked for outside this machine, by face, but for what a fault must cause.
     * @param {RegExp} [expected] */
    complaints: (expected) => open.flatMap((f) => f.complaints.filter((c) => !expected?.test(c)).map((c) => `${f.name}: ${c}`)),
    close: async () => { for (const f of open) await f.context.close(); },
  };
}

/** @param {Page} page @param {string} person */
export async function signIn(page, person) {
  await page.getByLabel('Nome de utilizador').fill(person);
  await page.getByLabel('PIN').fill('1234');
  await page.getByRole('button', { name: 'Entrar' }).click();
  await page.waitForURL((url) => url.pathname !== '/entrar');
}

/** Puts away the hints of a page, as somebody does who knows it: pictures show the page. @param {Page} page */
export async function knowsThePage(page) {
  const away = page.locator('#hints [data-hints=all]');
  if (!await away.isVisible()) return;
  await away.dispatchEvent('click'); // a dialog may stand over it
  await page.locator('#hints').waitFor({ state: 'hidden' });
}

/** The touch screen. */
export class Kiosk {
  /** @param {Page} page */
  constructor(page) { this.page = page; }

  /** Waits for a screen, by the name that kiosk/flow gives it. @param {string} name @param {number} [timeout] */
  async screen(name, timeout = patience) { await this.page.locator(`[data-screen="${name}"]`).waitFor({ timeout }); }

  /** @param {string} name as it stands on the button, in the language shown */
  service(name) {
    return this.page.locator('button.choice').filter({ has: this.page.getByText(name, { exact: true }) });
  }

  /** @param {string | RegExp} name */
  button(name) { return this.page.getByRole('button', { name }); }

  /**
   * Touches something until its screen is there: what has just appeared under a finger takes no touch for half a second.
   * @param {import('playwright-core').Locator} what @param {string} then
   */
  async go(what, then) {
    await until(`the screen ${then}`, async () => {
      // On a busy machine the screen may come after this looked for it, and what led there is gone.
      await what.tap({ timeout: 500 }).catch(() => {});
      return this.screen(then, 700).then(() => true);
    });
  }

  /** Touches a service and returns the number on the screen. @param {string} name */
  async take(name) {
    await this.service(name).tap();
    return this.number();
  }

  /** The number on the screen, once it is there. */
  async number() {
    const number = this.page.locator('.slip-number');
    await number.waitFor();
    return ((await number.textContent()) ?? '').replace(/\s/g, '');
  }

  /** Leaves the ticket, so that the next citizen finds the first screen. */
  async leave() {
    await this.go(this.button(/^(Terminar|Finish)$/), 'home');
  }

  /** A citizen comes, takes a ticket on paper and goes. @param {string} service @param {Demo} demo */
  async visit(service, demo) {
    await this.screen('home');
    const number = await this.take(service);
    await until(`${number} is on paper`, async () => (await demo.papers())[0]?.number === number);
    await this.page.getByText('Retire o seu talão').waitFor();
    await this.leave();
    return number;
  }
}

/** The screen in the hall. */
export class Callboard {
  /** @param {Page} page */
  constructor(page) { this.page = page; }

  /** Waits until a number is called to a counter. @param {string} number @param {string} counter such as Balcão 1 */
  async shows(number, counter) {
    const spot = '.cb-number, .cb-over-number', place = '.cb-counter, .cb-over-counter';
    await this.page.locator(spot).filter({ hasText: number }).waitFor();
    assert.equal((await this.page.locator(place).first().innerText()).replace(/\s+/g, ' ').trim(), counter);
  }

  /** Waits until the voice says something, and returns what. @param {string} part */
  async says(part) {
    const words = this.page.locator('.cb-bar.saying, .cb-over-say:has(.icon)').filter({ hasText: part });
    await words.waitFor();
    return ((await words.textContent()) ?? '').replace('A dizer: ', '').trim();
  }

  /** Waits until the voice says nothing. */
  async quiet() { await this.page.waitForFunction(() => !document.querySelector('.cb-bar.saying, .cb-over-say .icon')); }
}

/** A clerk's page. */
export class Counter {
  /** @param {Page} page */
  constructor(page) { this.page = page; }

  /** @param {string} counter such as Balcão 1 */
  async choose(counter) {
    await this.page.locator('button.choice').filter({ hasText: counter }).click();
    await this.page.locator('#main').waitFor();
    if ((await this.main()) === 'Abrir balcão') await this.press('F2', 'Chamar seguinte');
  }

  /** What the main button does now. */
  async main() { return ((await this.page.locator('#main > span').textContent()) ?? '').trim(); }

  /**
   * Waits until the main button has a meaning and takes presses.
   * @param {string} label
   */
  async ready(label) {
    await this.page.locator('#main[aria-busy="false"], #main:not([aria-busy])').filter({ hasText: label }).waitFor();
  }

  /** Presses a key until the main button means something else. A press too soon after a change does not count, as the
   * page has it, so it is repeated. @param {string} key @param {...string} then */
  async press(key, ...then) {
    await until(`${key} leads to ${then.join(' or ')}`, async () => {
      await this.page.keyboard.press(key);
      return this.page.waitForFunction((labels) => {
        const main = document.querySelector('#main');
        return main?.getAttribute('aria-busy') !== 'true' && labels.includes(main?.querySelector('span')?.textContent ?? '');
      }, then, { timeout: 700 }).then(() => true);
    });
  }

  /** Calls the next ticket and returns its number. */
  async call() {
    await this.ready('Chamar seguinte');
    await this.press('F2', 'Chegou');
    return this.inHand();
  }

  async inHand() { return ((await this.page.locator('.who .ticket').textContent()) ?? '').trim(); }
  async start() { await this.press('F2', 'Terminar'); }
  async finish() { await this.press('F2', 'Chamar seguinte'); }
  async recall() {
    await this.page.getByRole('button', { name: 'Chamar de novo', disabled: false }).waitFor(); // a call has its pause
    await this.page.keyboard.press('F4');
  }
  async noShow() { await this.press('F9', 'Chamar seguinte'); }

  /** Calls and serves until a number has been served; whatever else comes first is served too. @param {string} number */
  async serve(number) {
    for (;;) {
      const called = await this.call();
      await this.start();
      await this.finish();
      if (called === number) return;
    }
  }

  /** Closes the counter: one of the ways to be away. */
  async closeCounter() {
    await this.page.keyboard.press('F9');
    await this.page.getByRole('button', { name: 'Fechar o balcão' }).click();
    await this.ready('Abrir balcão');
  }

  /** Explains the ticket at the counter: its page. */
  async why() {
    await this.page.getByRole('link', { name: 'Ver a explicação completa' }).click();
    await this.page.waitForURL(/\/porque\//);
  }
}

/** The coordinator's page. */
export class Coordinator {
  /** @param {Page} page */
  constructor(page) { this.page = page; }

  /** How many wait, as the page shows it. */
  async waiting() {
    const figure = this.page.locator('.figure').filter({ hasText: 'Em espera agora' }).locator('.value b');
    return Number(await figure.textContent());
  }

  /** The Day as the branch tells it to programs of the coordination.
   * @returns {Promise<{visits: Visit[], seq: number}>} */
  async day() {
    const url = new URL('/api/day', this.page.url()).href;
    return (await this.page.request.get(url, { headers: { Accept: 'application/json' } })).json();
  }

  /** Today's visits with a number. @param {string} number */
  async visits(number) { return (await this.day()).visits.filter((v) => v.tk === number); }
}

/** The live page of headquarters. */
export class Headquarters {
  /** @param {Page} page */
  constructor(page) { this.page = page; }

  /** The figures of the demo's branch: waiting, called or being served, served. */
  async figures() {
    const row = this.page.locator('#b-L901 > *');
    const cell = async (/** @type {number} */ i) => Number(((await row.nth(i).textContent()) ?? '').replace(/\D/g, ''));
    return { waiting: await cell(2), serving: await cell(3), served: await cell(6) };
  }

  /** Waits until the figures are these. @param {{waiting: number, serving: number, served: number}} wanted @param {number} [within] */
  async shows(wanted, within) {
    await until(`headquarters shows ${JSON.stringify(wanted)}`, async () => {
      const f = await this.figures();
      if (JSON.stringify(f) !== JSON.stringify(wanted)) throw new Error(JSON.stringify(f));
      return true;
    }, within);
  }
}
