// @ts-check
/**
 * Reception: numbers for those who cannot use the kiosk, and what has become
 * of any ticket of today.
 */
import { html, render, Icon } from "look/html.js";
import { span } from "look/stream.js";
import { ageWords, asOf, follow, now, send, unanswered } from "./live.js";
import { dialogs, tongues } from "./ticket.js";

/**
 * @typedef {{id: number, tk: string, svc: string, state: string, at: string, class: string}} Given
 * @typedef {{place: {name: string, open: boolean}, bodies: {name: string, services: import("./ticket.js").Service[]}[],
 *   given: Given[], back: Given[], waiting: number, alarms: {counter: string, label: string, since: number}[]}} State
 */

const root = /** @type {HTMLElement} */ (document.getElementById("app"));
/** @type {State|null} */
let state = null;
/** @type {import("look/stream.js").Link} */
let link = { live: false, age: 0, heard: null };
/** @type {{tk: string, svc: string, law: boolean}|null} */
let last = null;
/** @type {{text: string, next: string}|null} */
let problem = null;
/** @type {string} */
let pending = "";
let law = false, lang = "pt", said = "";
/** @type {{text: string, until: number, press: {name: string, body: any}}|null} */
let undo = null;

/** What was filled in and sent waits for the press before it. @param {string} name @param {any} body @param {any} [told] */
async function pressAfter(name, body, told) {
  while (pending) await new Promise((done) => setTimeout(done, 30));
  await press(name, body, undefined, told);
}

const d = dialogs({ press: pressAfter, draw });

/** @param {string} name @param {any} body @param {string} [key] @param {any} [told] */
async function press(name, body, key, told) {
  if (pending) return;
  pending = name + (body.service ?? "");
  problem = null;
  draw();
  let answer;
  try {
    answer = await send({ name, body, key });
  } catch {
    answer = { data: { message: "O pedido não teve resposta que se perceba.", next: "Recarregue a página e veja o estado." } };
  }
  pending = "";
  const x = { ...told, ...answer.data };
  if (!x.ok) problem = { text: x.message ?? "O pedido não foi aceite.", next: x.next ?? "" };
  else if (name === "issue") {
    last = { tk: x.tk, svc: serviceName(body.service), law: !!body.granted };
    law = false;
    undo = { text: `${x.tk} tirada.`, until: performance.now() + 10000, press: { name: "cancel", body: { visit: x.visit, reason: "mistake" } } };
  } else {
    if (name === "cancel" && last?.tk === x.tk) last = null;
    said = done[name] ? `${x.tk}: ${done[name]}.` : "";
    undo = name === "cancel" ? { text: `${x.tk} anulada.`, until: performance.now() + 10000, press: { name: "revive", body: { visit: body.visit } } } : null;
  }
  draw();
}

/** @type {Record<string, string>} */
const done = { priority: "prioridade mudada", transfer: "assunto mudado", revive: "reposta na fila", return: "voltou e espera", cancel: "anulada", "answer-alarm": "" };

/** @param {string} id */
const serviceName = (id) => state?.bodies.flatMap((b) => b.services).find((s) => s.id === id)?.name ?? "";

function takeBack() {
  const back = undo;
  undo = null;
  if (back) press(back.press.name, back.press.body);
}

document.addEventListener("keydown", (e) => {
  if (e.ctrlKey && e.key.toLowerCase() === "z" && undo && !(e.target instanceof HTMLInputElement)) { e.preventDefault(); takeBack(); return; }
  if (e.altKey && e.code === "KeyB" && !d.now) { e.preventDefault(); d.open("find"); }
});

/** @param {{s: State}} p */
function Services({ s }) {
  return html`<section class="panel offer" aria-labelledby="offer"><div class="head"><h2 id="offer">Tirar senha</h2><span class="note">para quem não pode usar o quiosque</span><span class="age">${ageWords(link)}</span></div>
    <div class="in stack"><div class="row options"><label class="check"><input type="checkbox" checked=${law} onChange=${(/** @type {any} */ e) => { law = e.target.checked; draw(); }} /><span>Com prioridade por lei<small>a condição não se pergunta nem se guarda</small></span></label>
      <div class="field"><label for="lang">Língua da pessoa</label><select id="lang" value=${lang} onChange=${(/** @type {any} */ e) => { lang = e.target.value; }}><option value="pt">português</option>${Object.entries(tongues).map(([code, name]) => html`<option key=${code} value=${code}>${name}</option>`)}</select></div></div>
    ${s.bodies.map((b) => html`<section key=${b.name}><h3>${b.name}</h3><div class="offer-grid">${b.services.map((one) => html`<button key=${one.id} class="button service" type="button" disabled=${!!one.no} aria-busy=${pending === "issue" + one.id} onClick=${() => press("issue", { service: one.id, granted: law, lang })}><span>${one.name}<small>${one.no || `${one.wait === 1 ? "1 à espera" : `${one.wait} à espera`} · ${one.open === 0 ? "sem balcão aberto" : one.open === 1 ? "1 balcão" : `${one.open} balcões`}`}</small></span></button>`)}</div></section>`)}</div></section>`;
}

/** @param {{s: State}} p */
function Side({ s }) {
  /** @param {string} title @param {Given[]} list @param {string} none */
  const panel = (title, list, none) => html`<section class="panel"><div class="head"><h2>${title}</h2></div>${list.length === 0 ? html`<p class="in quiet">${none}</p>` : html`<ul class="aside in">${list.map((g) => html`<li key=${g.id}><b class="ticket-s">${g.tk}</b><span>${g.svc}<small>${g.at} · ${g.state}</small></span><button class="button small" type="button" aria-label=${`Ver a ${g.tk}`} onClick=${() => d.show(g.tk, g.id)}>Ver</button></li>`)}</ul>`}</section>`;
  return html`<div class="stack">
    ${s.alarms.map((one) => html`<div class="notice watch" role="status" key=${one.counter}><${Icon} name="b-watch" /><div><b>O ${one.label} precisa de alguém</b>Sem dar nas vistas, há ${span(now() - one.since)}.</div><button class="button small" type="button" onClick=${() => press("answer-alarm", { of: one.counter })}>Vou lá</button></div>`)}
    <section class="panel given" aria-live="polite"><div class="in">${last ? html`<span class="over">Diga ou escreva este número</span><div class="row"><span class="ticket">${last.tk}</span>${last.law && html`<span class="tag priority"><${Icon} name="b-chevrons" /> Prioritária</span>`}</div><p class="verdict">${last.svc}</p><p class="small">Não sai talão: escreva o número num papel, com letra grande, e diga em que zona se espera. A pessoa é chamada no painel como as outras.</p>`
    : html`<h2>Nenhuma senha tirada agora</h2><p class="quiet">Escolha o assunto. O número aparece aqui, grande, para o escrever num papel.</p>`}</div></section>
    ${problem && html`<div class="notice refused" role="alert"><${Icon} name="b-busy" /><div><b>${problem.text}</b>${problem.next}</div></div>`}
    ${said && html`<div class="notice ok" role="status"><${Icon} name="check" /><div>${said}</div></div>`}
    <section class="panel"><form class="in find-here" onSubmit=${(/** @type {SubmitEvent} */ e) => { e.preventDefault(); const f = new FormData(/** @type {HTMLFormElement} */ (e.target)); d.show(String(f.get("number") ?? "")); }}><div class="field"><label for="number">Procurar senha <span class="chord"><kbd>Alt</kbd>+<kbd>B</kbd></span></label><input id="number" name="number" autocomplete="off" autocapitalize="characters" spellcheck=${false} maxlength="12" /></div><button class="button" type="submit"><${Icon} name="search" />Ver</button></form></section>
    ${panel("Tiradas na receção", s.given, "Nenhuma hoje.")}${s.back.length > 0 && panel("Ficaram de voltar hoje", s.back, "")}</div>`;
}

function Undo() {
  if (!undo) return null;
  return html`<div class="toast undo" role="status"><${Icon} name="check" /><span>${undo.text}</span><button class="button" type="button" onClick=${takeBack}>Desfazer <span class="chord"><kbd>Ctrl</kbd>+<kbd>Z</kbd></span></button><span aria-hidden="true">${Math.ceil((undo.until - performance.now()) / 1000)} s</span></div>`;
}

function App() {
  const s = state;
  if (!s) return html`<main class="page narrow" id="conteudo"><h1>Receção</h1><p class="quiet" role="status">A ligar à loja…</p></main>`;
  return html`<main class="page reception" id="conteudo"><div class="spread"><h1>Receção</h1><p class="quiet">${s.waiting === 1 ? "1 senha à espera" : `${s.waiting} senhas à espera`} na loja</p></div>
    ${!link.live && html`<div class="notice stale" role="status"><${Icon} name="b-stale" /><div><b>A religar, há ${span(link.age)}</b>${link.heard ? `O que vê é das ${asOf(link)}. ` : ""}O que premir é enviado assim que houver ligação.</div></div>`}
    ${!s.place.open && html`<div class="notice locked"><${Icon} name="lock" /><div><b>O dia está fechado</b>Não se tiram senhas.</div></div>`}
    <div class="reception-row"><${Services} s=${s} /><${Side} s=${s} /></div></main><${Undo} /><${d.View} />`;
}

function draw() {
  if (undo && performance.now() > undo.until) undo = null;
  render(html`<${App} />`, root);
}

draw();
follow("reception", (s, l) => { state = s; link = l; draw(); });

const left = unanswered();
if (left) press(left.name, left.body, left.key);
