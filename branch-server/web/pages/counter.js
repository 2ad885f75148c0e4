// @ts-check
/**
 * The clerk's page. One main action in one place, on F2; everything by
 * keyboard; a press counts once and is repeated until it is answered.
 */
import { html, render, Icon } from "look/html.js";
import { command } from "look/command.js";
import { span } from "look/stream.js";
import { ageWords, asOf, follow, hour, now, send, timer, unanswered } from "./live.js";
import { ClassTag, Doubt, Nth, StateWord, Tongue, dialogs } from "./ticket.js";
import { Acts, delivered } from "./acts.js";
import { kept, own } from "look/steady.js";
import { Callers } from "./callers.js";
import { Put, SeatDialog } from "./seat.js";
import { Ahead } from "./then.js";

/**
 * @typedef {import("./ticket.js").Ticket} Ticket
 * @typedef {Ticket & {stage: string, issued: number, called: number, lastCall: number, recalled: number,
 *   started: number, usual: number, why: string, waited: string, held: number, recalls: number, recallAt: number,
 *   inaccurate: boolean, walked: boolean, before: string, then: Then[], more: boolean}} Visit
 * @typedef {import("./ticket.js").Then} Then
 * @typedef {Ticket & {kind: string, mine: boolean, where: string, since: number, reason: string, until: number}} Aside
 * @typedef {{seat: string, place: {name: string, day: string, open: boolean},
 *   counter: {id: string, label: string, open: boolean, since: number, free: number, break: string, breakDue: boolean,
 *     planned: boolean, skills: string[], alarm: number, answered: string},
 *   visit: Visit|null, next: (Ticket & {why: string})|null,
 *   queue: {count: number, longest: number, rows: Ticket[]}, today: {visits: number, median: number, acts: number},
 *   soldOut: string[], lastCall: string, elsewhere: number, aside: Aside[],
 *   alarms: {counter: string, label: string, since: number}[], wishes: {kiosk: string, text: string, since: number}[], auto: boolean}} State
 * @typedef {{name: string, label: string, busy: string, icon: string, body: any}} Action
 * @typedef {{key: string, label: string, act: () => void, name?: string, busy?: string, off?: boolean, more?: boolean}} Other
 */

const root = /** @type {HTMLElement} */ (document.getElementById("app"));

/** How long the main button takes no press after it has come to mean something else. */
const SETTLE_MS = 600;
const UNDO_MS = 10000;
/** How long an answered press stays pressed while the stream has not shown its effect. */
const EFFECT_MS = 1500;
/** How long a clerk who lets the page call has to say no. */
const AUTO_MS = 5000;

/** @type {State|null} */
let state = null;
/** @type {import("look/stream.js").Link} */
let link = { live: false, age: 0, heard: null };
let seen = 0;
let meaning = "", changedAt = -SETTLE_MS;
/** @type {{name: string, since: number}|null} */
let pending = null;
/** @type {{text: string, next: string}|null} */
let problem = null;
/** @type {{text: string, until: number, press: {name: string, body: any}}|null} */
let undo = null;
/** When the next one is called without a press, in the page's own time; 0 is not at all. */
let autoAt = 0;
/** The clerk put that off until the counter is free again. */
let autoLater = false;
/** Where the page is one column. */
const narrow = matchMedia("(max-width: 900px)");
narrow.addEventListener("change", () => draw());
/** The rows that stay while the pointer or the focus is on them. @type {Ticket[]|null} */
let held = null;
let spoken = "";

/** What F2 does now. @param {State} s @returns {Action} */
function main(s) {
  const visit = s.visit;
  if (!s.counter.open) return { name: "open", label: "Abrir balcão", busy: "A abrir…", icon: "unlock", body: {} };
  if (paused(s)) return { name: "endbreak", label: "Voltar da pausa", busy: "A voltar…", icon: "unlock", body: {} };
  if (!visit) return { name: "call", label: "Chamar seguinte", busy: "A chamar…", icon: "mega-phone", body: {} };
  if (visit.stage === "called") return { name: "start", label: "Chegou", busy: "A registar…", icon: "user-check", body: { visit: visit.id } };
  const next = visit.then[0];
  // Whoever is here already stays seated where this counter has what comes next; nobody has to be called for it.
  if (next?.here) return { name: "forward", label: "Passar ao assunto seguinte", busy: "A passar…", icon: "arrow-right", body: { visit: visit.id, service: next.id, stay: true } };
  return { name: "finish", label: next ? "Terminar este assunto" : "Terminar", busy: "A terminar…", icon: "check", body: { visit: visit.id } };
}

/** @param {State} s */
const paused = (s) => !!s.counter.break && !s.counter.breakDue;

/** The other buttons, with their keys; those marked more stand in a second row. @param {State} s @returns {Other[]} */
function others(s) {
  const visit = s.visit, aside = s.aside.length;
  const set = { key: "Alt+L", label: aside ? `${aside} à parte…` : "À parte…", act: () => d.open("aside"), more: true };
  if (!s.counter.open || paused(s)) return [set, { key: "F9", label: "Fechar balcão", act: () => press("close", {}), name: "close", busy: "A fechar…", off: !s.counter.open }].filter((o) => !("off" in o && o.off));
  if (!visit) {
    return [
      { key: "F8", label: "Escolher…", act: () => d.open("find") },
      { key: "F9", label: "Pausa…", act: () => d.open("break") },
      { key: "Alt+N", label: "Sem senha…", act: () => d.open("walk"), more: true }, set,
    ];
  }
  if (visit.stage !== "called") {
    return [
      { key: "F8", label: "Encaminhar…", act: () => d.open("forward") },
      { key: "F9", label: "Reter…", act: () => d.open("hold") },
      { key: "Alt+V", label: "Volta hoje…", act: () => d.open("postpone"), more: true }, set,
      ...several(visit),
    ];
  }
  const wait = Math.ceil((visit.recallAt - now()) / 1000);
  const again = visit.recalls === 0 ? "Sem mais chamadas" : wait > 0 ? `De novo em ${wait} s` : "Chamar de novo";
  return [
    { key: "F4", label: again, act: () => press("recall", { visit: visit.id }), name: "recall", busy: "A chamar…", off: visit.recalls === 0 || wait > 0 },
    { key: "F9", label: "Não compareceu", act: () => press("noshow", { visit: visit.id }, undefined, { tk: visit.tk }), name: "noshow", busy: "A registar…" },
    { key: "F8", label: "Outro assunto…", act: () => d.open("wrong"), more: true },
    { key: "Alt+X", label: "Anular…", act: () => d.open("cancelled"), more: true },
  ];
}

/** What else can be done while a visit has services to come. @param {Visit} visit @returns {Other[]} */
function several(visit) {
  const next = visit.then[0];
  if (!next) return [];
  const whole = { key: "Alt+T", label: "Terminar tudo", act: () => end(visit, true), more: true };
  return next.here ? [{ key: "Alt+P", label: "Noutro balcão", act: () => end(visit, false), more: true }, whole] : [whole];
}

/** Ends the service, and with it the visit or not. @param {Visit} visit @param {boolean} whole */
const end = (visit, whole) => { press("finish", { visit: visit.id, whole, delivered: delivered(visit) }, undefined, told(visit)); };

/** What the words of undoing must know. @param {Visit|null|undefined} visit */
const told = (visit) => ({ tk: visit?.tk, goes: visit?.then[0]?.name });

function pressMain() {
  if (!state || performance.now() - changedAt < SETTLE_MS) return;
  const a = main(state);
  autoAt = 0;
  press(a.name, a.name === "finish" || a.name === "forward" ? { ...a.body, delivered: delivered(state.visit) } : a.body, undefined, told(state.visit));
}

/** @param {string} name @param {any} body @param {string} [key] @param {any} [told] what undoing must know */
async function press(name, body, key, told) {
  if (pending) return;
  const mine = pending = { name, since: performance.now() };
  problem = null;
  draw();
  let answer;
  try {
    // The counter goes along: a press that is sent again later must not reach another one.
    answer = await send({ name, body: { ...body, counter: root.dataset.counter }, key });
  } catch {
    answer = { data: { message: "O pedido não teve resposta que se perceba.", next: "Recarregue a página e veja o estado." } };
  }
  if (answer.data?.ok) {
    own();
    remember(name, body, { ...told, ...answer.data });
    // The button stays pressed until what it did is on the screen.
    const until = performance.now() + EFFECT_MS;
    while (seen < (answer.data.seq ?? 0) && performance.now() < until) await new Promise((done) => setTimeout(done, 30));
  } else {
    problem = { text: answer.data?.message ?? "O pedido não foi aceite.", next: answer.data?.next ?? "" };
  }
  if (pending === mine) pending = null;
  draw();
}

/**
 * What can be taken back within ten seconds: words, and the press that does it.
 * @type {Record<string, (body: any, data: any) => [string, string, any]|null>}
 */
const undos = {
  priority: (b, x) => (x.seq ? [`${x.tk}: prioridade ${b.granted ? "dada" : "retirada"}.`, "priority", { visit: b.visit, granted: !b.granted, reason: b.granted ? "mistake" : "asked" }] : null),
  close: () => ["Balcão fechado.", "open", {}],
  noshow: (b, x) => [`${x.tk} não compareceu.`, "revive", { visit: b.visit }],
  cancel: (b, x) => [`${x.tk} anulada.`, "revive", { visit: b.visit, undo: true }],
  hold: (b, x) => [`${x.tk} retida.`, "resume", { visit: b.visit }],
  finish: (b, x) => [x.goes && !b.whole ? `${x.tk} segue para ${x.goes}.` : `${x.tk} terminada.`, "takeback", { visit: b.visit }],
  forward: (b, x) => [b.stay ? `${x.tk}: assunto terminado.` : `${x.tk} encaminhada.`, "takeback", { visit: b.visit }],
  "add-service": (b, x) => [`${x.tk}: mais um assunto.`, "drop-service", { visit: b.visit, service: b.service }],
  "drop-service": (b, x) => [`${x.tk}: assunto tirado.`, "add-service", { visit: b.visit, service: b.service }],
  postpone: (b, x) => [`${x.tk} fica de voltar.`, "takeback", { visit: b.visit }],
  transfer: (b, x) => (x.from ? [`${x.tk}: assunto mudado.`, "transfer", { visit: b.visit, service: x.from }] : null),
  break: () => ["Em pausa.", "endbreak", {}],
};

/** @param {string} name @param {any} body @param {any} data */
function remember(name, body, data) {
  const back = undos[name]?.(body, data);
  undo = back ? { text: back[0], until: performance.now() + UNDO_MS, press: { name: back[1], body: back[2] } } : null;
}

function takeBack() {
  if (!undo || pending) return;
  const { name, body } = undo.press;
  undo = null;
  press(name, body).then(() => { undo = null; draw(); });
}

/** What was filled in and sent waits for the press before it. @param {string} name @param {any} body @param {any} [told] */
async function pressAfter(name, body, told) {
  while (pending) await new Promise((done) => setTimeout(done, 30));
  await press(name, body, undefined, told);
}

const d = dialogs({ press: pressAfter, draw });

/** Calls the next one for a clerk who wishes so, unless something is open or unsure. @param {State} s */
function callAlone(s) {
  if (s.visit) autoLater = false;
  const may = s.auto && !autoLater && s.counter.open && !s.visit && !s.counter.break && s.next && link.live && !d.now && !pending && !problem && document.visibilityState === "visible";
  if (!may) { autoAt = 0; return; }
  if (!autoAt) autoAt = performance.now() + AUTO_MS;
  else if (performance.now() >= autoAt) { autoAt = 0; press("call", {}); }
}

function later() { autoAt = 0; autoLater = true; draw(); }

document.addEventListener("keydown", (e) => {
  if (!state || state.seat !== "yours") return;
  const undoKey = e.ctrlKey && !e.altKey && e.key.toLowerCase() === "z" && !(e.target instanceof HTMLInputElement);
  if (undoKey && undo) { e.preventDefault(); takeBack(); return; }
  if (e.ctrlKey || e.metaKey || e.shiftKey) return;
  if (e.altKey && e.code === "KeyS") { e.preventDefault(); if (!e.repeat) alarm(); return; }
  if (d.now) { if (/^F(2|4|8|9)$/.test(e.key)) e.preventDefault(); return; }
  if (e.key === "Escape" && autoAt) { later(); return; }
  if (e.altKey) {
    const go = { KeyQ: state.visit && (() => location.assign(whyLink(/** @type {Visit} */ (state?.visit)))), KeyB: () => d.open("find"),
      KeyM: state.visit?.more && (() => d.open("more")),
      KeyA: state.visit?.stage === "serving" && (() => document.getElementById("act")?.focus()) }[e.code]
      ?? others(state).find((o) => o.key.startsWith("Alt+") && "Key" + o.key.slice(4) === e.code)?.act;
    if (go) { e.preventDefault(); if (!e.repeat) go(); }
    return;
  }
  const other = others(state).find((o) => o.key === e.key);
  if (e.key !== "F2" && !other) return;
  e.preventDefault();
  if (e.repeat) return; // a key held down is one press
  if (e.key === "F2") pressMain(); else if (!other?.off) other?.act();
});

/** Asks for help without a sound, whatever else is under way; pressed again before anybody answered, it is withdrawn. */
function alarm() {
  if (!state) return;
  const rings = state.counter.alarm > 0 && !state.counter.answered;
  command("/commands/" + (rings ? "answer-alarm" : "alarm"), rings ? { of: state.counter.id } : { counter: root.dataset.counter });
}

/** @param {Ticket} t */
const whyLink = (t) => `/porque/${t.tk}?visita=${t.id}`;

/** Wait against target, on the same axis for all rows. @param {{t: Ticket}} p */
function Meter({ t }) {
  const at = (/** @type {number} */ m) => Math.min(128, t.target ? 52 * m / t.target : 128 * m / 60);
  return html`<svg class=${"meter " + t.state} viewBox="0 0 128 16" role="img" aria-label=${t.target ? `${t.min} de ${t.target} minutos` : `${t.min} minutos`}>
    <path class="axis" d="M0 8h128" /><path class="wait" d=${`M0 8h${at(t.min)}`} />${t.target > 0 && html`<path class="target" d="M52 1v14" />`}</svg>`;
}

/** Time in service against the usual one. @param {{v: Visit}} p */
function Limit({ v }) {
  if (!v.usual) return null;
  const full = v.usual * 2 * 60000, done = Math.min(1, (now() - v.started - v.held) / full) * 386;
  return html`<svg class="limit" viewBox="0 0 386 16" preserveAspectRatio="none" height="16" aria-hidden="true">
    <rect class="ground" y="4" width="386" height="8" rx="4" /><rect class="done" y="4" width=${Math.max(0, done)} height="8" rx="4" /><path class="target" d="M193 0v16" /></svg>
    <div class="limit-words"><span></span><span>habitual ${v.usual} min</span><span></span></div>`;
}

/** How often a ticket was called, and what is left to do. @param {Visit} v */
function calledWords(v) {
  if (!v.recalled) return "A vir para este balcão";
  const done = `Chamada ${v.recalled + 1} vezes, a última às ${hour(v.lastCall, true)}`;
  if (v.recalls === 0) return `${done}. Se não vier: Não compareceu`;
  return v.recalls > 0 ? `${done}. Pode chamar mais ${v.recalls === 1 ? "uma vez" : `${v.recalls} vezes`}` : done;
}

/** The ticket in the hand, or the next one: always the same height. @param {{s: State}} p */
function Who({ s }) {
  const v = s.visit;
  if (!s.counter.open) {
    return html`<div class="who"><h2>Este balcão está fechado</h2><p class="rest">${s.counter.since ? `Desde as ${hour(s.counter.since)}. ` : ""}Enquanto estiver fechado, ninguém é chamado para aqui.</p></div>`;
  }
  if (paused(s)) {
    return html`<div class="who"><h2>${s.counter.break}</h2><p class="rest">Pausa ${s.counter.planned ? "prevista" : "imprevista"}, desde as ${hour(s.counter.since)}. Ninguém é chamado para este balcão.</p></div>`;
  }
  if (v) {
    return html`<div class="who"><span class="over">${v.stage === "called" ? calledWords(v) : v.walked ? "No balcão, sem senha" : "No balcão"}</span>
      <div class="row"><span class="ticket">${v.tk}</span><${ClassTag} t=${v} /></div>
      <p class="verdict">${v.svc}<${Tongue} t=${v} /></p>
      ${v.stage === "serving" ? html`<${Limit} v=${v} />` : html`<p class="because">Esperou <b>${v.waited}</b>. <${Doubt} t=${v} />${v.before ? ` Já tratou: ${v.before}.` : ""}</p>`}</div>`;
  }
  if (s.next) {
    return html`<div class="who"><span class="over">A seguir, pela regra desta loja</span>
      <div class="row"><span class="ticket">${s.next.tk}</span><${ClassTag} t=${s.next} /></div>
      <p class="verdict">${s.next.svc}<${Tongue} t=${s.next} /></p><p class="because">${s.next.why} <${Doubt} t=${s.next} /></p></div>`;
  }
  return html`<div class="who"><h2>Ninguém à espera por este balcão</h2><p class="rest">
    ${s.lastCall ? `A última senha foi chamada às ${s.lastCall}. ` : "Ainda não chamou ninguém hoje. "}${s.elsewhere ? `Há ${s.elsewhere} noutras filas.` : "Não há ninguém noutras filas."}</p></div>`;
}

/** @param {State} s @returns {{icon: string, word: string, kind: string, since: number, note: string}} */
function stage(s) {
  const v = s.visit;
  if (!s.counter.open) return { icon: "b-closed", word: "Fechado", kind: "closed", since: s.counter.since, note: "sem chamar" };
  if (paused(s)) return { icon: "b-pause", word: "Em pausa", kind: "pause", since: s.counter.since, note: `desde as ${hour(s.counter.since)}` };
  if (!v) return { icon: "b-free", word: "Livre", kind: "free", since: Math.max(s.counter.free, s.counter.since), note: "sem chamar" };
  if (v.stage === "called") return { icon: "b-arrow", word: "Em chamada", kind: "call", since: v.lastCall, note: `desde as ${hour(v.lastCall)}` };
  return { icon: "b-busy", word: "Em atendimento", kind: "busy", since: v.started + v.held, note: v.held ? "sem o tempo retida" : `desde as ${hour(v.started)}` };
}

/** @param {{o: Other}} p */
function OtherButton({ o }) {
  const busy = !!o.name && pending?.name === o.name;
  return html`<button class="button" type="button" aria-busy=${busy} disabled=${!!o.off} aria-keyshortcuts=${o.key} onClick=${o.act}><span>${busy ? o.busy : o.label}</span><kbd>${o.key}</kbd></button>`;
}

/** @param {{s: State}} p */
function Hand({ s }) {
  const a = main(s), st = stage(s), busy = pending?.name === a.name;
  const v = s.visit, rows = others(s), left = autoAt ? Math.max(1, Math.ceil((autoAt - performance.now()) / 1000)) : 0;
  const label = busy ? a.busy : left ? `Chama em ${left} s` : a.label;
  return html`<section class="panel hand" aria-label="Este balcão">
    <div class="now-head"><h1 class=${"state " + st.kind}><${Icon} name=${st.icon} /> ${st.word}</h1>
      ${st.since > 0 && html`<div class="timer" role="timer"><b>${timer(now() - st.since)}</b><span>${st.note}</span></div>`}</div>
    <${Who} s=${s} />
    <div class="act">
      <button class="button main" id="main" type="button" aria-busy=${busy} onClick=${pressMain} aria-keyshortcuts="F2"><${Icon} name=${a.icon} /><span>${label}</span><kbd>F2</kbd></button>
      <div class="two">${rows.filter((o) => !o.more).map((o) => html`<${OtherButton} key=${o.key} o=${o} />`)}</div>
    </div>
    <div class="two second">${left > 0 && html`<button class="button" type="button" onClick=${later}><span>Agora não</span><kbd>Esc</kbd></button>`}${rows.filter((o) => o.more && (!left || o.key !== "Alt+N")).map((o) => html`<${OtherButton} key=${o.key} o=${o} />`)}</div>
    ${narrow.matches && html`<${Callers} ...${s} press=${press} does="A coordenação também vê." />`}
    ${pending && performance.now() - pending.since > 1500 && html`<div class="notice stale" role="status"><${Icon} name="b-stale" /><div><b>Ainda sem resposta</b>Não é preciso premir outra vez. O pedido repete-se sozinho e só conta uma vez.</div></div>`}
    ${problem && html`<div class="notice refused" role="alert"><${Icon} name="b-busy" /><div><b>${problem.text}</b>${problem.next}</div></div>`}
    ${s.counter.breakDue && html`<div class="notice locked" role="status"><${Icon} name="b-pause" /><div><b>Pausa a seguir: ${s.counter.break}</b>Começa quando esta senha terminar.</div><button class="button small" type="button" onClick=${() => press("endbreak", {})}>Desistir da pausa</button></div>`}
    ${!s.place.open && html`<div class="notice locked"><${Icon} name="lock" /><div><b>O dia está fechado</b>Não se tiram senhas. Quem já espera ainda pode ser chamado.</div></div>`}
    <div class="tail">${v ? html`${!v.walked && html`<h2 class="minor">Porque foi chamada</h2><p>${v.why}</p>`}<p class="small"><a href=${whyLink(v)}>Ver a explicação completa</a> <span class="chord"><kbd>Alt</kbd>+<kbd>Q</kbd></span></p>`
      : s.aside.length > 0 && html`<h2 class="minor">À parte</h2><ul class="aside">${kept("aside", s.aside.slice(0, 2), (one) => String(one.id), ".hand .tail", draw).map((one) => html`<${Put} a=${one} s=${s} d=${d} press=${(/** @type {string} */ name, /** @type {any} */ body, /** @type {any} */ told) => press(name, body, undefined, told)} />`)}</ul>`}
      <div class="today">${v?.stage === "serving" && !v.walked ? html`<span>Esperou <b>${v.waited}</b> <${StateWord} of=${v.state} /></span>` : html`<span><b>${s.today.visits}</b> ${s.today.visits === 1 ? "visita" : "visitas"} hoje</span><span><b>${s.today.acts}</b> ${s.today.acts === 1 ? "ato" : "atos"}</span>${s.today.visits > 0 && html`<span>mediana <b>${s.today.median || "menos de 1"}</b> min</span>`}`}</div></div>
  </section>`;
}

/** @param {{s: State}} p */
function Steps({ s }) {
  const v = s.visit;
  if (!v) return null;
  /** @type {{name: string, at: string, kind: string}[]} */
  const steps = [
    { name: v.doubt ? "Senha tirada, talão por confirmar" : "Senha tirada", at: hour(v.issued, true) + (v.told ? `, com espera «${v.told}»` : ""), kind: "done" },
    { name: v.recalled ? `Chamada ${v.recalled + 1} vezes` : "Chamada", at: hour(v.called, true), kind: "done" },
  ];
  const stayed = !v.walked && v.before !== "" && v.called === v.started;
  if (stayed) steps.splice(1, 1, { name: "Passou a este assunto", at: hour(v.started, true), kind: "done" });
  if (v.walked) steps.splice(0, 2, { name: "Atendida sem senha", at: hour(v.issued, true), kind: "done" });
  if (v.before) steps.splice(1, 0, { name: `Antes: ${v.before}`, at: "", kind: "done" });
  if (v.stage === "serving" && (v.walked || stayed)) steps.push({ name: "Em atendimento", at: "", kind: "now" });
  else if (v.stage === "serving") steps.push({ name: "Chegou ao balcão", at: hour(v.started, true), kind: "done" }, { name: "Em atendimento", at: "", kind: "now" });
  else steps.push({ name: "A vir para o balcão", at: "", kind: "now" });
  return html`<section class="panel visit-steps" aria-label="Esta visita"><div class="head"><h2>Esta visita</h2><span class="note">${v.tk} · ${v.body}</span></div>
    <ul class="steps">${steps.map((p) => html`<li key=${p.name} class=${p.kind}><${Icon} name=${p.kind === "done" ? "solid-check-circle" : "b-step"} /><span>${p.name}<small>${p.at}</small></span></li>`)}</ul><${Ahead} v=${v} d=${d} press=${(/** @type {string} */ name, /** @type {any} */ body) => press(name, body, undefined, told(v))} /></section>`;
}

/**
 * The rows with their place in the order; collections of documents apart from
 * requests where both wait: they are quick, and somebody may be sent to help.
 * @param {Ticket[]} rows @returns {{name: string, rows: [Ticket, number][]}[]}
 */
function apart(rows) {
  const all = rows.map((t, i) => /** @type {[Ticket, number]} */ ([t, i]));
  const quick = all.filter(([t]) => t.group === "collection"), rest = all.filter(([t]) => t.group !== "collection");
  if (quick.length === 0 || rest.length === 0) return [{ name: "", rows: all }];
  return [{ name: "Pedidos e outros assuntos", rows: rest }, { name: "Levantamentos", rows: quick }];
}

/** @param {{s: State}} p */
function Waiting({ s }) {
  const rows = held ?? s.queue.rows;
  const behind = held !== null && held.map((t) => t.id).join() !== s.queue.rows.map((t) => t.id).join();
  const hold = () => { held ??= s.queue.rows; };
  const release = (/** @type {Event} */ e) => {
    const to = /** @type {any} */ (e).relatedTarget;
    if (to instanceof Node && /** @type {Node} */ (e.currentTarget).contains(to)) return;
    held = null; draw();
  };
  return html`<section class="panel waiting" aria-labelledby="waiting">
    ${!link.live && html`<div class="notice stale" role="status"><${Icon} name="b-stale" /><div><b>A religar, há ${span(link.age)}</b>${link.heard ? `O que vê é das ${asOf(link)}. ` : ""}A senha no balcão continua a contar.</div></div>`}
    <div class="head"><h2 id="waiting">Esperam por este balcão</h2><span class="note">${s.queue.count === 1 ? "1 senha" : `${s.queue.count} senhas`}${s.queue.count > 1 ? (s.visit ? ` · mais longa ${span(s.queue.longest * 60000)}` : ", pela ordem em que serão chamadas") : ""}</span>
      ${behind && html`<span class="changes" role="status">há alterações</span>`}<span class="age">${ageWords(link)}</span></div>
    ${rows.length === 0 ? html`<div class="empty nobody"><p class="quiet">Quando alguém tirar senha para este balcão, aparece aqui.</p></div>` : html`<div class="scroll" tabindex="0" role="region" aria-label="Lista das que esperam"><table class="table"><caption class="sr-only">Lista das que esperam</caption>
      <thead><tr><th class="num order" scope="col">Ordem</th><th scope="col">Senha</th><th scope="col">Serviço</th><th scope="col">Classe</th><th class="num" scope="col">Espera</th><th class="bar" scope="col">até ao objetivo</th><th scope="col">Estado</th><th scope="col" class="do"><span class="sr-only">Mais</span></th></tr></thead>
      ${apart(rows).map((part) => html`<tbody key=${part.name} onPointerEnter=${hold} onPointerLeave=${release} onFocusIn=${hold} onFocusOut=${release}>${part.name && html`<tr class="part"><th colspan="8" scope="rowgroup">${part.name} <span>${part.rows.length}</span></th></tr>`}${part.rows.map(([t, i]) => html`<tr class=${i === 0 && !s.visit && s.counter.open ? "chosen" : ""}>
        <td class="num quiet order">${i + 1}.ª</td><th scope="row" class="ticket-s tk-cell">${t.tk}</th>
        <td class="svc" title=${t.svc}>${t.svc} <span class="small quiet">${t.body}</span><${Nth} t=${t} /><span class="notes"><${Doubt} t=${t} /><${Tongue} t=${t} /></span></td><td class="class"><${ClassTag} t=${t} /></td>
        <td class="num wait" title=${t.told ? `Disse-se-lhe: ${t.told}` : ""}><b>${t.min}</b><span class="unit">min</span></td><td class="bar"><${Meter} t=${t} /></td><td class="st"><${StateWord} of=${t.state} /></td>
        <td class="do"><button class="more" type="button" aria-label=${`Mais sobre a ${t.tk}`} title="Chamar, prioridade, assunto, anular…" onClick=${() => d.show(t.tk, t.id)}><${Icon} name="more-horizontal" /></button></td></tr>`)}</tbody>`)}</table></div>`}
    <div class="foot">${!narrow.matches && html`<${Callers} ...${s} press=${press} does="A coordenação também vê." />`}<${Icon} name="b-busy" />${s.queue.count > rows.length ? html`<span>E mais <b>${s.queue.count - rows.length}</b> depois destas.</span>` : ""}
      <span>${s.elsewhere === 0 ? "Ninguém espera noutras filas." : html`${s.elsewhere === 1 ? "Espera mais" : "Esperam mais"} <b>${s.elsewhere}</b> ${s.elsewhere === 1 ? "senha" : "senhas"} noutras filas, que este balcão não atende.`}</span>
      ${s.soldOut.length > 0 && html`<span class="soldout"><${Icon} name="b-watch" />Esgotadas hoje: ${s.soldOut.join(", ")}.</span>`}</div>
  </section>`;
}

/** @param {{s: State}} p */
function Keys({ s }) {
  const rings = s.counter.alarm > 0 && now() - s.counter.alarm < 30 * 60000;
  const words = !rings ? "Alerta" : s.counter.answered ? `visto: ${s.counter.answered}` : `enviado às ${hour(s.counter.alarm)}`;
  return html`<footer class="keybar"><span><kbd>F2</kbd>${main(s).label}</span>
    <span><span class="chord"><kbd>Alt</kbd>+<kbd>B</kbd></span>Procurar senha</span>
    ${s.visit?.stage === "serving" && html`<span><span class="chord"><kbd>Alt</kbd>+<kbd>A</kbd></span>Ato</span>`}
    ${s.visit && html`<span><span class="chord"><kbd>Alt</kbd>+<kbd>Q</kbd></span>Porquê</span>`}${undo && html`<span><span class="chord"><kbd>Ctrl</kbd>+<kbd>Z</kbd></span>Desfazer</span>`}
    <span class="right"><button class="plain quiet-alarm" type="button" aria-keyshortcuts="Alt+S" title="Chama em silêncio a coordenação e os balcões ao lado" onClick=${alarm}>${words} <span class="chord"><kbd>Alt</kbd>+<kbd>S</kbd></span></button>
      <button class="plain" type="button" onClick=${() => d.open("profile")}>Perfil</button><a href="/balcao/escolher">Trocar de balcão</a><a href="/ajuda" target="_blank" rel="noopener">Ajuda</a><button class="plain" type="button" onClick=${() => d.open("day")}>Terminar o dia</button></span></footer>`;
}

function Undo() {
  if (!undo) return null;
  const left = Math.ceil((undo.until - performance.now()) / 1000);
  return html`<div class="toast undo" role="status"><${Icon} name="check" /><span>${undo.text}</span><button class="button" type="button" onClick=${takeBack}>Desfazer <span class="chord"><kbd>Ctrl</kbd>+<kbd>Z</kbd></span></button><span aria-hidden="true">${left} s</span></div>`;
}

/** @param {{title: string, text: string, to: string, label: string}} p */
function Gone(p) {
  return html`<main class="page narrow" id="conteudo"><h1>${p.title}</h1><div class="panel"><div class="notice locked" role="alert"><${Icon} name="lock" /><div>${p.text}</div></div><div class="in"><a class="button primary" href=${p.to}>${p.label}</a></div></div></main>`;
}

function App() {
  const s = state;
  if (!s) return html`<main class="page narrow" id="conteudo"><h1>Balcão</h1><p class="quiet" role="status">A ligar à loja…</p></main>`;
  if (s.seat === "out") return html`<${Gone} title="A sua sessão terminou" text="O que fez ficou guardado. Entre de novo para continuar." to="/entrar?para=/balcao" label="Entrar" />`;
  if (s.seat === "none") return html`<${Gone} title="Já não está neste balcão" text="Outra pessoa ficou com ele, ou saiu noutra janela. A senha que lá estava continua; nada se perdeu." to="/balcao/escolher" label="Escolher balcão" />`;
  const words = spokenState(s);
  return html`<main class="seat" id="conteudo"><${Hand} s=${s} /><div class=${"doing" + (s.visit ? "" : " alone")}>${s.visit && html`<div class="visit-row"><${Steps} s=${s} />${s.visit.stage === "serving" && html`<${Acts} v=${s.visit} d=${d} draw=${draw} press=${press} />`}</div>`}<${Waiting} s=${s} /></div></main>
    <${Keys} s=${s} /><${Undo} /><${d.View} /><${SeatDialog} d=${d} s=${s} delivered=${() => delivered(s.visit)} draw=${draw} /><div class="sr-only" role="status">${words}</div>`;
}

/** Said once for each change, to those who hear the page. @param {State} s */
function spokenState(s) {
  const v = s.visit;
  spoken = !s.counter.open ? "Balcão fechado" : paused(s) ? "Balcão em pausa" : !v ? "Balcão livre" : v.stage === "called" ? `${v.tk} chamada${v.recalled ? " de novo" : ""}, ${v.svc}` : `${v.tk} em atendimento`;
  return spoken;
}

function draw() {
  if (undo && performance.now() > undo.until) undo = null;
  if (state?.seat === "yours") callAlone(state);
  // Whoever serves somebody is not taught anything: the hints wait for another day.
  const busy = !!state?.visit || autoAt > 0 || pending?.name === "call";
  if (root.toggleAttribute("data-busy", busy)) dispatchEvent(new Event("balcao:busy"));
  render(html`<${App} />`, root);
}

draw();
follow("counter&counter=" + encodeURIComponent(root.dataset.counter ?? ""), (s, l, seq) => {
  state = s; link = l; seen = Math.max(seen, seq);
  if (s.seat === "yours") {
    const a = main(s), m = [a.name, a.body.visit, a.body.service].join("/");
    if (m !== meaning) {
      if (meaning) changedAt = performance.now();
      else requestAnimationFrame(() => { if (document.activeElement === document.body) document.getElementById("main")?.focus(); });
      meaning = m;
      if (!pending) problem = null;
    }
  }
  draw();
});

const left = unanswered();
if (left) press(left.name, left.body, left.key);
