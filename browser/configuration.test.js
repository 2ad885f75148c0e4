// Headquarters decides something for the country, sees what changes, publishes it, is killed, and the branch has it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { violations } from './axe.js';
import { launch } from './chromium.js';
import { startDemo } from './demo.js';
import { openFaces } from './faces.js';
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

test('a configuration is drafted, looked at, published and in force at the branch, though headquarters is killed', { timeout: 120_000 }, async () => {
  const faces = openFaces(browser, demo);
  const { page } = await faces.hq();
  const at = (/** @type {string} */ path) => page.goto(new URL(path, demo.at.hq).href);
  await at('/entrar?para=/configuracao');
  await page.getByLabel('Nome de utilizador').fill('helena');
  await page.getByLabel('Palavra-passe').fill('1234');
  await page.getByRole('button', { name: 'Entrar' }).click();
  await page.waitForURL(/\/configuracao$/);

  await until('the branch has offered what it decides itself', async () => {
    await at('/configuracao/camada/national');
    return (await page.getByLabel(/^Nome em português de/).count()) > 0;
  });
  await page.getByLabel('Espera longa, que passa à frente').fill('20h'); // against the bounds: kept, named, and not to be published
  await page.locator('#regras').getByRole('button', { name: 'Guardar no rascunho' }).click();
  await page.getByRole('heading', { name: 'Por corrigir' }).waitFor();
  await at('/configuracao');
  assert.equal(await page.getByRole('button', { name: 'Publicar' }).count(), 0);
  await page.getByRole('link', { name: /^País, linha/ }).click();
  await page.getByLabel('Espera longa, que passa à frente').fill('47m');
  await page.locator('#regras').getByRole('button', { name: 'Guardar no rascunho' }).click();
  await page.getByRole('link', { name: 'Ver o que muda e publicar' }).click();

  await page.getByText('Muda em 1 loja; experimentada em 1 de 1 loja').waitFor();
  await page.locator('.effects').getByText('«47 min»').waitFor();
  assert.deepEqual(await violations(page), []);
  await page.getByLabel('Observar cada anel, em minutos').fill('0');
  const old = await demo.pid('hq');
  await page.getByRole('button', { name: 'Publicar' }).click();
  await page.getByText('Publicada. Chega às lojas anel a anel.').waitFor();
  await page.goto('about:blank'); // a page that is open would complain that nobody answers
  await demo.kill9('hq');
  await demo.back('hq', old);
  await until('every ring has it', async () => {
    await at('/configuracao');
    return page.getByText('1 de 1 com a pedida').isVisible();
  });
  await until('the roll-out has ended', async () => {
    await at('/configuracao');
    return page.getByLabel('Como chega às lojas').getByText('completo').isVisible();
  });

  const coordinator = await faces.coordinator();
  const office = coordinator.page;
  await office.goto(new URL('/configuracao/texto', office.url()).href);
  await office.getByText(/Configuração da sede n\.º 1, aplicada às/).waitFor();
  assert.match(await office.locator('textarea').first().inputValue(), /guard: 47m/);

  await page.getByRole('button', { name: 'Retirar de todas' }).click();
  await until('the branch has its own again', async () => {
    await office.reload();
    return !/guard: 47m/.test(await office.locator('textarea').first().inputValue());
  });
  assert.deepEqual(faces.complaints(axeNoise), []);
  await faces.close();
});
