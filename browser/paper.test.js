// Paper as people meet it: a logo that a printer keeps and loses, a slip that breaks in the middle, a number without
// paper that a telephone follows.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { violations } from './axe.js';
import { launch } from './chromium.js';
import { startDemo } from './demo.js';
import { openFaces } from './faces.js';
import { until } from './wait.js';

const run = promisify(execFile);

/** What axe itself provokes while it looks. */
const axeNoise = /Applying inline style violates|tokens\.css/;

/** @type {import('playwright-core').Browser} */
let browser;
/** @type {import('./demo.js').Demo} */
let demo;
/** @type {string} */
let dir;

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'balcao-paper-'));
  demo = await startDemo({ neighbour: true });
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await demo?.stop();
  await rm(dir, { recursive: true, force: true });
});

/** What the coordination is told of the kiosk. @param {import('./faces.js').Coordinator} coordinator */
const attention = (coordinator) => coordinator.page.getByRole('region', { name: 'A pedir atenção' });

test('a logo is put on the slip, kept by the printer, lost by it, and kept again once it is back', { timeout: 120_000 }, async () => {
  const faces = openFaces(browser, demo);
  const { page } = await faces.coordinator();
  const paper = await faces.page('paper');
  const kiosk = await faces.kiosk();
  await paper.getByText('Vazia', { exact: true }).locator('visible=true').waitFor();
  assert.ok(await paper.getByRole('button', { name: 'Perder os logótipos' }).isDisabled());

  await page.goto(new URL('/configuracao/talao', page.url()).href);
  await page.getByLabel('O que pôr').selectOption('Logótipo');
  await page.locator('.add').getByRole('button', { name: 'Pôr' }).click();
  await page.getByLabel('Imagem', { exact: true }).setInputFiles({ name: 'carta.txt', mimeType: 'image/png', buffer: Buffer.from('não é uma imagem') });
  await page.getByRole('button', { name: 'Pôr esta imagem' }).click();
  await page.getByText('não é PNG').first().waitFor();
  const sign = await browser.newPage({ viewport: { width: 160, height: 80 } }); // anything with edges makes a logo
  await sign.setContent('<body style="margin:8px;font:bold 40px sans-serif;border:6px solid">Loja');
  await page.getByLabel('Imagem', { exact: true }).setInputFiles({ name: 'loja.png', mimeType: 'image/png', buffer: await sign.screenshot() });
  await sign.close();
  await page.getByRole('button', { name: 'Pôr esta imagem' }).click();
  await page.getByAltText('A imagem a preto e branco, como se imprime').waitFor();
  await page.waitForLoadState('load');
  assert.deepEqual(await violations(page), []);
  await page.getByRole('button', { name: /^Publicar versão/ }).click();
  await page.getByText('Já está em vigor').waitFor();

  const kept = paper.getByText('1 logótipo guardado');
  await kept.waitFor();
  await kiosk.visit('Cartão de Cidadão', demo);
  const pictures = async () => (await demo.papers())[0]?.text.split('[picture]').length - 1;
  assert.equal(await pictures(), 1);
  await paper.getByRole('button', { name: 'Perder os logótipos' }).click();
  await kept.waitFor({ state: 'detached' });
  assert.deepEqual(await violations(paper), []);
  await demo.fault('cable-out', true);
  await kiosk.page.getByText('Sem papel: o número fica no ecrã').waitFor();
  await demo.fault('none', false);
  await kept.waitFor();
  await kiosk.page.getByText('Sem papel: o número fica no ecrã').waitFor({ state: 'detached' });
  await kiosk.visit('Cartão de Cidadão', demo);
  assert.equal(await pictures(), 1, 'the printer keeps it again');
  assert.deepEqual(faces.complaints(axeNoise), []);
  await faces.close();
});

/** Faults in the middle of a slip, what the coordination reads, and what is known of the slip in the end. */
const broken = /** @type {const} */ ([
  ['paper-out', 'Impressora sem papel', 'printed again'],
  ['cutter-error', 'Impressora com a guilhotina presa', 'unknown'],
  ['jam', 'Impressora encravada', 'printed after all'],
]);

test('a slip that breaks in the middle leaves one number, told to the citizen and to staff', { timeout: 120_000 }, async () => {
  const faces = openFaces(browser, demo);
  const coordinator = await faces.coordinator();
  const kiosk = await faces.kiosk();
  const { page } = kiosk;
  for (const [fault, words, end] of broken) {
    await kiosk.screen('home');
    await demo.fault(fault, true, 250);
    const number = await kiosk.take('Cartão de Cidadão');
    const told = attention(coordinator).getByText(words);
    await told.waitFor();
    if (end === 'printed again') await kiosk.screen('nopaper');
    if (end === 'unknown') {
      await page.getByText('O talão pode não ter saído').waitFor();
      assert.deepEqual(await violations(page), []);
    }
    await demo.fault('none', false);
    await told.waitFor({ state: 'detached' }); // the printer is back
    if (end === 'printed again') await kiosk.go(kiosk.button('Imprimir outra vez'), 'ticket');
    if (end !== 'unknown') await page.getByText('Retire o seu talão').waitFor();
    await kiosk.leave();
    await page.getByText('Sem papel: o número fica no ecrã').waitFor({ state: 'detached' });
    const visits = await coordinator.visits(number);
    assert.deepEqual(visits.map((v) => v.state), ['waiting'], fault);
    if (end !== 'unknown') assert.equal(visits[0]?.print, 'printed', fault);
    const whole = (await demo.papers()).filter((p) => p.number === number && p.id);
    assert.ok(whole.length <= 1, `${fault}: ${whole.length} slips with one number`);
    if (end !== 'unknown') assert.equal(whole.length, 1, fault);
  }
  assert.deepEqual(faces.complaints(axeNoise), []);
  await faces.close();
});

/** What fails, how the coordination calls it, and what headquarters says of it and has done first. */
const faults = /** @type {const} */ ([
  ['paper-out', 'Impressora sem papel', /impressora sem papel há/, 'ponha um rolo novo'],
  ['cover-open', 'tampa', /impressora com a tampa aberta há/, 'feche a tampa da impressora'],
  ['cable-out', 'impressora não se encontra', /impressora não está há/, 'veja o cabo e a corrente'],
]);

test('a kiosk whose printer fails sends to its neighbour, whatever printer it has, and headquarters says what to do first', { timeout: 240_000 }, async (t) => {
  const faces = openFaces(browser, demo);
  const [coordinator, kiosk, neighbour, hq] = await Promise.all([faces.coordinator(), faces.kiosk(), faces.neighbour(), faces.hqBranch()]);
  const { page } = kiosk;
  const trouble = hq.locator('.trouble');
  const without = page.getByText('Sem papel: o número fica no ecrã');
  await Promise.all([kiosk.screen('home'), neighbour.screen('home')]);
  for (const [i, language] of ['star', 'starprnt', 'custom', 'escpos'].entries()) { // it began as the last
    const tried = process.env.BALCAO_SOAK || language === 'escpos' ? faults : [faults[i % faults.length]]; // kiosk/app tries all
    await demo.language(language);
    /** @type {number[]} */
    const late = [];
    for (const [fault, staff, words, first] of tried) {
      await until(`${language} prints`, async () => /** @type {{devices: Record<string, string>}} */ (
        await (await fetch(new URL('/healthz', demo.at.kiosk))).json()).devices.printer === 'ready' && !await without.isVisible() && !await trouble.isVisible());
      await demo.fault(fault, true);
      await without.waitFor();
      const began = performance.now();
      await trouble.filter({ hasText: words }).filter({ hasText: first }).waitFor();
      late.push(Math.round(performance.now() - began));
      await page.getByText('Com papel: quiosque 2').waitFor();
      await attention(coordinator).getByText(staff).first().waitFor();
      await demo.fault('none', false);
      await Promise.all([without.waitFor({ state: 'detached' }), trouble.waitFor({ state: 'detached' })]);
    }
    t.diagnostic(`${language}: headquarters says it ${late.join(', ')} ms after the kiosk`);
    const number = await kiosk.visit('Cartão de Cidadão', demo);
    assert.equal((await coordinator.visits(number))[0]?.print, 'printed', language);
    if (language === 'custom') await demo.takeSlip();
  }

  await demo.fault('paper-out', true);
  await page.getByText('Com papel: quiosque 2').waitFor();
  await kiosk.take('Cartão de Cidadão');
  await kiosk.screen('nopaper');
  await page.getByText('Aqui não há papel; no quiosque 2 há.').waitFor();
  assert.deepEqual(await violations(page), []);
  await kiosk.go(kiosk.button('Anular'), 'home');
  const there = await neighbour.take('Cartão de Cidadão');
  await until(`${there} is on the neighbour's paper`, async () => (await demo.neighbourPapers())[0]?.number === there);
  await neighbour.page.getByText('Retire o seu talão').waitFor();
  await neighbour.leave();
  await demo.neighbourFault('paper-out', true);
  await page.getByText('A senha é válida. Anote-o ou fotografe-o.').waitFor(); // nobody has paper: nobody is sent anywhere
  await hq.getByText('Nenhum quiosque consegue imprimir.').waitFor();
  await hq.waitForLoadState('load');
  assert.deepEqual(await violations(hq), []);
  await demo.neighbourFault('none', false);
  await page.getByText('Com papel: quiosque 2').waitFor();
  await demo.fault('none', false);
  await without.waitFor({ state: 'detached' });
  assert.deepEqual(faces.complaints(axeNoise), []);
  await faces.close();
});

test('a number without paper is followed on a telephone, in the language of whoever holds it', { timeout: 120_000 }, async () => {
  const faces = openFaces(browser, demo, 2);
  const coordinator = await faces.coordinator();
  const kiosk = await faces.kiosk();
  await kiosk.screen('home');
  await demo.fault('paper-out', true);
  await kiosk.page.getByText('Sem papel: o número fica no ecrã').waitFor();
  const number = await kiosk.take('Cartão de Cidadão');
  await kiosk.screen('nopaper');
  assert.deepEqual(await violations(kiosk.page), []);
  await kiosk.go(kiosk.button('Fico com o número no ecrã'), 'onscreen');
  assert.deepEqual(await violations(kiosk.page), []);
  const picture = join(dir, 'screen.png');
  await kiosk.page.screenshot({ path: picture });
  const { stdout } = await run('zbarimg', ['-q', '--raw', picture]);
  await demo.fault('none', false);

  const phone = await faces.page('index');
  await phone.setViewportSize({ width: 320, height: 640 });
  await phone.goto(stdout.trim());
  await phone.getByRole('heading', { level: 1 }).filter({ hasText: number }).waitFor();
  assert.match(new URL(phone.url()).pathname, /^\/s\/\w+$/);
  for (const [name, code] of /** @type {const} */ ([['English', 'en'], ['Українська', 'uk'], ['Português', 'pt']])) {
    await phone.getByRole('navigation').getByRole('link', { name }).click();
    await phone.locator(`html[lang|="${code}"]`).waitFor();
    await phone.getByRole('heading', { level: 1 }).filter({ hasText: number }).waitFor();
    await phone.waitForLoadState('load');
    assert.deepEqual(await violations(phone), [], name);
  }
  assert.deepEqual((await coordinator.visits(number)).map((v) => v.state), ['waiting']);
  await kiosk.leave();
  assert.deepEqual(faces.complaints(axeNoise), []);
  await faces.close();
});
