// Calm pages: hints for whoever is new, which stand in nobody's way; and nothing that moves while somebody looks at it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { violations } from './axe.js';
import { sideways } from './checks.js';
import { launch, watchedPage } from './chromium.js';
import { atABranch, atAKiosk, atHeadquarters, onABoard, someRows, underWay } from './busy-day.js';
import { startDemo } from './demo.js';
import { knowsThePage, openFaces, signIn } from './faces.js';
import { mostShift, unsteady, watch } from './steady.js';

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
  await page.keyboard.press('F8');
  await page.getByRole('dialog').waitFor();
  await card.waitFor({ state: 'hidden' }); // what it is about is out of reach
  await page.locator('.hints-ring').waitFor({ state: 'hidden' });
  await page.keyboard.press('Escape');
  await card.waitFor();
  await next.focus();
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
  const again = page.getByRole('button', { name: 'Mostrar outra vez' });
  await again.scrollIntoViewIfNeeded();
  assert.equal(await again.evaluate((e) => { const r = e.getBoundingClientRect(); return r.bottom <= innerHeight && r.top >= 0; }), true, 'the end of the contents can be reached');
  await again.click();
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

/** Opens a live page that is watched, and waits until its stream has told it everything. @param {import('playwright-core').Page} page @param {string} url */
async function live(page, url) {
  await page.goto(url);
  await page.waitForFunction(() => Reflect.get(window, 'steady').state);
  await page.locator('[data-link="live"]').first().waitFor();
  await knowsThePage(page);
}

/** What was found on a page that should keep still. @param {string} name @param {{shift: number, shifts: string[], lost: string[], places: number}} r */
function still(name, r) {
  assert.deepEqual({ name, lost: r.lost }, { name, lost: [] });
  assert.ok(r.shift <= mostShift, `${name} moves by ${r.shift.toFixed(3)}:\n${r.shifts.join('\n')}`);
  assert.ok(r.places >= 3, `${name}: only ${r.places} places to press`);
}

test('at the branch nothing moves from under a pointer or the focus, whatever the day brings', { timeout: 120_000 }, async () => {
  const { page, context, complaints } = await watchedPage(browser, { viewport: { width: 1366, height: 768 } });
  await watch(page);
  await page.goto(demo.at.manager);
  await signIn(page, 'joana');
  for (const path of ['/coordenacao', '/horario', '/rececao', '/balcao']) {
    if (path === '/balcao') {
      await page.goto(new URL('/balcao/escolher', demo.at.manager).href);
      await page.getByRole('button', { name: /Balcão 2/ }).click();
      await page.locator('#main').waitFor();
    }
    await live(page, new URL(path, demo.at.manager).href);
    still(path, await unsteady(page, underWay, atABranch));
  }
  assert.deepEqual(complaints, []);
  await context.close();
});

test('on the first screen of a kiosk nothing moves from under a finger, and on a callboard nothing but calls', { timeout: 120_000 }, async () => {
  const faces = openFaces(browser, demo);
  const { page } = await faces.kiosk();
  await watch(page);
  await page.reload();
  await page.locator('[data-screen="home"]').waitFor();
  await page.waitForFunction(() => Reflect.get(window, 'steady').state?.screen === 'home');
  still('kiosk', await unsteady(page, (s) => s, atAKiosk));
  const board = (await faces.television()).page;
  await watch(board);
  await board.reload();
  await board.waitForFunction(() => Reflect.get(window, 'steady').state?.board);
  const r = await unsteady(board, (s) => s, onABoard);
  assert.ok(r.shift <= mostShift, `the callboard moves by ${r.shift.toFixed(3)}:\n${r.shifts.join('\n')}`);
  await faces.close();
});

test('at headquarters nothing moves from under a pointer or the focus; what waits is counted and comes when one leaves, or at Esc', { timeout: 120_000 }, async () => {
  const { page, context, complaints } = await watchedPage(browser, { viewport: { width: 1366, height: 768 } });
  await watch(page);
  await page.goto(new URL('/entrar?para=/ajuda', demo.at.hq).href);
  await page.getByLabel('Nome de utilizador').fill('helena');
  await page.getByLabel('Palavra-passe').fill('1234');
  await page.getByRole('button', { name: 'Entrar' }).click();
  await page.waitForURL((url) => url.pathname === '/ajuda');
  for (const path of ['/', '/lojas/L901', '/alertas']) {
    await live(page, new URL(path, demo.at.hq).href);
    still(path, await unsteady(page, someRows, atHeadquarters));
  }
  const waits = page.locator('.held-back'), rows = page.locator('.cases tbody tr'), tell = (/** @type {string} */ name) => page.evaluate((name) => { const { steady } = /** @type {any} */ (window); steady.tell(steady.told.find((/** @type {any} */ t) => t[0] === name)[1]); }, name);
  await page.mouse.move(0, 0);
  await tell('an alert begins');
  await rows.nth(1).waitFor();
  await rows.first().getByRole('button', { name: 'Tomar conta' }).hover();
  await tell('another alert begins');
  await waits.filter({ hasText: '1 alteração à espera' }).waitFor();
  assert.equal(await rows.count(), 2);
  await page.mouse.move(0, 0);
  await waits.waitFor({ state: 'hidden' });
  assert.equal(await rows.count(), 3);
  await rows.first().getByRole('link', { name: 'Abrir' }).focus();
  await tell('an alert begins');
  await waits.filter({ hasText: '1 alteração à espera' }).waitFor();
  await page.keyboard.press('Escape');
  await waits.waitFor({ state: 'hidden' });
  assert.equal(await rows.count(), 2);
  assert.deepEqual(complaints, []);
  await context.close();
});

test('a change at headquarters touches what changed, and rows out of sight cost nothing but are found and read', { timeout: 90_000 }, async () => {
  const { page, context, complaints } = await watchedPage(browser, { viewport: { width: 1366, height: 768 } });
  await page.goto(demo.at.hq);
  const real = page.locator('#b-L901');
  await page.waitForFunction(() => Number(document.getElementById('b-L901')?.dataset.at) > 0);
  await page.evaluate(() => {
    const row = /** @type {HTMLTableRowElement} */ (document.getElementById('b-L901'));
    for (let i = 1; i <= 400; i++) {
      const other = /** @type {HTMLTableRowElement} */ (row.cloneNode(true));
      other.id = `b-X${i}`;
      other.querySelector('th a')?.replaceChildren(i === 400 ? 'Loja do fim da lista' : `Loja inventada ${i}`);
      row.after(other);
      row.parentElement?.append(other);
    }
    for (const el of document.querySelectorAll('#h-figures .figure, #h-figures .label')) Object.assign(el, { kept: true });
  });
  const drawn = () => page.evaluate(() => [...document.querySelectorAll('#branches tbody tr')].filter((tr) => tr.firstElementChild?.checkVisibility({ contentVisibilityAuto: true })).length);
  await page.waitForFunction(() => !document.getElementById('b-X400')?.firstElementChild?.checkVisibility({ contentVisibilityAuto: true }));
  assert.ok(await drawn() < 100, 'rows far out of sight are drawn');
  assert.equal(await page.getByRole('table', { name: 'Locais da rede' }).getByRole('rowheader', { name: /Loja inventada \d+/ }).count(), 399, 'rows out of sight are said to a screen reader');
  assert.equal(await page.evaluate(() => Reflect.get(window, 'find').call(window, 'Loja do fim da lista')), true, 'found by Ctrl+F');
  await page.waitForFunction(() => document.getElementById('b-X400')?.firstElementChild?.checkVisibility({ contentVisibilityAuto: true }));

  const waiting = real.locator('> *').nth(2), before = Number(await waiting.textContent());
  const faces = openFaces(browser, demo);
  await (await faces.kiosk()).visit('Cartão de Cidadão', demo);
  await page.waitForFunction((n) => Number(document.querySelectorAll('#b-L901 > *')[2]?.textContent) > n, before);
  const kept = await page.locator('#h-figures .figure, #h-figures .label').evaluateAll((all) => all.map((el) => Reflect.get(el, 'kept') === true));
  assert.ok(kept.length >= 14 && kept.every(Boolean), `figures that were made anew: ${JSON.stringify(kept)}`);
  assert.deepEqual(complaints, []);
  await faces.close();
  await context.close();
});
