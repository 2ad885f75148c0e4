// Calm pages: hints for whoever is new, which stand in nobody's way; and nothing that moves while somebody looks at it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { violations } from './axe.js';
import { sideways } from './checks.js';
import { launch, watchedPage } from './chromium.js';
import { startDemo } from './demo.js';
import { openFaces } from './faces.js';

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

/** What the card of a hint lies over: its own control, or others. @param {import('playwright-core').Page} page */
const covered = (page) => page.evaluate(() => {
  const card = /** @type {HTMLElement} */ (document.getElementById('hints')).getBoundingClientRect(), described = document.querySelector('[aria-describedby~="hints-text"]');
  const over = [...document.querySelectorAll('main a[href], main button, main input, main select, header a, footer a, footer button')].filter((e) => {
    const r = e.getBoundingClientRect();
    return r.width > 0 && r.height > 0 && e.checkVisibility() && r.left < card.right && r.right > card.left && r.top < card.bottom && r.bottom > card.top;
  }).map((e) => (e.textContent ?? '').trim());
  const ring = document.querySelector('.hints-ring')?.getBoundingClientRect(), at = described?.getBoundingClientRect();
  return { over, around: !!ring && !!at && ring.left <= at.left && ring.right >= at.right && ring.top <= at.top && ring.bottom >= at.bottom };
});

test('a new clerk gets hints one at a time, beside what they are about, and never in the middle of a service', { timeout: 90_000 }, async () => {
  const faces = openFaces(browser, demo);
  const kiosk = await faces.kiosk();
  await kiosk.visit('Cartão de Cidadão', demo);
  const marta = await faces.counter('marta', 'Balcão 1');
  const { page } = marta, card = page.locator('#hints'), next = page.locator('[data-hints=next]');
  for (const [n, title] of [[1, 'Um botão faz o caminho todo'], [2, 'Cada botão tem a sua tecla'], [3, 'A lista não foge ao rato']]) {
    await card.getByRole('heading', { name: String(title) }).waitFor();
    assert.deepEqual(await covered(page), { over: [], around: true }, `hint ${n}`);
    if (n === 1) {
      assert.deepEqual(await violations(page), []);
      assert.equal(await page.evaluate(() => document.activeElement?.id), 'main', 'a hint takes no focus');
      assert.match(await page.locator('#hints-said').innerText(), /^Dica: Um botão/);
    }
    if (n === 3) break;
    await next.focus();
    await page.keyboard.press('Enter');
  }
  await page.keyboard.press('Escape');
  await card.waitFor({ state: 'hidden' });
  await page.reload();
  await card.getByRole('heading', { name: 'A lista não foge ao rato' }).waitFor();

  await page.setViewportSize({ width: 320, height: 640 });
  await page.waitForFunction(() => getComputedStyle(/** @type {HTMLElement} */ (document.getElementById('hints'))).position === 'static');
  assert.deepEqual((await covered(page)).over, [], 'in a narrow window it stands above the page');
  await page.setViewportSize({ width: 1366, height: 768 });

  await marta.call();
  await card.waitFor({ state: 'hidden' });
  await page.reload();
  await marta.ready('Chegou');
  await page.waitForFunction(() => document.querySelector('#app[data-busy]'));
  assert.equal(await card.isVisible(), false, 'who has called somebody is taught nothing');
  await marta.start();
  await marta.finish();

  await page.goto(new URL('/ajuda', page.url()).href);
  await page.getByText('Já viu 2 das 8').waitFor();
  await page.getByRole('button', { name: 'Mostrar outra vez' }).click();
  await page.getByText('Voltam a aparecer').waitFor();
  await page.goto(new URL('/balcao', page.url()).href);
  await card.getByRole('heading', { name: 'Um botão faz o caminho todo' }).waitFor();
  await page.getByRole('button', { name: 'Não mostrar dicas aqui' }).click();
  await card.waitFor({ state: 'hidden' });
  assert.deepEqual(faces.complaints(/Applying inline style|tokens\.css/), []);
  await faces.close();
});

test('the bar of headquarters is one row on a laptop, and what is used now and then lies behind «Mais»', { timeout: 90_000 }, async () => {
  const { page, context } = await watchedPage(browser, { viewport: { width: 1440, height: 900 } });
  await page.goto(new URL('/entrar?para=/auditoria', demo.at.hq).href);
  await page.getByLabel('Nome de utilizador').fill('helena');
  await page.getByLabel('Palavra-passe').fill('1234');
  await page.getByRole('button', { name: 'Entrar' }).click();
  await page.locator('.more-pages summary', { hasText: 'Auditoria' }).waitFor();
  for (const path of ['/', '/auditoria', '/ajuda']) {
    await page.goto(new URL(path, demo.at.hq).href);
    for (const width of [1440, 1366]) {
      await page.setViewportSize({ width, height: 768 });
      const bar = await page.locator('header.top').evaluate((e) => ({ height: e.getBoundingClientRect().height, over: Math.max(0, e.scrollWidth - e.clientWidth) }));
      assert.deepEqual({ path, width, height: Math.round(bar.height), over: bar.over }, { path, width, height: 48, over: 0 });
    }
  }
  await page.locator('.more-pages summary').focus();
  await page.keyboard.press('Enter');
  await page.locator('.more-pages a[href="/pessoas"]').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('.more-pages a[href="/pessoas"]').waitFor({ state: 'hidden' });
  assert.equal(await page.evaluate(() => document.activeElement?.tagName), 'SUMMARY');
  await page.setViewportSize({ width: 320, height: 640 });
  await page.keyboard.press('Enter');
  await page.locator('.more-pages a[href="/pessoas"]').waitFor();
  assert.deepEqual(await sideways(page), []);
  await page.locator('.more-pages a[href="/pessoas"]').click();
  await page.getByRole('heading', { name: 'Pessoas', level: 1 }).waitFor();
  await context.close();
});
