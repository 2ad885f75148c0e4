// Changes that a busy day brings to a live page, made of the state that the page has: waits that get a digit more, long
// names, rows and alerts that come and go, a table that sorts itself anew. For steady.js.

/** @typedef {import('./steady.js').Change} Change */

const since = Date.now() - 60_000;
const figures = new Set(['waiting', 'longest', 'median', 'p90', 'min', 'past', 'priority', 'given', 'left', 'visits', 'acts', 'elsewhere', 'inside', 'wait', 'count', 'busy', 'noShows', 'cancelled', 'issued', 'called', 'finished']);
const names = new Set(['name', 'svc', 'text', 'title', 'rule']);
const long = 'Averbamentos e certidões permanentes do registo predial para quem reside no estrangeiro';

/** Every object of a state, from the outside in. @param {any} of @param {(o: any) => void} look */
function each(of, look) {
  if (!of || typeof of !== 'object') return;
  if (!Array.isArray(of)) look(of);
  for (const v of Object.values(of)) each(v, look);
}

/** All figures of a branch's state are this. @param {number} n @returns {Change} */
const counts = (n) => (s) => {
  each(s, (o) => { for (const [k, v] of Object.entries(o)) if (figures.has(k) && typeof v === 'number' && v >= 0) o[k] = n; });
  each(s, (o) => { if (typeof o.level === 'number' && o.level >= 0) o.level = Math.min(100, n); });
  return s;
};

const ticket = { id: 1, tk: 'A001', svc: 'Cartão de Cidadão', body: 'IRN', class: 'walkin', svcId: 'cc-pedido', group: 'request', min: 2, target: 30, state: 'ok', doubt: false, lang: '', told: '' };
const call = { id: 1, tk: 'A001', counter: 'Balcão 3', at: '10:21:15', n: 1, rule: 'ordem de chegada', state: 'está a ser atendida' };
/** So many of one, each with its own number. @param {any} one @param {number} n */
const many = (one, n) => Array.from({ length: n }, (_, i) => ({ ...one, id: 9000 + i, tk: `A${String(i + 1).padStart(3, '0')}` }));

/** A day that is under way, with a long name first in every list. @param {any} s */
export function underWay(s) {
  if (s.queue) Object.assign(s, { queue: { count: 12, longest: 2, rows: many(ticket, 8) }, next: { ...ticket, id: 9000, why: 'É a que espera há mais tempo.' }, aside: many({ ...ticket, kind: 'missed', mine: false, where: 'Balcão 3', since, reason: '', until: since + 3_600_000 }, 2) });
  if (s.calls) s.calls = many(call, 10);
  return longNames(s);
}

/** The first of each list of a branch's state has a long name. @param {any} s */
function longNames(s) {
  const first = (/** @type {any} */ of) => {
    if (!of || typeof of !== 'object') return;
    if (Array.isArray(of)) { const o = of[0]; if (o && typeof o === 'object' && !Array.isArray(o)) for (const k of Object.keys(o)) if (names.has(k) && typeof o[k] === 'string') o[k] = long; }
    for (const v of Object.values(of)) first(v);
  };
  first({ ...s, place: undefined, reasons: undefined, counters: undefined });
  return s;
}

/** What comes and goes on a branch's pages, in lists of the state. */
const arrivals = {
  attention: [1, 2].map((n) => ({ degree: 'watch', title: `Espera acima do objetivo na fila ${n}`, text: 'A senha A012 espera há 42 min.', first: 'Abrir mais um balcão.', since, act: 'Ver a fila', open: 'queue:cc-pedido' })),
  alarms: [{ counter: '3', label: 'Balcão 3', since }], wishes: [{ kiosk: 'Quiosque 1', text: 'pedem um intérprete', since }],
};

/** A row more at the head of each list of people or calls. @param {any} s */
function rowsCome(s) {
  for (const [k, list] of Object.entries(arrivals)) if (k in s) s[k] = list;
  for (const list of [s.queue?.rows, s.calls, s.aside, s.back, s.given, s.facts]) if (Array.isArray(list) && list[0]) list.unshift({ ...list[0], id: 987654, seq: 987654, tk: 'A999' });
  if (s.queue?.count) s.queue.count++;
  return s;
}

/** What came goes again. @param {any} s */
function rowsGo(s) {
  suspended(s);
  for (const k of Object.keys(arrivals)) if (k in s) s[k] = [];
  for (const list of [s.queue?.rows, s.calls, s.aside, s.back, s.given]) if (Array.isArray(list)) list.shift();
  return s;
}

/** A service gives no more numbers, and says why. @param {any} s */
function suspended(s) {
  const one = s.services?.[1];
  if (one) Object.assign(one, { state: 'suspended', paused: true, why: 'Sistema da entidade parado', next: 'Reabre às 14:00', until: '14:00' });
  return s;
}

/** A day at a branch, as its staff pages are told it. @type {[string, Change][]} */
export const atABranch = [
  ['waits are 9', counts(9)], ['waits are 10', counts(10)], ['waits are 99', counts(99)], ['waits are 100', counts(100)],
  ['rows and alerts come', rowsCome], ['a service is suspended', suspended], ['rows and alerts go', rowsGo],
];

/** All numbers between tags. @param {string} html @param {number} n */
const inWords = (html, n) => html.replace(/>(\d{1,3})(?=[<\s])/g, `>${n}`);
/** Another of the first piece between a tag and its end. @param {string} html @param {string} tag */
const again = (html, tag) => { const m = new RegExp(`<${tag}[ >][^]*?</${tag}>`).exec(html.slice(html.includes('<tbody') ? html.indexOf('<tbody') : 0)); return m ? html.replace(m[0], m[0].replace(/L901/g, 'L999') + m[0]) : html; };
/** The first piece is gone. @param {string} html @param {string} tag */
const without = (html, tag) => { const m = new RegExp(`<${tag}[ >][^]*?</${tag}>`).exec(html.slice(html.includes('<tbody') ? html.indexOf('<tbody') : 0)); return m ? html.replace(m[0], '') : html; };

const alertLine = '<li><span class="state out"></span><div><b><a href="/lojas/L901">Loja de Cidadão Demonstração</a></b>sem ligação <span class="first">Telefonar para a loja.</span><span class="quiet">desde as 10:12 · L901 · <a href="/alertas/7">tratar</a></span></div></li>';
const caseRow = (/** @type {number} */ n) => `<tr><td data-rule><span class="state out">Sem ligação</span></td><th scope="row"><a href="/lojas/L90${n}">Loja ${n}</a></th><td>Não responde há 4 min. <span class="first">Telefonar para a loja.</span></td><td class="nowrap since">há 4 min</td><td class="nowrap"></td><td class="do"><form method="post" action="/alertas/${n}/tomar"><button class="button small">Tomar conta</button></form><a class="button small" href="/alertas/${n}">Abrir</a></td></tr>`;
const cases = (/** @type {number[]} */ list) => `<div class="scroll-x"><table class="table cases"><caption class="sr-only">Alertas abertos</caption><thead><tr><th scope="col">Alerta</th></tr></thead><tbody>${list.map(caseRow).join('')}</tbody></table></div>`;

/** @param {(html: string, id: string) => string} of @param {(row: any, id: string) => void} [row] @returns {Change} */
const sections = (of, row) => (s) => {
  for (const id of Object.keys(s.h ?? {})) if (id !== 'chart') s.h[id] = of(s.h[id], id);
  if (s.r) s.r = Object.fromEntries(Object.entries(s.r).slice(0, 20)); // a change tells some rows
  for (const [id, r] of Object.entries(s.r ?? {})) row?.(r, id);
  return s;
};
const figuresOfRow = (/** @type {number} */ n) => (/** @type {any} */ r, /** @type {string} */ id) => {
  r.c = r.c.map((/** @type {string} */ html, /** @type {number} */ i) => (i >= 2 && i <= 7 ? html.replace(/\d+/g, String(n)) : html));
  // Who was first is last: the order of the table is another one each time.
  r.k = r.k.map((/** @type {number} */ k) => (n % 2 ? k : -k) + id.length);
};

/** What headquarters shows first: some of its places. @type {Change} */
export const someRows = sections((html) => html);

/** A day of the network, as the pages of headquarters are told it. @type {[string, Change][]} */
export const atHeadquarters = [
  ...[9, 10, 99, 100].map((n) => /** @type {[string, Change]} */ ([`waits are ${n}`, sections((html) => inWords(html, n), figuresOfRow(n))])),
  ['an alert begins', sections((html, id) => (id === 'attention' ? alertLine + alertLine.replaceAll('901', '902') : id === 'cases' ? cases([1, 2]) : html))],
  ['another alert begins', (s) => { s = sections((html, id) => (id === 'attention' ? [903, 901, 902].map((n) => alertLine.replaceAll('901', String(n))).join('') : id === 'cases' ? cases([3, 1, 2]) : id === 'queues' ? again(html, 'tr') : ['facts', 'links', 'devices', 'counters', 'commands'].includes(id) ? again(html, 'li') : html))(s); return s; }],
  ['a place comes', (s) => { const one = Object.values(s.r ?? {})[0]; return { now: s.now, ...(one && { r: { L999: { ...one, n: 'Aaa' } } }) }; }],
  ['a place goes', (s) => { const one = Object.keys(s.r ?? {})[0]; return one ? { now: s.now, gone: [one, 'L999'] } : s; }],
  ['alerts end', sections((html, id) => (id === 'attention' || id === 'links' || id === 'facts' ? without(html, 'li') : html))],
];

/** What waits on the kiosk's first screen say. @param {string} wait @param {number} ahead @returns {Change} */
const atChoices = (wait, ahead) => (s) => {
  for (const part of s.sections ?? []) for (const c of part.choices ?? []) if (c.wait) Object.assign(c, { wait, ahead: `${ahead} à frente` });
  if (s.strip?.calls) s.strip.calls = [{ number: `A${String(ahead).padStart(3, '0')}`, counter: 'Balcão 12' }, ...s.strip.calls].slice(0, 3);
  return s;
};

/** A day as the first screen of a kiosk is told it. @type {[string, Change][]} */
export const atAKiosk = [['9 ahead', atChoices('5 a 10 min', 9)], ['10 ahead', atChoices('20 a 45 min', 10)], ['99 ahead', atChoices('mais de 1 h 15', 99)], ['100 ahead', atChoices('mais de 1 h 30', 100)], ['nobody ahead', atChoices('a seguir', 0)]];

/** @param {number} n @returns {Change} */
const onTheBoard = (n) => (s) => { for (const q of s.board?.queues ?? []) Object.assign(q, { waiting: n, wait: { lo: n, hi: n + 5 } }); return s; };

/** A day as a callboard is told it, but for its calls, which are what it is to show. @type {[string, Change][]} */
export const onABoard = [9, 10, 99, 100].map((n) => /** @type {[string, Change]} */ ([`waits are ${n}`, onTheBoard(n)]));
