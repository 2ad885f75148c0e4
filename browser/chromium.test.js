// The bench itself: the browser starts, axe finds what is wrong, and nothing leaves the machine unnoticed.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { violations } from './axe.js';
import { launch, watchedPage } from './chromium.js';

const pages = {
  '/good': '<!doctype html><html lang="pt"><title>Painel</title><main><h1>Senha A023</h1></main>',
  '/bad': '<!doctype html><html lang="pt"><title>Painel</title><main><h1>Senha</h1><img src="data:,"></main>',
  '/outside': '<!doctype html><html lang="pt"><title>x</title><script src="http://example.invalid/x.js"></script>',
};

/** @type {import('playwright-core').Browser} */
let browser;
/** @type {import('node:http').Server} */
let server;
let origin = '';

before(async () => {
  server = createServer((request, response) => {
    const html = pages[/** @type {keyof typeof pages} */ (request.url)];
    response.writeHead(html ? 200 : 204, { 'Content-Type': 'text/html; charset=utf-8' }).end(html);
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', () => ready(undefined)));
  origin = `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (server.address()).port}`;
  browser = await launch();
});

after(async () => {
  await browser?.close();
  server?.close();
});

test('a sound page has no violation and no complaint', async () => {
  const { page, context, complaints } = await watchedPage(browser);
  await page.goto(`${origin}/good`);
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(complaints, []);
  await context.close();
});

test('a picture without a description is found', async () => {
  const { page, context } = await watchedPage(browser);
  await page.goto(`${origin}/bad`);
  assert.match((await violations(page)).join('\n'), /image-alt/);
  await context.close();
});

test('a request that leaves this machine is stopped and told', async () => {
  const { page, context, complaints } = await watchedPage(browser);
  await page.goto(`${origin}/outside`);
  assert.match(complaints.join('\n'), /example\.invalid/);
  await context.close();
});
