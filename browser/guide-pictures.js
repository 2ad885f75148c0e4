// Takes the pictures of the guides of the counter and of headquarters into docs/pictures/guia: node guide-pictures.js.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { launch } from './chromium.js';
import { startDemo } from './demo.js';
import { knowsThePage, openFaces, signIn, sizes } from './faces.js';

const target = new URL('../docs/pictures/guia/', import.meta.url).pathname;
await mkdir(target, { recursive: true });
const demo = await startDemo();
const browser = await launch();
const faces = openFaces(browser, demo);
/** @param {string} name @param {import('playwright-core').Page} page */
const picture = async (name, page) => {
  await page.evaluate(() => document.fonts.ready);
  await knowsThePage(page);
  await page.screenshot({ path: join(target, `${name}.png`) });
};
try {
  const ana = await faces.signInPage();
  await signIn(ana, 'ana');
  await ana.goto(new URL('/rececao', demo.at.counter).href);
  const rui = await faces.counter('rui', 'Balcão 2');
  const marta = await faces.counter('marta', 'Balcão 1');
  const { page } = marta;
  for (const service of ['Cartão de Cidadão', 'Levantar documentos', 'Cartão de Cidadão', 'Passaporte', 'Cartão de Cidadão', 'Levantar documentos', 'Cartão de Cidadão']) {
    if (service === 'Passaporte') await ana.getByText('Com prioridade por lei').click();
    const button = ana.locator('button.service').filter({ hasText: service }).first();
    await button.click();
    await ana.locator('.given .verdict').filter({ hasText: service }).waitFor();
    await ana.locator('.toast.undo').waitFor();
  }
  await picture('rececao', ana);
  await marta.call();
  await picture('chamada', page);
  await marta.start();
  await marta.finish();
  await marta.call();
  await marta.start();
  await page.keyboard.press('F9');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Enter');
  await marta.ready('Chamar seguinte');
  await page.locator('.toast.undo').waitFor({ state: 'detached', timeout: 20_000 });
  await picture('livre', page);
  await page.keyboard.press('F9');
  await page.getByRole('dialog').waitFor();
  await picture('pausa', page);
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await marta.call();
  await marta.start();
  await page.getByText('1 nesta visita').waitFor();
  await picture('atendimento', page);
  await page.keyboard.press('F8');
  await page.getByRole('dialog').waitFor();
  await picture('encaminhar', page);
  await rui.page.setViewportSize(sizes.counter);
  await headquarters();
} finally {
  await faces.close();
  await browser.close();
  await demo.stop();
}

/** The pictures of the guide of headquarters, of a network that is being delivered. */
async function headquarters() {
  const network = await startDemo({ branches: 250, traffic: true });
  const office = openFaces(browser, network);
  try {
    const { page } = await office.hq();
    await signInAs(page, network.at.hq);
    await page.locator('#b-S250[data-at]:not([data-at="0"])').waitFor({ timeout: 60_000 });
    await picture('sede-rede', page);
    await page.goto(new URL('/entrega', network.at.hq).href);
    await picture('sede-entrega', page);
    await page.goto(new URL('/equipamento?tipo=printer&modelo=CUSTOM+VKP80III', network.at.hq).href);
    await page.getByLabel('Versão desejada').fill('1.20');
    await page.getByRole('button', { name: 'Guardar' }).click();
    await page.waitForURL(/feito=/);
    await page.goto(new URL('/equipamento?tipo=printer&modelo=CUSTOM+VKP80III&ordem=firmware', network.at.hq).href);
    await picture('sede-equipamento', page);
    await page.goto(new URL('/alertas', network.at.hq).href);
    await page.getByText('Pôr em silêncio…').click();
    await page.getByLabel('Alerta', { exact: true }).selectOption({ label: 'Muitas ausências' });
    await page.getByLabel('Porquê').fill('Obras na sala de espera');
    await page.getByRole('button', { name: 'Pôr em silêncio' }).click();
    await page.locator('[data-link="live"]').waitFor();
    await picture('sede-alertas', page);
  } finally {
    await office.close();
    await network.stop();
  }
}

/** @param {import('playwright-core').Page} page @param {string} hq */
async function signInAs(page, hq) {
  await page.goto(new URL('/entrar', hq).href);
  await page.getByLabel('Nome de utilizador').fill('helena');
  await page.getByLabel('Palavra-passe').fill('1234');
  await page.getByRole('button', { name: 'Entrar' }).click();
  await page.waitForURL(hq);
}
