// By ear and keys: somebody who hears what the kiosk says, and sees nothing, takes a ticket and gets past a printer
// without paper. Nothing here looks at the screen; the page is open beside it, and shows the same.
import assert from 'node:assert/strict';
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
    await demo.pressKey(key);
    return hear(what);
  };
  /** Goes on until a choice is heard. @param {RegExp} choice */
  const find = async (choice) => {
    for (let i = 0; i < 40; i++) if (choice.test(await press('next'))) return;
    assert.fail(`no key leads to ${choice}`);
  };
  return { hear, press, find };
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
