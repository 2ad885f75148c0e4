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
  for (const [path, name] of /** @type {const} */ ([
    ['balcoes', 'setup-counters'], ['regras', 'setup-rules'], ['pessoas', 'setup-people'], ['previsao', 'setup-preview'], ['loja', 'setup-branch'],
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
