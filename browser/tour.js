// A walk past every face and every main state of a running demo, for whoever wants to look: the accessibility tests and
// the pictures see the same screens.
import { openFaces, sizes } from './faces.js';
import { atTheOffice } from './office.js';
import { setUp } from './setup.js';
import { until } from './wait.js';

/**
 * @typedef {'kiosk' | 'callboard' | 'staff' | 'narrow'} Kind
 * @typedef {(name: string, page: import('playwright-core').Page, kind: Kind) => Promise<void>} Look
 */

const service = 'Cartão de Cidadão';

/**
 * @param {import('playwright-core').Browser} browser
 * @param {import('./demo.js').Demo} demo
 * @param {Look} look is called at each stop
 * @param {number} [scale] device pixels for each of the kiosk's page
 */
export async function tour(browser, demo, look, scale) {
  const faces = openFaces(browser, demo, scale);
  const stare = look;
  look = async (name, page, kind) => {
    await settled(page);
    await stare(name, page, kind);
  };
  try {
    await atTheKiosk(faces, demo, look);
    await atTheCounter(faces, look);
    await inTheHall(faces, demo, look);
    await atADesk(faces, look);
    await atTheOffice(faces, look);
    await withoutTheBranch(faces, demo, look);
  } finally {
    await faces.close();
  }
  return faces;
}

/** Waits until what moves has moved, but for what moves for ever. @param {import('playwright-core').Page} page */
const settled = (page) => page.evaluate(() => Promise.all(document.getAnimations()
  .filter((a) => a.effect?.getComputedTiming().endTime !== Infinity)
  .map((a) => a.finished.catch(() => undefined))));

/** @typedef {ReturnType<typeof openFaces>} Faces */

/** @param {Faces} faces @param {import('./demo.js').Demo} demo @param {Look} look */
async function atTheKiosk(faces, demo, look) {
  const kiosk = await faces.kiosk();
  const { page } = kiosk;
  const stop = (/** @type {string} */ name) => look(`kiosk-${name}`, page, 'kiosk');
  const back = kiosk.button('Voltar');
  await kiosk.screen('home');
  await kiosk.service(service).waitFor();
  await stop('idle');

  await kiosk.go(kiosk.button(/^Ver todos/), 'bodies');
  await stop('bodies');
  await kiosk.go(kiosk.button(/^Tenho vários assuntos/), 'several');
  await stop('several');
  await kiosk.go(back, 'bodies');
  await kiosk.go(kiosk.page.locator('button.choice').first(), 'services');
  await stop('services');
  await kiosk.go(kiosk.button('Acessibilidade'), 'access');
  await stop('access');
  await kiosk.go(back, 'services');
  await kiosk.go(kiosk.button('Ajuda'), 'help');
  await stop('help');
  await kiosk.go(back, 'services');
  await kiosk.go(back, 'bodies');
  await kiosk.go(back, 'home');
  await kiosk.go(kiosk.button(/^(Atendimento prioritário|Prioritário)/), 'priority');
  await stop('priority');
  await kiosk.go(back, 'home');

  await kiosk.go(kiosk.button(/^Tenho marcação/), 'booking');
  await stop('booking');
  await page.keyboard.type('222222');
  await page.keyboard.press('Enter');
  await kiosk.screen('bookingproblem');
  await stop('booking-unknown');
  await kiosk.go(back, 'home');

  await kiosk.go(kiosk.button(/^Usar cartão/), 'card');
  await stop('card');
  await demo.insertCard('maria');
  await kiosk.screen('greeting');
  await stop('greeting');
  await kiosk.take(service);
  await page.getByText('Tire primeiro o seu cartão').waitFor();
  await stop('ticket-card');
  await demo.removeCard();
  await page.getByText('Retire o seu talão').waitFor();
  await page.getByText('Tire primeiro o seu cartão').waitFor({ state: 'detached' });
  await stop('ticket');
  await kiosk.leave();

  await kiosk.go(kiosk.button(/^Usar cartão/), 'card');
  await demo.insertCard('bank');
  await kiosk.screen('cardproblem');
  await stop('card-problem');
  await kiosk.go(kiosk.button('Continuar sem cartão'), 'home');
  await demo.removeCard();

  await demo.fault('paper-out', true);
  await page.getByText('Sem papel: o número fica no ecrã').waitFor();
  await stop('idle-no-paper');
  await kiosk.take(service);
  await kiosk.screen('nopaper');
  await stop('no-paper');
  await kiosk.go(kiosk.button('Fico com o número no ecrã'), 'onscreen');
  await stop('on-screen');
  await kiosk.leave();
  await demo.fault('none', false);
  await page.getByText('Sem papel: o número fica no ecrã').waitFor({ state: 'detached' });

  for (const [name, button] of [['contrast', 'Alto contraste'], ['large', 'Letra grande'], ['low', 'Alcance baixo']]) {
    await toggle(page, /** @type {string} */ (name), kiosk.button(/** @type {string} */ (button)), true);
    await stop(`mode-${name}`);
    if (name === 'large') {
      await toggle(page, 'contrast', kiosk.button('Alto contraste'), true);
      await stop('mode-contrast-large');
      await kiosk.take(service);
      await page.getByText('Retire o seu talão').waitFor();
      await stop('ticket-contrast-large');
      await kiosk.leave();
    } else {
      await toggle(page, /** @type {string} */ (name), kiosk.button(/** @type {string} */ (button)), false);
    }
  }
  await until('the kiosk speaks English', async () => {
    await kiosk.button('English').tap({ timeout: 500 });
    return page.getByText('What brings you here today?').waitFor({ timeout: 700 }).then(() => true);
  });
  await stop('english');
  await kiosk.take('Citizen Card');
  await page.getByText('Take your slip').waitFor();
  await stop('ticket-english');
  await kiosk.leave();
}

/** @param {import('playwright-core').Page} page @param {string} mode @param {import('playwright-core').Locator} button @param {boolean} on */
async function toggle(page, mode, button, on) {
  await until(`mode ${mode}: ${on}`, async () => {
    const now = () => page.evaluate((m) => document.documentElement.classList.contains(m), mode);
    if ((await now()) !== on) await button.tap({ timeout: 500 });
    return (await now()) === on;
  });
}

/** @param {Faces} faces @param {Look} look */
async function atTheCounter(faces, look) {
  const board = await faces.callboard();
  await board.page.locator('.cb-top, .cb-takeover').waitFor();
  await look('callboard-first', board.page, 'callboard');
  const entrance = await faces.signInPage();
  await look('sign-in', entrance, 'staff');
  await entrance.context().close();

  const marta = await faces.counter('marta', 'Balcão 1', undefined, async (page) => look('counter-choose', page, 'staff'));
  await marta.ready('Chamar seguinte');
  await look('counter-idle', marta.page, 'staff');
  await marta.page.keyboard.press('F8');
  await marta.page.getByLabel('Número da senha').waitFor();
  await look('counter-priority', marta.page, 'staff');
  await marta.page.keyboard.press('Escape');
  await marta.page.getByLabel('Número da senha').waitFor({ state: 'detached' });
  await marta.call();
  await look('counter-called', marta.page, 'staff');
  await board.page.locator('.cb-takeover').waitFor({ timeout: 60_000 });
  await look('callboard-takeover', board.page, 'callboard');
  await marta.start();
  await look('counter-serving', marta.page, 'staff');
  for (const [name, width] of /** @type {[string, number][]} */ ([['320', 320], ['200', 683]])) {
    await marta.page.setViewportSize({ width, height: name === '320' ? 640 : 384 });
    await look(`counter-serving-${name}`, marta.page, 'narrow');
  }
  await marta.page.setViewportSize(sizes.counter);
  await board.page.locator('.cb-body').waitFor({ timeout: 60_000 });
  await look('callboard-normal', board.page, 'callboard');
  await marta.why();
  await look('why', marta.page, 'staff');
  await marta.page.goBack();
  await marta.ready('Terminar');
  await marta.finish();
  await marta.closeCounter();
  await look('counter-closed', marta.page, 'staff');
  await marta.page.context().close();
}

/** What anybody sees without a sign-in, in the sizes it is seen in. @param {Faces} faces @param {import('./demo.js').Demo} demo @param {Look} look */
async function inTheHall(faces, demo, look) {
  const television = await faces.television();
  const { page } = television;
  await page.setViewportSize({ width: 1080, height: 1920 });
  await page.locator('.cb-top, .cb-takeover').waitFor();
  await look('callboard-tall', page, 'callboard');
  await page.setViewportSize({ width: 1280, height: 720 });
  await page.goto(new URL('/painel?zona=piso-0', page.url()).href);
  await page.locator('.cb-top, .cb-takeover').waitFor();
  await look('callboard-zone', page, 'callboard');
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(new URL('/espera', page.url()).href);
  await look('waits', page, 'narrow');
  await page.setViewportSize({ width: 320, height: 640 });
  await page.goto(new URL('/espera?lang=en', page.url()).href);
  await look('waits-320', page, 'narrow');
  const link = (await demo.papers()).map((paper) => /\[QR (http[^\]]+)\]/.exec(paper.text)?.[1]).find(Boolean);
  if (!link) throw new Error('no slip of the tour has a code');
  await page.goto(link);
  await page.locator('.stands').waitFor();
  await look('ticket-page-320', page, 'narrow');
  await page.context().close();
}

/** Booked times: the day's list, and a file with a fault before it is imported. @param {import('playwright-core').Page} page @param {Look} look */
async function bookings(page, look) {
  await page.goto(new URL('/marcacoes', page.url()).href);
  await page.locator('table.bookings tbody tr').first().waitFor();
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
  await page.locator('input[type=file]').setInputFiles({
    name: 'marcacoes.csv', mimeType: 'text/csv',
    buffer: Buffer.from(`id;serviço;data;hora;nome\nT-1;cc-pedido;${tomorrow};10:45;Ana\nT-2;cc-pedido;${tomorrow};25:00;Rui\n`),
  });
  await page.getByRole('button', { name: 'Importar 1 marcação' }).waitFor();
  await look('bookings', page, 'staff');
  const size = page.viewportSize();
  await page.setViewportSize({ width: 320, height: 640 });
  await look('bookings-320', page, 'narrow');
  if (size) await page.setViewportSize(size);
}

/** @param {Faces} faces @param {Look} look */
async function atADesk(faces, look) {
  const coordinator = await faces.coordinator();
  await coordinator.page.locator('.queues tbody tr').first().waitFor();
  await look('coordinator', coordinator.page, 'staff');
  await coordinator.page.goto(new URL('/horario', coordinator.page.url()).href);
  await coordinator.page.locator('.supply tbody tr').first().waitFor();
  await coordinator.page.getByRole('button', { name: /^Contingente/ }).first().click();
  await coordinator.page.getByLabel('Senhas de hoje, ao todo').waitFor();
  await look('hours', coordinator.page, 'staff');
  await bookings(coordinator.page, look);
  await coordinator.page.goto(new URL('/espera/erro', coordinator.page.url()).href);
  await look('wait-errors', coordinator.page, 'staff');
  await coordinator.page.goto(new URL('/painel/mensagens', coordinator.page.url()).href);
  await coordinator.page.getByLabel(/Em português/).fill('Simulacro às 15:00: siga as indicações da equipa.');
  await coordinator.page.getByRole('button', { name: 'Pôr nos painéis' }).click();
  await coordinator.page.getByText('A mensagem está nos painéis.').waitFor();
  await look('messages', coordinator.page, 'staff');
  await dayEnd(coordinator.page, look);
  await setUp(coordinator.page, look);
  await coordinator.page.context().close();
  const { page } = await faces.hq();
  await page.locator('#b-L901').waitFor();
  await page.locator('[data-link="live"]').waitFor();
  await look('hq', page, 'staff');
  await page.goto(new URL('/?tema=escuro', page.url()).href);
  await page.locator('[data-link="live"]').waitFor();
  await look('hq-dark', page, 'staff');
  await page.goto(new URL('/lojas/L901?tema=claro', page.url()).href);
  await page.locator('[data-link="live"]').waitFor();
  await look('hq-branch', page, 'staff');
  await headquarters(page, look);
  await page.context().close();
  for (const name of /** @type {const} */ (['index', 'paper', 'cards', 'led'])) {
    const device = await faces.page(name);
    if (name !== 'index') await device.locator('[data-link="live"]').waitFor();
    await device.evaluate(() => Promise.all([...document.images].map((i) => i.decode())));
    await look(name, device, 'staff');
    await device.context().close();
  }
}

/** What people at headquarters do about alerts, and who they are. @param {import('playwright-core').Page} page @param {Look} look */
async function headquarters(page, look) {
  const at = (/** @type {string} */ path) => page.goto(new URL(path, page.url()).href);
  await at('/entrar?para=/alertas');
  await look('hq-sign-in', page, 'staff');
  await page.getByLabel('Nome de utilizador').fill('helena');
  await page.getByLabel('Palavra-passe').fill('1234');
  await page.getByRole('button', { name: 'Entrar' }).click();
  await page.waitForURL(/\/alertas$/);
  await page.getByText('Pôr em silêncio…').click();
  await page.getByLabel('Alerta', { exact: true }).selectOption({ label: 'Muitas ausências' });
  await page.getByLabel('Porquê').fill('Obras na sala de espera');
  await page.getByRole('button', { name: 'Pôr em silêncio' }).click();
  await page.getByText('Helena V.: Obras na sala de espera').waitFor();
  await page.locator('[data-link="live"]').waitFor();
  await look('hq-alerts', page, 'staff');
  await page.getByRole('button', { name: 'Terminar o silêncio' }).click();
  await page.getByText('Nada está em silêncio.').waitFor();
  await at('/alertas/historia');
  await look('hq-alerts-past', page, 'staff');
  await until('a report has rows', async () => {
    await at('/relatorios?por=loja');
    return (await page.locator('.reports tbody tr').count()) > 0;
  });
  await look('hq-report', page, 'staff');
  await at('/api');
  await look('hq-api', page, 'staff');
  await until('the inventory has the kiosk', async () => {
    await at('/equipamento?tipo=printer');
    return (await page.locator('.gears tbody tr').count()) > 0;
  });
  await look('hq-equipment', page, 'staff');
  await at('/configuracao');
  await page.getByRole('heading', { name: 'Configuração das lojas' }).waitFor();
  await look('hq-configuration', page, 'staff');
  await at('/configuracao/camada/national');
  await page.getByRole('heading', { name: 'País', exact: true }).waitFor();
  await look('hq-layer', page, 'staff');
  await at('/pessoas');
  await look('hq-people', page, 'staff');
  await at('/auditoria');
  await page.getByText('terminou o silêncio').waitFor();
  await look('hq-audit', page, 'staff');
}

/** The end of a day, and days on paper. @param {import('playwright-core').Page} page @param {Look} look */
async function dayEnd(page, look) {
  const at = (/** @type {string} */ path) => page.goto(new URL(path, page.url()).href);
  await at('/blocos');
  await page.getByRole('button', { name: 'Reservar o bloco' }).click();
  await page.getByText('O bloco está reservado').waitFor();
  await look('pads', page, 'staff');
  await page.getByRole('link', { name: /^Imprimir/ }).first().click();
  await page.locator('.slips').waitFor();
  await look('pad', page, 'staff');
  await at('/papel');
  await page.getByLabel('Atendidas', { exact: true }).fill('952-954');
  await page.getByLabel('Chamadas que não compareceram').fill('955');
  await page.keyboard.press('Enter');
  await page.getByText('4 senhas registadas').waitFor();
  await look('paper-entered', page, 'staff');
  await at('/fecho?terminar=1');
  await look('day-end', page, 'staff');
  await at('/opiniao');
  await look('opinion', page, 'staff');
  await at('/balcao/escolher');
  await page.getByRole('button', { name: /Balcão 2/ }).click();
  await page.waitForURL((url) => url.pathname === '/balcao');
  await at('/mediador');
  await look('mediator', page, 'staff');
}

/** @param {Faces} faces @param {import('./demo.js').Demo} demo @param {Look} look */
async function withoutTheBranch(faces, demo, look) {
  const kiosk = await faces.kiosk(), board = await faces.callboard(), marta = await faces.counter('marta', 'Balcão 1');
  await kiosk.screen('home');
  await board.page.locator('.cb-top, .cb-takeover').waitFor();
  await demo.freeze('branch-server'); // hung rather than gone: the virtual printer must go on
  try {
    await kiosk.page.getByText('Quiosque sem ligação à loja').waitFor();
    await look('kiosk-idle-offline', kiosk.page, 'kiosk');
    await kiosk.go(kiosk.service(service), 'ticket').catch(() => kiosk.screen('ticket')); // a number lent beforehand
    await kiosk.page.getByText('Retire o seu talão').waitFor();
    await look('kiosk-alone', kiosk.page, 'kiosk');
    await kiosk.leave();
    await board.page.getByText(/Ecrã sem ligação há [1-9]/).waitFor();
    await look('callboard-stale', board.page, 'callboard');
    await marta.page.getByText(/A religar, há/).first().waitFor();
    await look('counter-stale', marta.page, 'staff');
  } finally {
    await demo.thaw('branch-server');
  }
}
