// The card at the kiosk: every card of the deck has its screen, breaks no rule and leaves nothing behind; a card on the
// reader finds its booking; and the reminder to take the card is really played. BALCAO_SOAK=1 asks for the whole deck.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { violations } from './axe.js';
import { launch } from './chromium.js';
import { claims, deck, torn } from './deck.js';
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

const soak = process.env.BALCAO_SOAK === '1';

/** The number on the front of the demo's cards. */
const can = '314159';

/** @typedef {import('./faces.js').Kiosk} Kiosk */

/** Waits for words, in either language of what is expected. @param {Kiosk} kiosk @param {[string, string]} words */
async function reads(kiosk, words) {
  for (const text of words) await kiosk.page.getByText(text.replace('’', "'")).or(kiosk.page.getByText(text)).first().waitFor();
}

/** Changes the language: on the first screens by its own button, on the others by the list behind one. @param {Kiosk} kiosk
 * @param {string} language by its own name @param {string} sign stands on the screen then */
async function inLanguage(kiosk, language, sign) {
  await until(`${sign} in ${language}`, async () => {
    const named = kiosk.button(language);
    const first = (await named.count()) > 0 ? named : kiosk.button(/^(Língua|Language)$/);
    await first.tap({ timeout: 500 }).catch(() => {}); // what came late took its place
    return kiosk.page.getByText(sign.replace('’', "'")).or(kiosk.page.getByText(sign)).first().waitFor({ timeout: 700 }).then(() => true);
  });
}

/** Types the number of a card on the reader, each digit when the one before is there. @param {Kiosk} kiosk @param {string} digits */
async function types(kiosk, digits) {
  const dots = () => kiosk.page.locator('.pad').getByText('•');
  for (const [i, digit] of [...digits].entries()) {
    await until(`${i + 1} digits`, async () => {
      if ((await dots().count()) === i) await kiosk.button(digit).tap({ timeout: 500 }).catch(() => {});
      await dots().nth(i).waitFor({ timeout: 700 });
      return true;
    });
  }
}

/** All that the page has, in sight or not, but for its scripts. @param {Kiosk} kiosk */
const everything = (kiosk) => kiosk.page.evaluate(() => JSON.stringify([
  document.documentElement.outerHTML, document.title, location.href, history.state, document.cookie, { ...localStorage }, { ...sessionStorage },
]));

/** What a stream tells a page that comes new, up to its first beat. @param {Response} stream */
async function snapshot(stream) {
  let text = '';
  const reader = /** @type {ReadableStream<Uint8Array>} */ (stream.body).getReader();
  for (const words = new TextDecoder(); !text.includes('event: beat');) {
    const { done, value } = await reader.read();
    assert.ok(!done, `the stream ends after ${text.length} letters`);
    text += words.decode(value, { stream: true });
  }
  return text;
}

/** Nothing of a person is left on the first screen, in the page, or in what another page would be told.
 * @param {Kiosk} kiosk @param {string} name */
async function wiped(kiosk, name) {
  await kiosk.screen('home');
  assert.ok(!(await everything(kiosk)).includes(name), `${name} is still in the page`);
  const leave = new AbortController(); // a kiosk serves sixteen pages, and no more
  const stream = await fetch(new URL('/events', demo.at.kiosk), { signal: leave.signal });
  const told = await snapshot(stream).finally(() => leave.abort());
  assert.match(told, /event: snapshot/);
  assert.ok(!told.includes(name), `${name} is told to another page`);
}

/** Puts a card in, reads what the kiosk says of it in both languages, takes it out and goes. @param {Kiosk} kiosk
 * @param {string} name @param {import('./deck.js').Expected} card @param {boolean} axe @returns {Promise<string[]>} broken rules */
async function greeted(kiosk, name, card, axe) {
  const { page } = kiosk;
  await kiosk.screen('home');
  await kiosk.go(kiosk.button(/^Usar cartão/), 'card');
  await demo.insertCard(name);
  if (card.number) {
    await kiosk.screen('cardnumber');
    await types(kiosk, can);
    await kiosk.go(kiosk.button('Ler o cartão'), 'greeting');
  } else {
    await kiosk.screen(card.hello ? 'greeting' : card.gone ? 'card' : 'cardproblem');
  }
  if (card.hello) await page.getByRole('heading', { level: 1, name: new RegExp(`^Olá, ${card.hello}`) }).waitFor();
  await reads(kiosk, card.pt);
  if (card.hello && !card.gone) await page.getByText('Tire o seu cartão do leitor').first().waitFor();
  const broken = axe ? await violations(page) : [];
  await inLanguage(kiosk, 'English', card.en[0]);
  await reads(kiosk, card.en);
  if (card.hello) {
    await page.getByRole('heading', { level: 1, name: new RegExp(`^Hello, ${card.hello}`) }).waitFor();
    if (!card.gone) await page.getByText('Take your card out of the reader').first().waitFor();
  }
  await demo.removeCard();
  if (card.hello) {
    await page.getByText('Take your card').first().waitFor({ state: 'detached' });
    await kiosk.go(kiosk.button(/^Leave/), 'home');
    await wiped(kiosk, card.hello);
  } else {
    await kiosk.screen('card'); // it asks for another one by itself
    await kiosk.go(kiosk.button('Continue without a card'), 'home');
    await inLanguage(kiosk, 'Português', 'O que vem tratar hoje?'); // it is still the same person's visit
  }
  await page.getByRole('heading', { name: 'O que vem tratar hoje?' }).waitFor(); // the next one finds Portuguese
  return broken;
}

test('every card of the deck has its screen in Portuguese and English, with what to do next, and leaves nothing', { timeout: soak ? 900_000 : 300_000 }, async () => {
  const dealt = (await (await fetch(new URL('/api/cards', demo.at.index))).json()).cards.map((/** @type {{name: string}} */ c) => c.name);
  assert.deepEqual(Object.keys(deck).sort(), dealt.sort(), 'the deck has cards of which nobody knows what the kiosk should say');
  const faces = openFaces(browser, demo);
  const kiosk = await faces.kiosk();
  /** @type {Record<string, string[]>} */
  const faults = {};
  for (const [name, card] of Object.entries({ ...deck, ...torn })) {
    if (!soak && !card.short) continue;
    try {
      const found = await greeted(kiosk, name, card, soak || ['maria', 'card-expired', 'impostor', 'bank'].includes(name));
      if (found.length > 0) faults[name] = found;
    } catch (e) {
      throw new Error(`${name}: ${e}`, { cause: e });
    }
  }
  assert.deepEqual(faults, {});
  // axe asks for style sheets by itself, and tries styles that the pages' policy refuses.
  assert.deepEqual(faces.complaints(/404 \(Not Found\) .*\/tokens\.css|Applying inline style .* \(\)$/), []);
  await faces.close();
});

test('another card in place of the one whose name is shown takes the name away', { timeout: 120_000 }, async () => {
  const faces = openFaces(browser, demo);
  const kiosk = await faces.kiosk();
  const { page } = kiosk;
  await kiosk.screen('home');
  await kiosk.go(kiosk.button(/^Usar cartão/), 'card');
  await demo.insertCard('maria');
  await page.getByRole('heading', { level: 1, name: /^Olá, Maria/ }).waitFor();
  await demo.insertCard('ines');
  await reads(kiosk, ['Introduziu outro cartão', 'Apagámos o nome que estava no ecrã.']);
  assert.ok(!/Maria|Inês/.test(await everything(kiosk)), 'a name is in the page, of either');
  await kiosk.go(kiosk.button('Ler este cartão'), 'greeting');
  await page.getByRole('heading', { level: 1, name: /^Olá, Inês/ }).waitFor();
  await demo.removeCard();
  await page.getByText('Tire o seu cartão').first().waitFor({ state: 'detached' });
  await kiosk.go(kiosk.button(/^Sair/), 'home');
  await wiped(kiosk, 'Inês');
  await faces.close();
});

test('a card that is not believed finds no booking, and leads to the code', { timeout: soak ? 300_000 : 120_000 }, async () => {
  const faces = openFaces(browser, demo);
  const kiosk = await faces.kiosk();
  for (const [name, card] of Object.entries(claims)) {
    if (!soak && !card.short) continue;
    await kiosk.screen('home');
    await kiosk.go(kiosk.button(/^Tenho marcação/), 'booking');
    await kiosk.go(kiosk.button(/^Usar o Cartão de Cidadão/i), 'card');
    await demo.insertCard(name);
    await kiosk.screen('cardproblem');
    await reads(kiosk, card.pt);
    await reads(kiosk, ['Não podemos confirmar este cartão', 'Pode escrever o código da marcação.']);
    assert.deepEqual(await violations(kiosk.page), []);
    await inLanguage(kiosk, 'English', card.en[0]);
    await reads(kiosk, card.en);
    await demo.removeCard();
    await kiosk.screen('card'); // it asks for another one by itself
    await kiosk.go(kiosk.button(/^Type the code/), 'booking');
    await kiosk.go(kiosk.button('Back'), 'home');
    await inLanguage(kiosk, 'Português', 'O que vem tratar hoje?');
  }
  await faces.close();
});

test('a card on the reader finds its booking: by its token without a number, by its number where no booking knows the token', { timeout: 180_000 }, async () => {
  const faces = openFaces(browser, demo);
  const kiosk = await faces.kiosk();
  const { page } = kiosk;
  const ask = async () => {
    await kiosk.screen('home');
    await kiosk.go(kiosk.button(/^Tenho marcação/), 'booking');
    await kiosk.go(kiosk.button(/^Usar o Cartão de Cidadão/i), 'card');
  };
  const received = async (/** @type {string} */ service) => {
    await kiosk.screen('ticket');
    await page.locator('.slip').getByText(service).first().waitFor(); // of whose bookings the card is
    const number = await kiosk.number();
    await page.getByText('Marcação às').first().waitFor();
    await page.getByText('Tire primeiro o seu cartão do leitor').first().waitFor();
    await demo.removeCard();
    await page.getByText('Tire primeiro o seu cartão').first().waitFor({ state: 'detached' });
    await until(`${number} is on paper`, async () => (await demo.papers())[0]?.number === number);
    await kiosk.leave();
  };
  await ask();
  await demo.insertCard('maria-contactless');
  await received('Passaporte');

  await ask();
  await demo.insertCard('ines-contactless'); // her token is in no file
  await kiosk.screen('cardnumber');
  await reads(kiosk, ['São 6 algarismos, na frente do cartão', 'Não é o PIN, e não o guardamos.']);
  assert.deepEqual(await violations(page), []);
  await inLanguage(kiosk, 'English', 'Type the number of your card');
  await reads(kiosk, ['It is 6 digits, on the front of the card', 'It is not your PIN, and we do not keep it.']);
  await inLanguage(kiosk, 'Português', 'Escreva o número do cartão');
  await types(kiosk, '271828');
  await kiosk.button('Ler o cartão').tap();
  await reads(kiosk, ['O número não é o deste cartão', 'Pode tentar mais 2 vezes.']);
  await types(kiosk, can);
  assert.ok(!(await everything(kiosk)).includes(can), 'the number is in the page');
  await until('the card is opened', async () => {
    await kiosk.button('Ler o cartão').tap({ timeout: 500 }).catch(() => {});
    return kiosk.screen('ticket', 700).then(() => true);
  });
  await received('Cartão de Cidadão');
  await wiped(kiosk, can);
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
