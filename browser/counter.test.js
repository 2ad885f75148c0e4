// The clerk's page and reception as people use them: the whole life of a visit by keys alone, and presses that neither
// a killed server nor a mistake can lose or double.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { violations } from './axe.js';
import { launch } from './chromium.js';
import { startDemo } from './demo.js';
import { openFaces, signIn, sizes } from './faces.js';
import { until } from './wait.js';

/** @type {import('playwright-core').Browser} */
let browser;
/** @type {import('./demo.js').Demo} */
let demo;
/** @type {ReturnType<typeof openFaces>} */
let faces;
/** @type {import('playwright-core').Page} */
let reception;
/** @type {import('./faces.js').Counter} */
let marta;
/** @type {import('./faces.js').Counter} */
let rui;
/** @type {import('./faces.js').Coordinator} */
let coordinator;

before(async () => {
  demo = await startDemo();
  browser = await launch();
  faces = openFaces(browser, demo);
  reception = await faces.signInPage();
  await signIn(reception, 'ana');
  await reception.goto(new URL('/rececao', demo.at.counter).href);
  await reception.locator('.offer-grid').first().waitFor();
  marta = await faces.counter('marta', 'Balcão 1');
  rui = await faces.counter('rui', 'Balcão 2');
  coordinator = await faces.coordinator();
});

after(async () => {
  await faces?.close();
  await browser?.close();
  await demo?.stop();
});

/** Reception gives a number. @param {string} service */
async function issue(service) {
  const before = await coordinator.day();
  await reception.locator('button.service').filter({ hasText: service }).first().click();
  const number = await until('reception gave a number', async () => {
    const visits = (await coordinator.day()).visits;
    return visits.length > before.visits.length && visits.at(-1)?.tk;
  });
  await reception.locator('.given .ticket').filter({ hasText: number }).waitFor();
  return number;
}

/** @param {string} number */
const state = async (number) => (await coordinator.visits(number)).at(-1)?.state;

/** Opens a dialog by a key and waits until it can be filled in. @param {import('playwright-core').Page} page
 * @param {string} key @param {string} title */
async function dialog(page, key, title) {
  await page.keyboard.press(key);
  await page.getByRole('dialog').filter({ hasText: title }).waitFor();
}

/** Sends a dialog by Enter and waits until it is gone. @param {import('playwright-core').Page} page */
async function enter(page) {
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

/** @param {import('./faces.js').Counter} counter */
async function undo(counter) {
  await counter.page.locator('.toast.undo').waitFor();
  await counter.page.keyboard.press('Control+z');
}

test('three presses of one key serve a citizen, and what was done is counted', { timeout: 60_000 }, async () => {
  const number = await issue('Cartão de Cidadão');
  assert.equal(await marta.call(), number);
  await marta.start();
  await marta.page.getByText('1 nesta visita').waitFor();
  await marta.finish();
  await marta.page.locator('.today').getByText('1 ato').waitFor();
  assert.equal(await state(number), 'finished');
});

test('a finish by mistake is undone, and the visit goes on', { timeout: 60_000 }, async () => {
  const number = await issue('Cartão de Cidadão');
  await marta.call();
  await marta.start();
  await marta.finish();
  await undo(marta);
  await marta.ready('Terminar');
  assert.equal(await marta.inHand(), number);
  assert.equal(await state(number), 'serving');
  await marta.finish();
});

test('a visit is held, resumed elsewhere, forwarded to the front and finished, by keys alone', { timeout: 90_000 }, async () => {
  const number = await issue('Cartão de Cidadão');
  await marta.call();
  await marta.start();
  await dialog(marta.page, 'F9', `Reter a ${number}`);
  await enter(marta.page);
  await marta.ready('Chamar seguinte');
  await rui.page.locator('.aside').getByText(number).waitFor();
  await dialog(rui.page, 'Alt+l', 'Senhas à parte');
  await rui.page.getByRole('dialog').getByRole('button', { name: 'Retomar' }).focus();
  await enter(rui.page);
  await rui.ready('Terminar');
  assert.equal(await rui.inHand(), number);

  await dialog(rui.page, 'F8', `Encaminhar a ${number}`);
  await rui.page.getByLabel('Para', { exact: true }).selectOption({ label: 'Passaporte' });
  await rui.page.getByText('À frente').click();
  await enter(rui.page);
  await rui.ready('Chamar seguinte');
  assert.equal(await marta.call(), number, 'the number on the paper is called for the other service');
  await marta.page.getByText('já foi atendida noutro serviço').waitFor();
  await marta.start();
  await marta.finish();
});

test('one number serves for several services: seated on at one counter, with one more added and taken back', { timeout: 90_000 }, async () => {
  await reception.getByLabel('Vários assuntos na mesma senha').check();
  await reception.locator('button.service').filter({ hasText: 'Cartão de Cidadão' }).click();
  await reception.locator('button.service').filter({ hasText: 'Passaporte' }).click();
  const before = (await coordinator.day()).visits.length;
  await reception.getByRole('button', { name: 'Tirar senha com 2 assuntos' }).click();
  await reception.locator('.given .then').filter({ hasText: 'Passaporte' }).waitFor();
  assert.equal((await coordinator.day()).visits.length, before + 1, 'one number');
  const number = await marta.call();
  await marta.press('F2', 'Passar ao assunto seguinte');
  assert.deepEqual(await violations(marta.page), []);
  await marta.press('F2', 'Terminar');
  await marta.page.getByText('Passou a este assunto').waitFor();
  assert.equal(await marta.inHand(), number);
  await dialog(marta.page, 'Alt+m', `Mais um assunto na ${number}`);
  await marta.page.getByLabel('Assunto', { exact: true }).selectOption({ label: 'IRS' });
  await enter(marta.page);
  await marta.ready('Terminar este assunto');
  await undo(marta);
  await marta.page.getByText('Terminar este assunto').first().waitFor({ state: 'detached' });
  await marta.finish();
  assert.equal(await state(number), 'finished');
});

test('who does not come is struck off, and put back when they do', { timeout: 90_000 }, async () => {
  const number = await issue('Cartão de Cidadão');
  await marta.call();
  await marta.recall();
  await marta.page.getByText('Pode chamar mais').waitFor();
  await marta.noShow();
  assert.equal(await state(number), 'no_show');
  await dialog(marta.page, 'Alt+b', 'Procurar senha');
  await marta.page.keyboard.type(number.toLowerCase());
  await marta.page.keyboard.press('Enter');
  await marta.page.getByRole('button', { name: 'Repor na fila' }).waitFor();
  await marta.page.getByRole('button', { name: 'Repor na fila' }).focus();
  await enter(marta.page);
  await until('it waits again', async () => (await state(number)) === 'waiting');
  assert.equal(await marta.call(), number);
  await marta.start();
  await marta.finish();
});

test('a citizen without a ticket is served without a call, and a chosen one is called with a reason', { timeout: 90_000 }, async () => {
  await dialog(marta.page, 'Alt+n', 'Atender sem senha');
  await enter(marta.page);
  await marta.ready('Terminar');
  await marta.page.getByText('No balcão, sem senha').waitFor();
  await marta.finish();

  await issue('Cartão de Cidadão');
  const second = await issue('Cartão de Cidadão');
  await dialog(marta.page, 'F8', 'Procurar senha');
  await marta.page.keyboard.type(second);
  await marta.page.keyboard.press('Enter');
  await marta.page.getByRole('button', { name: 'Chamar esta…' }).click();
  await marta.page.getByLabel('Estava combinado com a pessoa').check();
  await enter(marta.page);
  await marta.ready('Chegou');
  assert.equal(await marta.inHand(), second);
  await marta.page.getByText('escolhida').first().waitFor();
  await marta.start();
  await marta.finish();
  await marta.call();
  await marta.start();
  await marta.finish();
});

test('a break, a silent alarm and a profile', { timeout: 90_000 }, async () => {
  await dialog(marta.page, 'F9', 'Pausa');
  await enter(marta.page);
  await marta.ready('Voltar da pausa');
  await marta.page.getByRole('heading', { name: 'Almoço' }).waitFor();
  await marta.press('F2', 'Chamar seguinte');

  await marta.page.keyboard.press('Alt+s');
  await rui.page.getByText('O Balcão 1 precisa de alguém').waitFor();
  await coordinator.page.getByText('Balcão 1 pede ajuda').first().waitFor();
  await rui.page.getByRole('button', { name: 'Vou lá' }).click();
  await marta.page.getByText('visto: balcão 2').waitFor();
  await rui.page.getByText('O Balcão 1 precisa de alguém').waitFor({ state: 'detached' });

  await marta.page.getByRole('button', { name: 'Perfil' }).click();
  await marta.page.getByLabel('Chamar a seguinte sozinho').check();
  await marta.page.getByRole('button', { name: 'Guardar' }).click();
  const number = await issue('Cartão de Cidadão');
  await marta.ready('Chegou'); // nobody pressed
  assert.equal(await marta.inHand(), number);
  await marta.start();
  await marta.page.getByRole('button', { name: 'Perfil' }).click();
  await marta.page.getByLabel('Chamar a seguinte sozinho').uncheck();
  await marta.page.getByRole('button', { name: 'Guardar' }).click();
  await marta.page.getByRole('dialog').waitFor({ state: 'detached' });
  await marta.finish();
});

test('what is pressed while the server is killed is done once: forward, hold, issue', { timeout: 120_000 }, async () => {
  const number = await issue('Cartão de Cidadão');
  await marta.call();
  await marta.start();
  await dialog(marta.page, 'F9', `Reter a ${number}`);
  let old = await demo.pid('branch-server');
  await demo.kill9('branch-server');
  await marta.page.keyboard.press('Enter'); // into the void
  await demo.back('branch-server', old);
  await marta.ready('Chamar seguinte');
  assert.equal(await state(number), 'held');
  await marta.page.getByRole('button', { name: 'Retomar' }).first().click();
  await marta.ready('Terminar');

  await dialog(marta.page, 'F8', `Encaminhar a ${number}`);
  old = await demo.pid('branch-server');
  await demo.kill9('branch-server');
  await marta.page.keyboard.press('Enter');
  await reception.locator('button.service').filter({ hasText: 'Levantar documentos' }).first().click();
  await demo.back('branch-server', old);
  await marta.ready('Chamar seguinte');
  assert.equal(await state(number), 'waiting');
  await reception.locator('.given .ticket').filter({ hasText: 'L001' }).waitFor();
  const given = (await coordinator.day()).visits.filter((v) => v.tk.startsWith('L'));
  assert.equal(given.length, 1, 'reception pressed once and gave one number');
});

test('every dialog and the new pages keep the rules of accessibility, and nothing scrolls sideways', { timeout: 120_000 }, async () => {
  /** @type {Record<string, string[]>} */
  const faults = {};
  /** @param {string} name @param {import('playwright-core').Page} page */
  const look = async (name, page) => {
    for (const viewport of [sizes.counter, { width: 320, height: 640 }]) {
      await page.setViewportSize(viewport);
      const found = await violations(page);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (over > 0) found.push(`scrolls sideways by ${over} px`);
      if (found.length > 0) faults[`${name} at ${viewport.width}`] = found;
    }
    await page.setViewportSize(sizes.counter);
  };
  const { page } = marta;
  for (const [key, title] of /** @type {[string, string][]} */ ([['F8', 'Procurar senha'], ['F9', 'Pausa'], ['Alt+n', 'Atender sem senha'], ['Alt+l', 'Senhas à parte']])) {
    await dialog(page, key, title);
    await look(title, page);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  }
  for (const name of ['Perfil', 'Terminar o dia']) {
    await page.getByRole('button', { name }).click();
    await page.getByRole('dialog').waitFor();
    await look(name, page);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  }
  await issue('Cartão de Cidadão');
  const number = await marta.call();
  await look('called', page);
  await marta.start();
  await look('serving', page);
  for (const [key, title] of /** @type {[string, string][]} */ ([['F8', `Encaminhar a ${number}`], ['F9', `Reter a ${number}`], ['Alt+v', 'volta hoje']])) {
    await dialog(page, key, title);
    await look(title, page);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  }
  await look('reception', reception);
  await reception.goto(new URL('/ajuda', reception.url()).href);
  await reception.getByRole('heading', { name: 'Guia do balcão' }).waitFor();
  assert.ok(await reception.evaluate(() => Promise.all([...document.images].map(async (i) => { i.loading = 'eager'; await i.decode(); return i.naturalWidth > 0; })).then((all) => all.length > 0 && all.every(Boolean))), 'the guide has its pictures');
  await look('guide', reception);
  assert.deepEqual(faults, {});
});
