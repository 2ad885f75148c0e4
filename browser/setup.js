// The set-up of a branch, page by page, for the pictures and the rules of accessibility.

/**
 * @param {import('playwright-core').Page} page of somebody who coordinates
 * @param {(name: string, page: import('playwright-core').Page, kind: 'staff' | 'narrow') => Promise<void>} look
 */
export async function setUp(page, look) {
  const open = async (/** @type {string} */ path) => {
    await page.goto(new URL(`/configuracao/${path}`, page.url()).href);
    await page.locator('#setup').waitFor();
  };
  await hours(page, open, look);
  await open('divisoes/cc');
  const quota = page.getByLabel('Senhas por dia');
  await quota.fill('1200');
  await quota.press('Tab');
  await page.locator('.setup-aside').getByText('Os números têm de ficar').waitFor();
  await look('setup-division', page, 'staff');
  await quota.fill('300');
  await quota.press('Tab');
  await page.locator('.setup-aside').getByText('Os números têm de ficar').waitFor({ state: 'detached' });
  await page.setViewportSize({ width: 320, height: 900 });
  await open('divisoes/cc');
  await look('setup-320', page, 'staff');
  await page.setViewportSize({ width: 1440, height: 940 });
  await slip(page, open, look);
  for (const [path, name] of /** @type {const} */ ([
    ['balcoes', 'setup-counters'], ['paineis', 'setup-callboards'], ['paineis/piso-1', 'setup-callboard'], ['regras', 'setup-rules'], ['pessoas', 'setup-people'], ['previsao', 'setup-preview'], ['loja', 'setup-branch'],
    ['texto', 'setup-text'],
  ])) {
    await open(path);
    await look(name, page, 'staff');
  }
  await open('divisoes/cc');
  await page.getByRole('button', { name: /^Publicar versão/ }).click();
  await page.getByText('Já está em vigor').waitFor();
  await look('setup-history', page, 'staff');
}

/**
 * The slip: words of the branch are put on, seen in the picture on narrow paper, and printed by a kiosk for a test.
 * @param {import('playwright-core').Page} page
 * @param {(path: string) => Promise<void>} open
 * @param {(name: string, page: import('playwright-core').Page, kind: 'staff' | 'narrow') => Promise<void>} look
 */
async function slip(page, open, look) {
  await page.setViewportSize({ width: 1366, height: 768 });
  await open('talao');
  await page.getByLabel('O que pôr').selectOption('Texto da loja');
  await page.locator('.add').getByRole('button', { name: 'Pôr' }).click();
  await page.locator('.setup-aside').getByText('Escreva o texto em português').waitFor();
  await page.waitForLoadState('load');
  const picture = () => page.locator('#talao-imagem').getAttribute('src');
  const before = await picture();
  await page.getByLabel('Texto em português').fill('Tenha consigo o documento de identificação.');
  await page.locator('.slip-text').getByText('Tenha consigo').waitFor({ state: 'attached' }); // while it is typed
  if ((await picture()) === before) throw new Error('the picture of the slip is the old one');
  await page.getByRole('button', { name: 'Subir: Texto da loja' }).click();
  await page.locator('#guardado').getByText('Guardado').waitFor();
  await page.getByLabel('Papel').selectOption('58 mm');
  await page.locator('#talao-imagem.slip-70').waitFor();
  await page.locator('.setup-aside').evaluate((e) => e.scrollTo(0, 0));
  await look('setup-slip', page, 'staff');
  await page.getByRole('button', { name: 'Imprimir ensaio' }).first().click();
  await page.locator('#talao-ensaio').getByText('impresso e confirmado').waitFor();
  await page.setViewportSize({ width: 320, height: 900 });
  await open('talao');
  await look('setup-slip-320', page, 'staff');
  await page.setViewportSize({ width: 1440, height: 940 });
  await open('talao');
  await page.getByRole('button', { name: 'Voltar ao talão normal' }).click();
  await page.getByText('Talão normal no rascunho').waitFor();
}

/**
 * The hours of the branch: a day with a fault, a date that is different, then all of it thrown away, as the rest of
 * the tour needs a branch that is open.
 * @param {import('playwright-core').Page} page
 * @param {(path: string) => Promise<void>} open
 * @param {(name: string, page: import('playwright-core').Page, kind: 'staff' | 'narrow') => Promise<void>} look
 */
async function hours(page, open, look) {
  await open('horario');
  await page.getByText('Sempre aberto').waitFor();
  const type = async (/** @type {string} */ day, /** @type {string} */ value, /** @type {string} */ said) => {
    await page.getByLabel(day).fill(value);
    await page.getByLabel(day).press('Tab');
    await page.locator('#setup').getByText(said).first().waitFor();
  };
  await type('Segunda-feira', '8h30 às 12h30, 14:00-19:30', 'Segunda-feira 08:30–12:30, 14:00–19:30');
  await page.getByRole('button', { name: 'Terça a sexta' }).click();
  await page.locator('.meaning').getByText('Segunda-feira a sexta-feira').waitFor();
  await page.getByLabel('Data', { exact: true }).fill('2099-12-24');
  await page.locator('.add').getByRole('button', { name: 'Pôr' }).click();
  await page.getByText('24 de dezembro de 2099').waitFor();
  await type('Sábado', '13:00-09:00', 'anda para trás');
  await look('setup-hours', page, 'staff');
  await page.setViewportSize({ width: 320, height: 900 });
  await open('horario');
  await look('setup-hours-320', page, 'staff');
  await page.setViewportSize({ width: 1440, height: 940 });
  await page.getByRole('button', { name: 'Tirar esta data' }).click();
  await page.getByText('Tirado do rascunho').waitFor();
  await open('servicos/passaporte');
  await look('setup-service', page, 'staff');
  await page.getByRole('button', { name: 'Deitar fora o rascunho' }).click();
  await page.getByRole('button', { name: 'Deitar fora o rascunho' }).waitFor({ state: 'detached' });
  await open('horario');
  await page.getByText('Sempre aberto').waitFor();
}
