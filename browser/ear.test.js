// By ear and keys: somebody who hears what the kiosk says, and sees nothing, takes a ticket and gets past a printer
// without paper. Nothing here looks at the screen; the page is open beside it, and shows the same.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { violations } from './axe.js';
import { launch } from './chromium.js';
import { startDemo } from './demo.js';
import { openFaces } from './faces.js';
import { until } from './wait.js';

/** @type {import('playwright-core').Browser} */
let browser;
/** @type {import('./demo.js').Demo} */
let demo;

before(async () => {
  demo = await startDemo();
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await demo?.stop();
});

/** How long somebody listens before they press the next key. */
const thinking = 700;

/** Somebody with headphones and four keys. */
function listener() {
  let last = 0;
  /** Waits for something to be said. @param {RegExp} what */
  const hear = (what) => until(`one hears ${what}`, async () => {
    for (const s of await demo.said(last)) {
      last = s.n;
      if (what.test(s.text)) {
        assert.equal(s.output, 'headphones', s.text);
        return s.text;
      }
    }
    return undefined;
  });
  /** @param {string} key @param {RegExp} [what] */
  const press = async (key, what = /./) => {
    await pause(thinking);
    last = (await demo.said(last)).at(-1)?.n ?? last; // what was said meanwhile is no answer to the key
    await demo.pressKey(key);
    return hear(what);
  };
  /** Goes on, or back, until a choice is heard. @param {RegExp} choice @param {'next' | 'back'} [key] */
  const find = async (choice, key = 'next') => {
    for (let i = 0; i < 40; i++) if (choice.test(await press(key))) return;
    assert.fail(`no key leads to ${choice}`);
  };
  /** Ends the visit; what is said of itself meanwhile, such as that the card is out, begins the choices again. */
  const leave = async () => {
    for (let i = 0; i < 4; i++) {
      await find(/^Terminar\./);
      if (/^Obrigado\./.test(await press('ok'))) return;
    }
    assert.fail('the visit has no end');
  };
  return { hear, press, find, leave };
}

test('a ticket is taken by ear and four keys alone', { timeout: 120_000 }, async () => {
  const faces = openFaces(browser, demo);
  const kiosk = await faces.kiosk();
  await kiosk.screen('home');
  const me = listener();
  await demo.plug(true);
  await me.hear(/O que vem tratar hoje\?/);
  await me.find(/^Cartão de Cidadão\./);
  const said = await me.press('ok', /A sua senha é/);
  const [, letter, count] = /A sua senha é ([A-Z]) (\d+)\./.exec(said) ?? [];
  assert.match(said, /Piso 0/, 'one hears where to wait');
  await me.hear(/Retire o seu talão/);
  const number = `${letter}${String(count).padStart(3, '0')}`;
  await until(`${number} is on paper`, async () => (await demo.papers())[0]?.number === number);
  assert.equal(await kiosk.number(), number, 'what is heard is what is shown');
  await me.find(/^Terminar\./);
  await me.press('ok', /^Obrigado\./);
  await kiosk.screen('home');
  assert.equal((await demo.said()).length, 1, 'the session is forgotten');
  assert.deepEqual(faces.complaints(), []);
  await faces.close();
});

/** The code of the demo's booking at a time, which is made as the demo makes it. @param {Date} at */
function codeOf(at) {
  const id = `DEMO-${at.toISOString().slice(0, 16).replace(/[-:]/g, '').replace('T', '-')}`;
  return [...createHash('sha256').update(id).digest().subarray(0, 6)].map((b) => letters[b % letters.length]).join('');
}

const letters = '23456789ABCDEFGHJKMNPQRSTVWXYZ';

test('somebody who booked is found by the card, by ear and four keys', { timeout: 180_000 }, async () => {
  const faces = openFaces(browser, demo);
  const kiosk = await faces.kiosk();
  await kiosk.screen('home');
  const me = listener();
  await demo.plug(true);
  await me.hear(/O que vem tratar hoje\?/);
  await me.find(/^Tenho marcação\./);
  await me.press('ok', /^Tenho marcação\. Escreva o código e confirme\./);
  await me.find(/^Usar o Cartão de Cidadão/, 'back'); // it stands behind the letters
  await me.press('ok', /Introduza o seu cartão/);
  await demo.insertCard('joao');
  assert.match(await me.hear(/A sua senha é/), /cartão/, 'one is told to take the card');
  const number = await kiosk.number();
  await kiosk.page.getByText('Marcação às').first().waitFor();
  await demo.removeCard();
  await until(`${number} is on paper`, async () => (await demo.papers())[0]?.number === number);
  await me.leave();
  await kiosk.screen('home');
  await faces.close();
});

const soak = process.env.BALCAO_SOAK === '1';

// Some fifty keys, none of them sooner than a hand that trembles could press it twice.
test('somebody who booked writes the code by ear and four keys', { timeout: 300_000, skip: !soak && 'a minute of keys: BALCAO_SOAK=1' }, async () => {
  const faces = openFaces(browser, demo);
  const kiosk = await faces.kiosk();
  await kiosk.screen('home');
  const me = listener();
  const every = 10 * 60_000; // the demo has a booking every ten minutes; the next ones may come already
  const next = Math.ceil(Date.now() / every) * every;
  /** How many keys it takes to write a code. @param {string} code */
  const effort = (code) => [...code].reduce((sum, c, i) => sum + Math.abs(letters.indexOf(c) - (i ? letters.indexOf(code[i - 1] ?? '') : 0)), 0);
  const [code = ''] = [next, next + every].map((at) => codeOf(new Date(at))).sort((a, b) => effort(a) - effort(b));
  await demo.plug(true);
  await me.hear(/O que vem tratar hoje\?/);
  await me.find(/^Tenho marcação\./);
  await me.press('ok', /^Tenho marcação\. Escreva o código e confirme\./);
  assert.equal(await me.press('next'), letters[0]);
  let at = 0;
  for (const [i, letter] of [...code].entries()) {
    for (const to = letters.indexOf(letter); at !== to;) {
      const step = to > at ? 1 : -1;
      at += step;
      assert.equal(await me.press(step > 0 ? 'next' : 'back'), letters[at], 'one hears each letter that is passed');
    }
    assert.match(await me.press('ok'), new RegExp(`${letter}.*${i + 1} de 6`), 'one hears what is written, and how much');
  }
  await me.find(/^Cheguei\./);
  await me.press('ok', /A sua senha é/);
  const number = await kiosk.number();
  await kiosk.page.getByText('Marcação às').first().waitFor();
  await until(`${number} is on paper`, async () => (await demo.papers())[0]?.number === number);
  await me.leave();
  await kiosk.screen('home');
  await faces.close();
});

test('a printer without paper is dealt with by ear; keys on the page lead the same guide, with the focus in sight', { timeout: 120_000 }, async () => {
  const faces = openFaces(browser, demo);
  const kiosk = await faces.kiosk();
  await kiosk.screen('home');
  await demo.fault('paper-out', true);
  await kiosk.page.getByText('Sem papel: o número fica no ecrã').waitFor();
  const me = listener();
  await kiosk.page.keyboard.press('ArrowDown'); // the first key wakes the guide
  await me.hear(/Guia falado\..*Sem papel/);
  await pause(thinking);
  await kiosk.page.keyboard.press('ArrowDown');
  await me.hear(/^Tenho marcação/);
  await kiosk.page.locator('[data-at]').filter({ hasText: 'Tenho marcação' }).waitFor();
  const ring = await kiosk.page.locator('[data-at]').evaluate((e) => parseFloat(getComputedStyle(e).outlineWidth));
  assert.ok(ring >= 3, `the ring is ${ring} px wide`);
  assert.deepEqual(await violations(kiosk.page), []);
  await me.find(/^Cartão de Cidadão\./);
  await me.press('ok', /Não há papel, mas a senha é válida\./);
  await me.find(/^Fico com o número no ecrã\./);
  await me.press('ok', /Está na fila\./);
  await demo.fault('none', false);
  await faces.close();
});
