// The coordination steps in, takes back, asks why and reads the report, over a running demo.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { violations } from './axe.js';
import { launch } from './chromium.js';
import { startDemo } from './demo.js';
import { openFaces, signIn, sizes } from './faces.js';
import { until } from './wait.js';

/** What axe itself makes a page complain of: it tries styles that our pages forbid, and reads them again from the wrong place. */
const axeNoise = /Applying inline style violates|tokens\.css/;

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

test('a ticket is cancelled by the coordination, put back, and explained with the report of the day', { timeout: 120_000 }, async () => {
  const faces = openFaces(browser, demo);
  const coordinator = await faces.coordinator();
  const kiosk = await faces.kiosk();
  const number = await kiosk.visit('Cartão de Cidadão', demo);
  const { page } = coordinator;
  const state = async () => (await coordinator.visits(number))[0]?.state;
  await until('the ticket waits', async () => (await state()) === 'waiting');

  const row = page.locator('.queues tbody tr').filter({ has: page.getByText('Cartão de Cidadão') });
  await row.locator('.row-open').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('row').filter({ hasText: number }).getByRole('button', { name: 'Anular…' }).click();
  await dialog.getByRole('button', { name: 'Anular', exact: true }).click();
  await dialog.getByText('Escolha o motivo.').waitFor(); // nothing happens without a reason
  assert.equal(await state(), 'waiting');
  await dialog.getByText('a pessoa foi embora').click();
  await dialog.getByRole('button', { name: 'Anular', exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
  await until('the ticket is cancelled', async () => (await state()) === 'cancelled');
  await page.getByRole('button', { name: 'Desfazer' }).click();
  await until('the ticket waits again', async () => (await state()) === 'waiting');

  const rui = await faces.counter('rui', 'Balcão 2');
  await rui.serve(number);
  await page.locator('button.counter').filter({ hasText: 'livre' }).first().click();
  await dialog.getByRole('button', { name: 'Fechar o balcão…' }).click();
  await dialog.getByText('ausência de colega').click();
  await dialog.getByRole('button', { name: 'Fechar o balcão', exact: true }).click();
  await page.getByRole('status').filter({ hasText: 'fechado' }).first().waitFor();
  await page.getByText('a coordenação terminou uma senha').first().waitFor({ state: 'attached' });

  await page.goto(new URL('/porque?senha=' + number, page.url()).href);
  await page.getByRole('heading', { name: 'Porque foi chamada esta senha?' }).waitFor();
  await page.getByText('Anulada').first().waitFor();
  await page.getByText('O que a acabou foi engano: está como estava').first().waitFor();

  await page.getByRole('link', { name: 'Relatórios' }).click();
  await page.getByText('1 senha emitida, 1 atendida').or(page.getByText(/\d+ emitidas, \d+ atendidas/)).waitFor();
  const href = await page.getByRole('link', { name: 'CSV de Por balcão' }).getAttribute('href');
  const csv = await (await page.request.get(new URL(href ?? '', page.url()).href)).text();
  assert.ok(csv.startsWith('\ufeffBalcão;'), csv.slice(0, 60));
  assert.match(csv, /Balcão 2;1;1;/);
  assert.deepEqual(faces.complaints(), []);
  await faces.close();
});

test('reception prints at a kiosk, and gives a number against a refusal with a reason', { timeout: 120_000 }, async () => {
  const faces = openFaces(browser, demo);
  const coordinator = await faces.coordinator();
  const page = await faces.signInPage();
  await signIn(page, 'ana');
  await page.goto(new URL('/rececao', demo.at.counter).href);
  await page.locator('.offer-grid').first().waitFor();

  await page.getByLabel('Talão').selectOption({ index: 1 }); // the kiosk of the demo
  await page.locator('button.service').filter({ hasText: 'Passaporte' }).click();
  await page.getByText('O talão saiu. Entregue-o à pessoa').waitFor();
  const number = ((await page.locator('.given .ticket').textContent()) ?? '').trim();
  assert.equal((await demo.papers())[0]?.number, number); // on paper, confirmed by the printer
  assert.equal((await coordinator.visits(number))[0]?.state, 'waiting');

  const office = coordinator.page;
  await office.locator('.queues tbody tr').filter({ has: office.getByText('Passaporte') }).locator('.row-open').click();
  await office.getByRole('button', { name: 'Suspender…' }).first().click();
  await office.getByRole('dialog').getByRole('radio').first().check();
  await office.getByRole('button', { name: 'Suspender', exact: true }).click();
  const shut = page.locator('button.service.shut').filter({ hasText: 'Passaporte' });
  await shut.filter({ hasText: 'dar na mesma' }).click();
  const ask = page.getByRole('dialog').filter({ hasText: 'Dar uma senha na mesma?' });
  await ask.getByText('Fica registado').waitFor();
  assert.deepEqual(await violations(page), []);
  await ask.getByRole('button', { name: 'Dar a senha' }).click();
  await page.locator('.given .ticket').filter({ hasNotText: number }).waitFor();
  const despite = ((await page.locator('.given .ticket').textContent()) ?? '').trim();
  await page.locator('li').filter({ hasText: despite }).getByText('dada embora').waitFor();
  await office.goto(new URL('/porque/' + despite, office.url()).href);
  await office.getByText(/embora|apesar/).first().waitFor(); // whoever asks gets the reason
  assert.deepEqual(faces.complaints(axeNoise), []);
  await faces.close();
});

test('what was served on paper is entered afterwards and put right', { timeout: 120_000 }, async () => {
  const faces = openFaces(browser, demo);
  const { page } = await faces.coordinator();
  await page.goto(new URL('/blocos', page.url()).href);
  await page.getByLabel('Quantas senhas').fill('24');
  await page.getByLabel('Primeiro número').fill('700');
  await page.getByRole('button', { name: 'Reservar o bloco' }).click();
  await page.getByRole('rowheader', { name: /700 a [A-Z]723/ }).waitFor();

  await page.getByRole('link', { name: 'Registar senhas de papel já usadas' }).click();
  await page.getByLabel('Balcão que atendeu').selectOption('Balcão 1');
  await page.getByLabel('Atendidas').fill('700-702');
  await page.getByLabel('Chamadas que não compareceram').fill('703');
  await page.getByRole('button', { name: 'Registar' }).click();
  await page.getByText('4 senhas registadas').waitFor();
  const entered = page.getByRole('region', { name: 'Senhas registadas hoje' });
  await entered.getByRole('row').filter({ hasText: '703' }).getByRole('link', { name: 'Corrigir' }).click();
  await page.getByLabel('foi atendida').check();
  assert.deepEqual(await violations(page), []);
  await page.setViewportSize({ width: 320, height: 640 });
  assert.deepEqual(await violations(page), []);
  await page.setViewportSize(sizes.desk);
  await page.getByRole('button', { name: 'Corrigir', exact: true }).click();
  await page.getByText('703 corrigida').waitFor();
  await entered.getByRole('row').filter({ hasText: '703' }).getByText('corrigida').waitFor();

  await page.goto(new URL('/papel', page.url()).href); // the same lot again counts nothing twice
  await page.getByLabel('Atendidas').fill('700-702');
  await page.getByRole('button', { name: 'Registar' }).click();
  await page.getByText('0 senhas registadas, 3 já estavam').waitFor();
  assert.deepEqual(faces.complaints(axeNoise), []);
  await faces.close();
});

test('the book of complaints in the set-up is the one that citizens are shown', { timeout: 120_000 }, async () => {
  const faces = openFaces(browser, demo);
  const { page } = await faces.coordinator();
  await page.goto(new URL('/configuracao/loja', page.url()).href);
  const address = page.getByLabel('Endereço do livro');
  await address.fill('http://sem-cadeado.example');
  await address.press('Tab');
  await page.locator('.field.wrong').waitFor(); // an address without TLS is no address
  await address.fill('https://livro.example/loja');
  await address.press('Tab');
  await page.locator('.field.wrong').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: /^Publicar versão/ }).click();
  await page.getByText('Já está em vigor').waitFor();
  await page.goto(new URL('/opiniao', page.url()).href);
  await page.getByRole('link', { name: 'livro.example' }).waitFor();
  assert.deepEqual(await violations(page), []);
  const kiosk = await faces.kiosk();
  await kiosk.go(kiosk.page.getByRole('button', { name: 'Ajuda' }).first(), 'help');
  await kiosk.page.getByText('livro.example').first().waitFor();
  assert.deepEqual(faces.complaints(axeNoise), []);
  await faces.close();
});

test('a callboard of another floor is made in the set-up, and a box that shows another is refused', { timeout: 120_000 }, async () => {
  const faces = openFaces(browser, demo);
  const { page } = await faces.coordinator();
  await page.goto(new URL('/configuracao/paineis', page.url()).href);
  await page.getByLabel('Nome, como Piso 0').fill('Átrio');
  await page.locator('.add').getByRole('button', { name: 'Pôr' }).click();
  await page.waitForURL(/paineis\/atrio/);
  await page.waitForLoadState('load');
  const boxes = page.getByLabel('Caixas que o mostram');
  await boxes.fill('L901-D01');
  await boxes.press('Tab');
  await page.locator('.setup-aside').getByText('já mostra o painel').waitFor();
  await boxes.fill('');
  await boxes.press('Tab');
  await page.locator('.setup-aside').getByText('já mostra o painel').waitFor({ state: 'detached' });
  await page.getByLabel('Piso 1', { exact: true }).check();
  await page.getByLabel(/^Piso 1 alterado/).waitFor(); // it is in the draft
  await page.getByRole('button', { name: /^Publicar versão/ }).click();
  await page.getByText('Já está em vigor').waitFor();
  await page.goto(new URL('/painel?zona=atrio', page.url()).href);
  await page.getByText('Átrio').first().waitFor();
  assert.deepEqual(faces.complaints(), []);
  await faces.close();
});
