// The pages of every program by their addresses, for whoever wants to see all of them; see tour.js for their states.
import { watchedPage } from './chromium.js';
import { signIn } from './faces.js';

/** What the coordination of a branch may open. */
export const ofTheBranch = [
  '/coordenacao', '/horario', '/relatorios', '/marcacoes', '/painel/mensagens', '/fecho', '/pedidos', '/blocos', '/papel', '/rececao', '/opiniao', '/porque', '/espera/erro',
  '/ajuda', '/ajuda/coordenacao', '/balcao/escolher', '/balcao', '/mediador', '/configuracao/loja', '/configuracao/horario', '/configuracao/divisoes',
  '/configuracao/servicos', '/configuracao/balcoes', '/configuracao/regras', '/configuracao/pessoas', '/configuracao/talao', '/configuracao/previsao', '/configuracao/texto',
  '/espera', '/nada-disto',
];
/** What an administrator of headquarters may open. */
export const ofHeadquarters = ['/', '/lojas/L901', '/alertas', '/alertas/historia', '/locais', '/relatorios', '/equipamento', '/lojas/L901/pedidos', '/entrega', '/configuracao', '/configuracao/camada/national', '/pessoas', '/auditoria', '/ajuda', '/?tema=escuro', '/lojas/L901?tema=escuro', '/alertas?tema=escuro', '/entrega?tema=escuro'];

/**
 * Opens every page of the branch and of headquarters, signed in, and lets `look` see each.
 * @param {import('playwright-core').Browser} browser @param {import('./demo.js').Addresses} at
 * @param {(name: string, page: import('playwright-core').Page) => Promise<void>} look
 * @returns {Promise<string[]>} what the pages complained of
 */
export async function everyPage(browser, at, look) {
  const branch = await watchedPage(browser, { viewport: { width: 1366, height: 768 } });
  await branch.page.goto(new URL('/entrar', at.manager).href);
  await look('/entrar', branch.page);
  await branch.page.goto(at.manager);
  await signIn(branch.page, 'joana');
  for (const path of ofTheBranch) {
    if (path === '/balcao') {
      await branch.page.goto(new URL('/balcao/escolher', at.manager).href);
      await branch.page.getByRole('button', { name: /Balcão 2/ }).click();
      await branch.page.waitForURL((url) => url.pathname === '/balcao');
      await branch.page.locator('#main').waitFor();
    } else {
      await branch.page.goto(new URL(path, at.manager).href);
    }
    await ready(branch.page);
    await look(path, branch.page);
  }
  await branch.context.close();
  const hq = await watchedPage(browser, { viewport: { width: 1440, height: 900 } });
  await hq.page.goto(new URL('/entrar?para=/', at.hq).href);
  await hq.page.getByLabel('Nome de utilizador').fill('helena');
  await hq.page.getByLabel('Palavra-passe').fill('1234');
  await hq.page.getByRole('button', { name: 'Entrar' }).click();
  await hq.page.waitForURL((url) => url.pathname === '/');
  for (const path of ofHeadquarters) {
    await hq.page.goto(new URL(path, at.hq).href);
    await ready(hq.page);
    await look('hq ' + path, hq.page);
  }
  await hq.context.close();
  return [...branch.complaints, ...hq.complaints];
}

/** Waits for what a page loads after itself. @param {import('playwright-core').Page} page */
async function ready(page) {
  await page.evaluate(() => document.fonts.ready);
  if (await page.locator('[data-link]').count()) await page.locator('[data-link="live"]').first().waitFor();
}
