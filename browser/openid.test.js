// Headquarters lets people in with an account elsewhere: a whole sign-in with a certified OpenID provider that runs here.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
// @ts-expect-error it brings no types
import Provider from 'oidc-provider';
import { launch, watchedPage } from './chromium.js';
import { programs } from './demo.js';
import { until } from './wait.js';

/** @type {import('playwright-core').Browser} */
let browser;
/** @type {import('node:child_process').ChildProcess} */
let hq;
/** @type {import('node:http').Server} */
let idp;
let dir = '', page = '';
/** Whom the provider says somebody is. */
const names = { helena: 'helena', rogerio: 'rogerio' };

/** A port that was free a moment ago. @returns {Promise<number>} */
const port = () => new Promise((done) => {
  const s = createServer().listen(0, '127.0.0.1', () => { const { port: n } = /** @type {any} */ (s.address()); s.close(() => done(n)); });
});

before(async () => {
  const [mine, theirs] = [await port(), await port()];
  page = `http://127.0.0.1:${mine}`;
  const issuer = `http://127.0.0.1:${theirs}`;
  const provider = new Provider(issuer, {
    clients: [{ client_id: 'balcao', client_secret: 'um-segredo-que-so-os-dois-sabem', redirect_uris: [page + '/entrar/volta'] }],
    pkce: { required: () => true, methods: ['S256'] },
    claims: { openid: ['sub'], profile: ['preferred_username'] },
    findAccount: async (/** @type {unknown} */ _, /** @type {string} */ id) => ({ accountId: id, claims: async () => ({ sub: 'sub-' + id, preferred_username: /** @type {any} */ (names)[id] }) }),
    cookies: { keys: ['for this test alone'] },
  });
  idp = createServer(provider.callback());
  await new Promise((done) => { idp.listen(theirs, '127.0.0.1', () => done(undefined)); });

  dir = await mkdtemp(join(tmpdir(), 'balcao-openid-'));
  await writeFile(join(dir, 'secret'), 'um-segredo-que-so-os-dois-sabem', { mode: 0o600 });
  await writeFile(join(dir, 'people.yaml'), 'people:\n  - {id: helena, name: Helena V., role: administrator, hash: "$argon2id$v=19$m=7168,t=5,p=1$F1XRgQXW6m7YevGXq1hMUw$9AHcxm4TlYauQh32nqSp8D4P8CHLByNuJnae99EGYxA"}\n');
  await writeFile(join(dir, 'hq.yaml'), `data: ${dir}/data
http: {listen: "127.0.0.1:${mine}"}
broker: {listen: "127.0.0.1:0"}
people: ${dir}/people.yaml
openid: {issuer: "${issuer}", client: balcao, secret_file: ${dir}/secret, page: "${page}", name: Conta do Estado}
`);
  hq = spawn(join(await programs(), 'hq'), ['-config', join(dir, 'hq.yaml')], { stdio: ['ignore', 'ignore', 'inherit'] });
  await until('headquarters answers', async () => (await fetch(page + '/healthz')).status === 200);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  hq?.kill('SIGTERM');
  await new Promise((done) => { idp ? idp.close(done) : done(undefined); idp?.closeAllConnections(); });
  if (dir) await rm(dir, { recursive: true, force: true });
});

/** Goes through the provider's pages as somebody. @param {import('playwright-core').Page} p @param {string} who */
async function asAtTheProvider(p, who) {
  await p.getByRole('link', { name: 'Entrar com Conta do Estado' }).click();
  await p.locator('input[name=login]').fill(who);
  await p.locator('input[name=password]').fill('qualquer');
  await p.locator('button[type=submit]').click();
  await p.getByRole('button', { name: /continue/i }).click(); // the provider asks whether headquarters may know
}

test('who is in the table of people comes in, goes where they wanted, and is in the audit', { timeout: 90_000 }, async () => {
  const { page: p, context, complaints } = await watchedPage(browser, {});
  await p.goto(page + '/auditoria');
  await asAtTheProvider(p, 'helena');
  await p.waitForURL(page + '/auditoria');
  await p.getByText('entrou por Conta do Estado').waitFor();
  const jar = await context.cookies(page);
  assert.ok(jar.every((c) => c.httpOnly), JSON.stringify(jar));
  assert.equal(jar.find((c) => c.name === 'balcao-sede')?.sameSite, 'Strict');
  assert.equal(jar.find((c) => c.name === 'balcao-sede-volta'), undefined); // an answer is good once
  assert.deepEqual(complaints.filter((c) => c.includes(page)), []);
  await context.close();
});

test('who is not in the table stays out, and is told why', { timeout: 90_000 }, async () => {
  const { page: p, context } = await watchedPage(browser, {});
  await p.goto(page + '/entrar');
  await asAtTheProvider(p, 'rogerio');
  await p.getByText('«rogerio» não está nas pessoas da sede').waitFor();
  await p.goto(page + '/auditoria');
  await p.getByRole('heading', { name: 'Entrar na sede' }).waitFor();
  await context.close();
});

test('an answer that belongs to no sign-in of this browser lets nobody in', { timeout: 90_000 }, async () => {
  const { page: p, context } = await watchedPage(browser, {});
  const answer = await p.goto(page + '/entrar/volta?code=abc&state=def');
  assert.equal(answer?.status(), 401);
  await p.getByText('Comece de novo').waitFor();
  await p.goto(page + '/entrar');
  await p.getByRole('link', { name: 'Entrar com Conta do Estado' }).click();
  await p.locator('input[name=login]').waitFor();
  await p.goto(page + '/entrar/volta?error=access_denied&state=outro');
  await p.getByText('Comece de novo').waitFor();
  await context.close();
});
