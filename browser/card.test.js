// The card at the kiosk: every verdict has a screen that breaks no rule, and the reminder to take the card is really played.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { violations } from './axe.js';
import { launch } from './chromium.js';
import { startDemo } from './demo.js';
import { openFaces } from './faces.js';
import { rate } from './sound.js';
import { patience, until } from './wait.js';

/** @type {import('playwright-core').Browser} */
let browser;
/** @type {import('./demo.js').Demo} */
let demo;

before(async () => {
  demo = await startDemo({ sound: true });
  browser = await launch(demo.sound?.env);
});

after(async () => {
  await browser?.close();
  await demo?.stop();
});

/** The words of a card by its name in the deck: what is greeted, what the screen says, in Portuguese and English. */
const verdicts = {
  maria: [/^Olá, Maria/, 'Cartão verificado', 'Card verified'],
  'signer-expired': [/^Olá, Teresa/, 'o certificado expirou depois', 'certificate has expired since'],
  'card-expired': [/^Olá, Teresa/, 'Cartão verificado, mas caducado', 'Card verified, but out of date'],
  impostor: [/^Olá, Teresa/, 'signer-impostor', 'signer-impostor'],
  'unknown-issuer': [/^Olá, Teresa/, 'signer-unknown', 'signer-unknown'],
  'citizen-signed': [/^Olá, Teresa/, 'signer-unknown', 'signer-unknown'],
  'altered-name': [/^Olá, Falsificada/, 'data-altered', 'data-altered'],
  'missing-group': [/^Olá, Teresa/, 'data-not-covered', 'data-not-covered'],
  'double-group': [/^Olá, Teresa/, 'hash-list-duplicate', 'hash-list-duplicate'],
  'broken-signature': [/^Olá, Teresa/, 'signature-wrong', 'signature-wrong'],
  'signer-unfit': [/^Olá, Teresa/, 'signer-unfit', 'signer-unfit'],
  'expired-then': [/^Olá, Teresa/, 'signer-not-valid-then', 'signer-not-valid-then'],
  undated: [/^Olá, Teresa/, 'signing-time-unknown', 'signing-time-unknown'],
  pss: [/^Olá, Teresa/, 'algorithm-unsupported', 'algorithm-unsupported'],
  'garbled-object': [/^Olá, Teresa/, 'security-object-malformed', 'security-object-malformed'],
  unsigned: [/^Olá, Teresa/, 'no-security-object', 'no-security-object'],
};

/** Those whose screens differ in more than words. */
const looked = new Set(['maria', 'signer-expired', 'card-expired', 'impostor', 'unsigned']);

test('every verdict on a card is told in Portuguese and English, by the rules', { timeout: 300_000 }, async () => {
  const faces = openFaces(browser, demo);
  const kiosk = await faces.kiosk();
  const { page } = kiosk;
  /** @type {Record<string, string[]>} */
  const faults = {};
  const look = async (/** @type {string} */ name) => {
    const found = await violations(page);
    if (found.length > 0) faults[name] = found;
  };
  for (const [name, [hello, pt, en]] of Object.entries(verdicts)) {
    await kiosk.screen('home');
    await kiosk.go(kiosk.button(/^Usar cartão/), 'card');
    await demo.insertCard(name);
    await kiosk.screen('greeting');
    await page.getByRole('heading', { level: 1, name: hello }).waitFor();
    await page.getByText(/** @type {string} */ (pt)).first().waitFor();
    if (looked.has(name)) {
      await look(name);
      await until(`${name} in English`, async () => {
        await kiosk.button('English').tap({ timeout: 500 }).catch(() => {}); // what came late took its place
        return page.getByText(/** @type {string} */ (en)).first().waitFor({ timeout: 700 }).then(() => true);
      });
    }
    await demo.removeCard();
    await page.getByText(/Tire o seu cartão|Take your card/).first().waitFor({ state: 'detached' });
    await kiosk.go(kiosk.button(/^(Sair|Leave)/), 'home');
  }
  assert.deepEqual(faults, {});
  // axe asks for style sheets by itself, and tries styles that the pages' policy refuses.
  assert.deepEqual(faces.complaints(/404 \(Not Found\) .*\/tokens\.css|Applying inline style .* \(\)$/), []);
  await faces.close();
});

test('a copied card finds no booking, and leads to the code', { timeout: 120_000 }, async () => {
  const faces = openFaces(browser, demo);
  const kiosk = await faces.kiosk();
  await kiosk.screen('home');
  await kiosk.go(kiosk.button(/^Tenho marcação/), 'booking');
  await kiosk.go(kiosk.button(/^Usar o Cartão de Cidadão/i), 'card');
  await demo.insertCard('copied');
  await kiosk.screen('cardproblem');
  await kiosk.page.getByText('chip-copied').first().waitFor();
  await kiosk.page.getByText('o chip não é o original').first().waitFor();
  assert.deepEqual(await violations(kiosk.page), []);
  await demo.removeCard();
  await kiosk.screen('card'); // it asks for another one by itself
  await kiosk.go(kiosk.button(/^Escrever o código/), 'booking');
  await kiosk.go(kiosk.button('Voltar'), 'home');
  await faces.close();
});

/** How strongly a tone stands in a piece of sound, against all of it: 0 to 1. @param {Float32Array} s @param {number} pitch */
function share(s, pitch) {
  let re = 0, im = 0, all = 0;
  s.forEach((v, i) => {
    const a = (2 * Math.PI * pitch * i) / rate;
    re += v * Math.cos(a);
    im += v * Math.sin(a);
    all += v * v;
  });
  return all === 0 ? 0 : (2 * (re * re + im * im)) / (all * s.length);
}

/** The loudest share of a tone in any piece of a tenth of a second that is not silent. @param {Float32Array} s @param {number} pitch */
function loudest(s, pitch) {
  const piece = rate / 10;
  let most = 0;
  for (let at = 0; at + piece <= s.length; at += piece / 2) {
    const part = s.subarray(at, at + piece);
    if (part.some((v) => Math.abs(v) > 300)) most = Math.max(most, share(part, pitch));
  }
  return most;
}

test('the reminder to take the card reaches the loudspeaker, with words in Portuguese and English', { timeout: 120_000 }, async () => {
  const faces = openFaces(browser, demo);
  const kiosk = await faces.kiosk();
  await kiosk.screen('home');
  const recording = await /** @type {NonNullable<typeof demo.sound>} */ (demo.sound).record();
  try {
    await kiosk.go(kiosk.button(/^Usar cartão/), 'card');
    await recording.advance(1);
    assert.ok(recording.samples().every((v) => v === 0), 'something is heard before a card is in');
    await demo.insertCard('maria');
    await kiosk.page.getByText('Tire o seu cartão').first().waitFor({ timeout: patience });
    await recording.advance(2);
    for (const pitch of [659.3, 880]) {
      const there = loudest(recording.samples(), pitch);
      assert.ok(there > 0.8, `the note of ${pitch} Hz is ${there.toFixed(2)} of what was heard`);
    }
    assert.ok(loudest(recording.samples(), 523) < 0.3, 'any note is found: the search is wrong');
    await until('the words in English', async () => {
      await kiosk.button('English').tap({ timeout: 500 }).catch(() => {});
      return kiosk.page.getByText('Take your card').first().waitFor({ timeout: 700 }).then(() => true);
    });
  } finally {
    await recording.stop();
  }
  await demo.removeCard();
  await kiosk.page.getByText('Take your card').first().waitFor({ state: 'detached' });
  await faces.close();
});
