// The story over the running demo: real programs, real bytes, real sound, from the tap to headquarters.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { launch } from './chromium.js';
import { startDemo } from './demo.js';
import { openFaces } from './faces.js';
import { callSound, occurrences, silent } from './sound.js';
import { until } from './wait.js';

/** @type {import('playwright-core').Browser} */
let browser;
/** @type {import('./demo.js').Demo} */
let demo;
/** @type {ReturnType<typeof openFaces>} */
let faces;
/** @type {import('./faces.js').Kiosk} */
let kiosk;
/** @type {import('./faces.js').Callboard} */
let board;
/** @type {import('./faces.js').Callboard} */
let television;
/** @type {import('./faces.js').Coordinator} */
let coordinator;
/** @type {import('./faces.js').Headquarters} */
let hq;
/** @type {import('./faces.js').Counter} */
let marta;

let broken = '';
/**
 * One chapter. They tell one story, so after one that failed the rest does not begin.
 * @param {string} name @param {() => void | Promise<void>} tell
 */
function chapter(name, tell) {
  test(name, { timeout: 120_000 }, async () => {
    if (broken) throw new Error(`not begun: «${broken}» failed`);
    broken = name;
    try {
      await tell();
      broken = '';
    } catch (e) {
      const folder = process.env.BALCAO_PICTURES ?? tmpdir();
      for (const [face, of] of Object.entries({ kiosk, board, marta, coordinator })) {
        await of.page.screenshot({ path: join(folder, `balcao-failed-${face}.png`), timeout: 5000 }).catch(() => {});
      }
      throw e;
    }
  });
}

before(async () => {
  demo = await startDemo({ sound: true });
  browser = await launch();
  faces = openFaces(browser, demo);
  [kiosk, board, television, coordinator, hq, marta] = await Promise.all([
    faces.kiosk(), faces.callboard(), faces.television(), faces.coordinator(), faces.hq(), faces.counter('marta', 'Balcão 1'),
  ]);
  await kiosk.screen('home');
});

after(async () => {
  await faces?.close();
  await browser?.close();
  await demo?.stop();
});

/** Serves whoever waits for Balcão 1 until nobody does. */
async function clear() {
  for (;;) {
    await marta.ready('Chamar seguinte');
    if (await marta.page.getByText('Ninguém à espera por este balcão').isVisible()) return;
    await marta.call();
    await marta.start();
    await marta.finish();
  }
}

const sound = () => /** @type {NonNullable<typeof demo.sound>} */ (demo.sound);

/**
 * Has a ticket called until the call was recorded whole: a machine under load stutters. What is heard twice fails at
 * once. @param {string} number @param {() => Promise<unknown>} call calls it; again is a call of its own
 */
async function heardOnce(number, call) {
  const expected = await callSound(number.slice(0, 1), Number(number.slice(1)), '1');
  for (let attempt = 1; ; attempt++) {
    const recording = await sound().record();
    await call();
    await board.says(`Senha ${number.slice(0, 1)} ${Number(number.slice(1))}, balcão 1`);
    await board.quiet();
    await recording.advance(1.5);
    await recording.stop();
    const { count, best } = occurrences(recording.samples(), expected);
    assert.ok(count <= 1, `${number} was heard ${count} times`);
    if (count === 1) return;
    assert.ok(attempt < 6, `${number} was not heard whole in ${attempt} calls; the likeness of the last was ${best}`);
    call = () => marta.recall();
  }
}

chapter('a ticket goes from the tap to headquarters, and is heard once', async () => {
  const number = await kiosk.visit('Cartão de Cidadão', demo);
  assert.match(number, /^A\d{3}$/);
  const [slip] = await demo.papers();
  assert.match(slip?.text ?? '', /Cartão de Cidadão/);
  assert.equal((await demo.papers()).length, 1);
  await until('the coordinator sees one waiting', async () => (await coordinator.waiting()) === 1);
  await hq.shows({ waiting: 1, serving: 0, served: 0 }, 5000);

  await marta.page.getByText(number).first().waitFor();
  await heardOnce(number, async () => {
    await marta.call();
    await Promise.all([board.shows(number, 'Balcão 1'), television.shows(number, 'Balcão 1')]);
  });
  await hq.shows({ waiting: 0, serving: 1, served: 0 }, 5000);

  await sound().mute(true);
  const recording = await sound().record();
  await marta.recall();
  await board.says('Senha');
  await board.quiet();
  await recording.advance(1.5);
  await recording.stop();
  await sound().mute(false);
  assert.ok(silent(recording.samples()), 'a muted loudspeaker is silent: the proof can fail');

  await marta.start();
  await marta.finish();
  await hq.shows({ waiting: 0, serving: 0, served: 1 }, 5000);
  const [visit] = await coordinator.visits(number);
  assert.equal(visit?.state, 'finished');
});

chapter('the page «porque foi chamada» explains the call', async () => {
  const first = await kiosk.visit('Cartão de Cidadão', demo);
  const second = await kiosk.visit('Cartão de Cidadão', demo);
  assert.equal(await marta.call(), first);
  const page = marta.page;
  await marta.why();
  const words = await page.locator('main').innerText();
  assert.match(words, new RegExp(`Senha ${first}`));
  assert.match(words, new RegExp(second), 'the one that was passed over is named');
  assert.match(words, /decidiu aqui/i);
  await page.goBack();
  await marta.ready('Chegou');
  await marta.start();
  await marta.finish();
  await clear();
});

chapter('a card greets by first name and initial, and nothing of it stays anywhere', async () => {
  const secrets = ['Guimarães', 'Brandão', '00000000 0 ZZ4', '999999990', '01 01 1980'];
  await kiosk.go(kiosk.button(/^Usar cartão/), 'card');
  await demo.insertCard('conceicao');
  await kiosk.screen('greeting');
  assert.equal(await kiosk.page.locator('h1').textContent(), 'Olá, Conceição B.');
  for (const secret of secrets) assert.ok(!(await kiosk.page.content()).includes(secret), `${secret} is on the screen`);

  await demo.removeCard();
  await kiosk.go(kiosk.button(/^Sair/), 'home');
  const stream = await kiosk.page.evaluate(() => new Promise((resolve) => {
    const events = new EventSource('/events');
    events.addEventListener('snapshot', (e) => { events.close(); resolve(/** @type {MessageEvent} */ (e).data); });
  }));
  const everything = [String(stream)];
  for (const face of [kiosk, board, television, coordinator, hq, marta]) everything.push(await face.page.content());
  for (const slip of await demo.papers()) everything.push(slip.text);
  for (const secret of [...secrets, 'Conceição']) {
    assert.ok(!everything.some((text) => text.toLowerCase().includes(secret.toLowerCase())), `${secret} is left on a page`);
  }
  // The bench's own files are the citizen's pocket: the card itself is there.
  for (const [file, bytes] of await demo.files()) {
    if (file.includes('/bench/')) continue;
    for (const secret of [...secrets, 'Conceição']) {
      for (const word of [secret, secret.toUpperCase(), secret.toLowerCase()]) {
        for (const coding of /** @type {BufferEncoding[]} */ (['utf8', 'latin1', 'utf16le'])) {
          // Digits alone stand in hashes and times by chance.
          if (/^\d+$/.test(word) && word.length < 11 && file.includes('.db')) continue;
          assert.ok(!bytes.includes(Buffer.from(word, coding)), `${word} is in ${file}`);
        }
      }
    }
  }
});

chapter('a card pulled out in the middle, and one that is no Citizen Card, lead on without it', async () => {
  await kiosk.go(kiosk.button(/^Usar cartão/), 'card');
  await demo.insertCard('bank');
  await kiosk.screen('cardproblem');
  await kiosk.go(kiosk.button('Continuar sem cartão'), 'home');
  await kiosk.page.getByText('Ficou um cartão no leitor').waitFor();
  await demo.removeCard();
  await kiosk.page.getByText('Ficou um cartão no leitor').waitFor({ state: 'detached' });
});

chapter('in English the screen and the slip are English, and the call is said in both languages', async () => {
  await until('the screen is in English', async () => {
    await kiosk.button('English').tap({ timeout: 500 });
    return kiosk.page.getByText('What brings you here today?').waitFor({ timeout: 700 }).then(() => true);
  });
  assert.equal(await kiosk.page.evaluate(() => document.documentElement.lang), 'en');
  const number = await kiosk.take('Citizen Card');
  await kiosk.page.getByText('Take your slip').waitFor();
  assert.match((await demo.papers())[0]?.text ?? '', /Citizen Card/);
  await kiosk.leave();
  await kiosk.page.getByText('O que vem tratar hoje?').waitFor(); // the next citizen
  assert.equal(await marta.call(), number);
  const n = Number(number.slice(1));
  assert.equal(await board.says('Ticket'), `Senha A ${n}, balcão 1 · Ticket A ${n}, counter 1`);
  await marta.start();
  await marta.finish();
});

chapter('priority by law is called first', async () => {
  const first = await kiosk.visit('Cartão de Cidadão', demo);
  await kiosk.go(kiosk.button(/^(Atendimento prioritário|Prioritário)/), 'priority');
  const urgent = await kiosk.take('Cartão de Cidadão');
  await kiosk.page.getByText('Retire o seu talão').waitFor();
  await kiosk.leave();
  assert.equal(await marta.call(), urgent);
  await marta.start();
  await marta.finish();
  assert.equal(await marta.call(), first);
  await marta.start();
  await marta.finish();
});

chapter('without paper the number on the screen is a ticket once the citizen takes it', async () => {
  await demo.fault('paper-out', true);
  await kiosk.page.getByText('Sem papel: o número fica no ecrã').waitFor();
  const slips = (await demo.papers()).length;
  const number = await kiosk.take('Cartão de Cidadão');
  await kiosk.screen('nopaper');
  assert.equal((await coordinator.visits(number))[0]?.state, 'reserved');
  await kiosk.go(kiosk.button('Fico com o número no ecrã'), 'onscreen');
  await until(`${number} waits`, async () => (await coordinator.visits(number))[0]?.state === 'waiting');
  assert.equal((await demo.papers()).length, slips);
  await kiosk.leave();

  const second = await kiosk.take('Cartão de Cidadão');
  await kiosk.screen('nopaper');
  await demo.fault('none', false);
  await kiosk.go(kiosk.button('Imprimir outra vez'), 'ticket');
  await kiosk.page.getByText('Retire o seu talão').waitFor();
  const [slip] = await demo.papers();
  assert.equal(slip?.number, second, 'the same number, printed again');
  assert.equal((await demo.papers()).length, slips + 1);
  await kiosk.leave();
  assert.deepEqual((await coordinator.day()).visits.filter((v) => v.state === 'waiting').map((v) => v.tk), [number, second]);
});

chapter('a ticket is called again, and struck off when nobody comes', async () => {
  const number = await marta.call();
  await board.shows(number, 'Balcão 1');
  await marta.recall();
  await marta.page.getByText('Chamada 2 vezes').first().waitFor();
  await board.page.getByText('2.ª chamada').or(board.page.locator('.cb-over-say .icon')).first().waitFor();
  await marta.noShow();
  await until('the branch knows', async () => (await coordinator.visits(number))[0]?.state === 'no_show');
  await clear();
});

chapter('a double tap is one ticket', async () => {
  const before = (await coordinator.day()).visits.length;
  await kiosk.service('Cartão de Cidadão').evaluate((button) => {
    button.dispatchEvent(new MouseEvent('click', { bubbles: true, detail: 1, clientX: 200, clientY: 600 }));
    button.dispatchEvent(new MouseEvent('click', { bubbles: true, detail: 2, clientX: 202, clientY: 601 }));
  });
  const number = await kiosk.number();
  await kiosk.page.getByText('Retire o seu talão').waitFor();
  await kiosk.leave();
  assert.equal((await coordinator.day()).visits.length, before + 1);
  assert.equal((await coordinator.visits(number))[0]?.state, 'waiting');
  await clear();
});

chapter('a second tap does not touch what the first one brought, however late that comes', async () => {
  const { page } = kiosk;
  let sent = 0;
  const count = (/** @type {import('playwright-core').Request} */ r) => { if (r.method() === 'POST' && r.url().endsWith('/input')) sent++; };
  page.on('request', count);
  /** Taps a button, and again at the same place as soon as something else stands there. @param {string} name */
  const twice = (name) => page.evaluate(async (name) => {
    const place = () => `${document.querySelector('[data-screen]')?.getAttribute('data-screen')} ${document.documentElement.lang}`;
    const button = /** @type {HTMLElement} */ ([...document.querySelectorAll('button')].find((b) => b.innerText.trim().startsWith(name)));
    const { x, y, width, height } = button.getBoundingClientRect();
    const at = { bubbles: true, detail: 1, clientX: x + width / 2, clientY: y + height / 2 }, before = place();
    button.dispatchEvent(new MouseEvent('click', at));
    while (place() === before) await new Promise(requestAnimationFrame);
    document.elementFromPoint(at.clientX, at.clientY)?.dispatchEvent(new MouseEvent('click', { ...at, detail: 2 }));
  }, name);
  await kiosk.screen('home');
  await twice('English');
  assert.equal(sent, 1, 'the language is changed once');
  await page.getByRole('heading', { name: 'What brings you here today?' }).waitFor();
  await until('Portuguese again', async () => {
    await kiosk.button('Português').tap({ timeout: 500 }).catch(() => {});
    return page.getByRole('heading', { name: 'O que vem tratar hoje?' }).waitFor({ timeout: 700 }).then(() => true);
  });
  sent = 0;
  await page.route('**/input', async (route) => { await pause(600); await route.continue(); }); // a branch that takes its time
  await twice('Prioritário');
  await page.unroute('**/input');
  assert.equal(sent, 1, 'no service is chosen that nobody has read');
  await kiosk.screen('priority');
  await kiosk.go(kiosk.button('Voltar'), 'home');
  page.off('request', count);
});

chapter('no script complained and nothing was asked of another machine', () => {
  assert.deepEqual(faces.complaints(), []);
});

// From here on programs die, and a browser tells of each request that a dead program did not answer.
const deadProgram = /Failed to load resource|ERR_CONNECTION|ERR_INCOMPLETE_CHUNKED|ERR_EMPTY_RESPONSE|ERR_NETWORK|net::ERR_/;

chapter('kill -9 of the kiosk between the tap and the answer is one ticket', async () => {
  const visits = (await coordinator.day()).visits.length, slips = (await demo.papers()).length;
  const old = await demo.pid('kiosk');
  await demo.freeze('kiosk');
  await kiosk.service('Cartão de Cidadão').tap();
  await kiosk.page.getByText('Um momento…').first().waitFor();
  await demo.kill9('kiosk');
  await demo.back('kiosk', old);
  const number = await kiosk.number(); // the page asks again by itself, under the same key
  await kiosk.page.getByText('Retire o seu talão').waitFor();
  await kiosk.leave();
  assert.equal((await coordinator.day()).visits.length, visits + 1);
  assert.equal((await coordinator.visits(number))[0]?.state, 'waiting');
  assert.equal((await demo.papers()).length, slips + 1);
});

chapter('a silent branch: the kiosk gives a number of its own, which outlives a kill -9 and is called like any other', async () => {
  const slips = (await demo.papers()).length;
  const waiting = async () => (await coordinator.day()).visits.filter((v) => v.state === 'waiting').length;
  const before = await waiting();
  const old = await demo.pid('kiosk');
  await demo.freeze('branch-server');
  const number = await kiosk.take('Cartão de Cidadão');
  assert.match(number, /^A1\d\d\d$/);
  await kiosk.page.getByText('Quiosque sem ligação à loja').waitFor();
  await kiosk.page.getByText('Retire o seu talão').waitFor();
  await demo.kill9('kiosk');
  await demo.thaw('branch-server');
  await demo.back('kiosk', old);
  await kiosk.screen('home');
  await kiosk.service('Cartão de Cidadão').and(kiosk.page.locator('[aria-busy="false"]')).waitFor();
  await until('the branch has taken the visit over', async () => (await coordinator.visits(number))[0]?.state === 'waiting');
  assert.equal((await demo.papers())[0]?.number, number);
  assert.equal((await demo.papers()).length, slips + 1);
  assert.equal(await waiting(), before + 1);
});

chapter('kill -9 of the branch server while the clerk presses: pressed once', async () => {
  const waiting = async () => (await coordinator.day()).visits.filter((v) => v.state === 'waiting').length;
  const called = async () => (await coordinator.day()).visits.filter((v) => v.state === 'called').length;
  assert.ok((await waiting()) >= 2, 'two wait since the tests before');
  const before = await waiting();
  await marta.ready('Chamar seguinte');
  const old = await demo.pid('branch-server');
  await demo.freeze('branch-server');
  await marta.page.keyboard.press('F2');
  await marta.page.locator('#main[aria-busy="true"]').waitFor();
  await demo.kill9('branch-server');
  await demo.back('branch-server', old);
  await marta.ready('Chegou'); // the page presses again by itself, under the same key
  assert.equal(await waiting(), before - 1);
  assert.equal(await called(), 1);
  await board.shows(await marta.inHand(), 'Balcão 1');
  await marta.start();

  // And at a moment that nobody chose: the answer may be lost after the call is on disk.
  await marta.finish();
  const again = await demo.pid('branch-server');
  await marta.ready('Chamar seguinte');
  await until('the button takes presses', async () => {
    await marta.page.keyboard.press('F2');
    return marta.page.waitForFunction(() => {
      const main = document.querySelector('#main');
      return main?.getAttribute('aria-busy') === 'true' || main?.querySelector('span')?.textContent !== 'Chamar seguinte';
    }, undefined, { timeout: 300 }).then(() => true);
  });
  await demo.kill9('branch-server');
  await demo.back('branch-server', again);
  await marta.ready('Chegou');
  assert.equal(await waiting(), before - 2);
  assert.equal(await called(), 1);
  await marta.start();
  await marta.finish();
  await clear();
});

chapter('the callboard says how old it is when the branch is away, and recovers', async () => {
  await demo.freeze('branch-server');
  try {
    for (const screen of [board, television]) {
      const notice = screen.page.locator('.cb-notice');
      await notice.getByText(/Ecrã sem ligação há \d+ (s|min)/).waitFor({ timeout: 60_000 });
      const age = async () => /há \d+ (s|min)/.exec((await notice.textContent()) ?? '')?.[0];
      const first = await age();
      await until('the age grows', async () => (await age()) !== first, 70_000);
      await screen.page.getByText('Última chamada conhecida').waitFor();
    }
    await marta.page.getByText(/A religar, há/).first().waitFor();
    await coordinator.page.getByText(/A religar, há/).first().waitFor();
  } finally {
    await demo.thaw('branch-server');
  }
  for (const screen of [board, television]) await screen.page.locator('.cb-notice').waitFor({ state: 'detached' });
  const number = await kiosk.visit('Cartão de Cidadão', demo);
  assert.equal(await marta.call(), number);
  for (const screen of [board, television]) await screen.shows(number, 'Balcão 1');
  await marta.start();
  await marta.finish();
});

chapter('headquarters has every visit at the end, and scripts complained only of dead programs', async () => {
  const visits = (await coordinator.day()).visits;
  const count = (/** @type {string[]} */ ...states) => visits.filter((v) => states.includes(v.state)).length;
  await hq.shows({ waiting: count('waiting'), serving: count('called', 'serving'), served: count('finished') });
  assert.deepEqual(faces.complaints(deadProgram), []);
});
