// The coordination at work, for whoever wants to look: the accessibility tests and the pictures see the same screens.

/** @typedef {import('./tour.js').Look} Look */

/**
 * The coordinator's dialogs, the reports and the explanation of a ticket, in the sizes they are used in.
 * @param {ReturnType<typeof import('./faces.js').openFaces>} faces @param {Look} look
 */
export async function atTheOffice(faces, look) {
  const { page } = await faces.coordinator();
  const at = (/** @type {string} */ path) => page.goto(new URL(path, page.url()).href);
  await page.setViewportSize({ width: 1920, height: 1080 });
  await page.locator('.queues tbody tr').first().waitFor();
  await look('coordinator-wide', page, 'staff');
  await page.setViewportSize({ width: 1366, height: 768 });
  await page.locator('.row-open').first().click();
  await page.getByRole('dialog').waitFor();
  await look('coordinator-queue', page, 'staff');
  await page.getByRole('button', { name: 'Suspender…' }).first().click();
  await page.getByText('Escolha o motivo').or(page.getByText('Motivo')).first().waitFor();
  await look('coordinator-suspend', page, 'staff');
  await page.keyboard.press('Escape');
  await page.locator('button.counter').nth(2).click();
  await page.getByRole('button', { name: 'Serviços de hoje…' }).click();
  await page.getByText('Vale até ao fim do dia').waitFor();
  await look('coordinator-skills', page, 'staff');
  await page.keyboard.press('Escape');
  await page.setViewportSize({ width: 320, height: 640 });
  await look('coordinator-320', page, 'narrow');

  await page.setViewportSize({ width: 1366, height: 768 });
  await at('/relatorios');
  await look('report', page, 'staff');
  await page.emulateMedia({ media: 'print' });
  await page.setViewportSize({ width: 1032, height: 730 });
  await look('report-print', page, 'staff');
  await page.emulateMedia({ media: null });
  await page.setViewportSize({ width: 320, height: 640 });
  await look('report-320', page, 'narrow');
  await page.setViewportSize({ width: 1366, height: 768 });
  await at('/relatorios?de=2020-01-01');
  await look('report-empty', page, 'staff');
  await at('/porque');
  await look('why-search', page, 'staff');
  await at('/porque/Z999?dia=2020-01-01');
  await look('why-none', page, 'staff');
  await page.context().close();
}
