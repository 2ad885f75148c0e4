// The coordination steps in, takes back, asks why and reads the report, over a running demo.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
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
