// @ts-check
/**
 * «Horário e senhas»: how every service stands now, and what the coordination
 * can do about it: suspend, reopen, set the numbers of today, give a number
 * all the same. What was done can be taken back for ten seconds.
 */
import { html, render, Icon } from "look/html.js";
import { command, newKey } from "look/command.js";
import { kept, own } from "look/steady.js";
import { ageWords, follow } from "./live.js";

/**
 * @typedef {{id: string, letter: string, name: string, body: string, state: string, why: string, next: string, hours: string, waiting: number,
 *   given: number, back: number, left: number, quota: number, set: boolean, paused: boolean, until: string}} Line
 * @typedef {{id: string, letter: string, body: string, services: string[], given: number, left: number, quota: number, set: boolean}} Letter
 * @typedef {{date: string, day: string, who: string, what: string, open: boolean}} Ahead
 * @typedef {{code: string, text: string}} Reason
 */

const root = /** @type {HTMLElement} */ (document.getElementById("app"));
/** @type {any} */
let state = null;
/** @type {import("look/stream.js").Link} */
let link = { live: false, age: 0, heard: null };
let chosen = "", doing = "";
let busy = false;
/** @type {{kind: string, title: string, text?: string, undo?: any, until?: number} | null} */
let said = null;

/** @type {Record<string, [string, string, string]>} icon, word, class */
const states = {
  open: ["b-ok", "aberto", "ok"], suspended: ["b-watch", "suspenso", "watch"], sold_out: ["b-out", "esgotado", "out"],
  full: ["b-watch", "loja cheia", "watch"], not_open: ["b-free", "abre mais tarde", "free"], closed: ["b-closed", "fechado", "closed"],
};

/** @param {string} action @param {any} wish @param {string} done */
async function ask(action, wish, done) {
  if (busy) return;
  busy = true;
  draw();
  const answer = await command("/coordenacao/" + action, wish, { key: newKey() });
  busy = false;
  if (answer.status === 401) { location.assign("/entrar?para=/horario"); return; }
  const d = answer.data ?? {};
  if (d.ok) {
    own();
    said = { kind: "ok", title: action === "issue" ? `Senha ${d.tk}. ${done}` : done, undo: d.undo, until: performance.now() + 10000 };
    doing = "";
  } else said = { kind: "watch", title: d.message ?? "Não foi possível.", text: d.next };
  draw();
}

function takeBack() {
  const u = said?.undo;
  if (!u) return;
  said = null;
  ask(u.action, u.wish, "Desfeito.").then(() => { if (said) delete said.undo; draw(); });
}

/** @param {string} service @param {string} what */
function choose(service, what) {
  doing = chosen === service && doing === what ? "" : what;
  chosen = service;
  said = null;
  draw();
  if (doing) requestAnimationFrame(() => /** @type {HTMLElement|null} */ (root.querySelector(".doing-now select, .doing-now input"))?.focus());
}

/** @param {{reasons: Reason[]}} p */
const ReasonField = ({ reasons }) => html`<label class="field"><span>Motivo</span><select name="reason" required>${reasons.map((r) => html`<option value=${r.code}>${r.text}</option>`)}</select></label>`;

/** @param {{line: Line, reasons: Record<string, Reason[]>}} p */
function Form({ line: l, reasons }) {
  /** @param {(f: FormData) => void} act */
  const submit = (act) => (/** @type {SubmitEvent} */ e) => { e.preventDefault(); act(new FormData(/** @type {HTMLFormElement} */ (e.target))); };
  const buttons = (/** @type {string} */ label) => html`<div class="row"><button class="button primary" aria-busy=${busy}>${label}</button><button type="button" class="button" onClick=${() => choose(l.id, "")}>Deixar estar</button></div>`;
  if (doing === "suspend") {
    return html`<form class="doing-now" onSubmit=${submit((f) => ask("suspend", { svc: l.id, reason: f.get("reason"), until: f.get("until") || "" }, `${l.name}: senhas suspensas${f.get("until") ? ` até às ${f.get("until")}` : ""}.`))}>
      <p>Os quiosques deixam de dar senhas. Quem já tem senha é atendido.</p>
      <${ReasonField} reasons=${reasons.suspend} /><label class="field"><span>Reabre às (pode ficar vazio)</span><input type="time" name="until" /></label>${buttons("Suspender senhas")}</form>`;
  }
  if (doing === "reopen") {
    return html`<form class="doing-now" onSubmit=${submit((f) => ask("reopen", { svc: l.id, reason: f.get("reason") }, `${l.name}: senhas reabertas.`))}>
      <p>Os quiosques voltam a dar senhas deste serviço.</p><${ReasonField} reasons=${reasons.reopen} />${buttons("Reabrir senhas")}</form>`;
  }
  if (doing === "quota") {
    return html`<form class="doing-now" onSubmit=${submit((f) => ask("quota", { svc: l.id, quota: Number(f.get("quota")), reason: f.get("reason") }, `${l.name}: ${f.get("quota")} senhas hoje.`))}>
      <p>Já se deram ${l.given}${l.back ? `, e ${l.back} voltaram a ficar livres` : ""}. O número vale só para hoje; as marcações não contam.</p>
      <label class="field"><span>Senhas de hoje, ao todo</span><input type="number" name="quota" min="0" max="9999" required value=${l.quota >= 0 ? l.quota : l.given + 20} /></label>
      <${ReasonField} reasons=${reasons.quota} />${buttons("Guardar")}
      ${l.set && html`<div class="row"><button type="button" class="button" onClick=${() => ask("quota", { svc: l.id, quota: -1, reason: "other" }, `${l.name}: vale outra vez o número da configuração.`)}>Voltar ao número da configuração</button></div>`}</form>`;
  }
  return html`<form class="doing-now" onSubmit=${submit((f) => ask("issue", { svc: l.id, reason: f.get("reason"), law: f.get("law") !== null }, `${l.name}. Diga o número à pessoa: entra já na fila.`))}>
    <p>Dá uma senha fora das regras de hoje. Fica registado quem a deu e porquê.</p>
    <${ReasonField} reasons=${reasons.issue} /><label class="tick"><input type="checkbox" name="law" /> <span>Atendimento prioritário</span></label>${buttons("Dar senha")}</form>`;
}

/** @param {{line: Line, reasons: Record<string, Reason[]>}} p */
function Service({ line: l, reasons }) {
  const s = states[l.state] ?? states.closed;
  const on = (/** @type {string} */ what) => chosen === l.id && doing === what;
  const button = (/** @type {string} */ what, /** @type {string} */ label) => html`<button type="button" class="button small" aria-expanded=${on(what)} aria-label=${`${label}: ${l.name}`} onClick=${() => choose(l.id, what)}>${label}</button>`;
  return html`<tr key=${l.id} class=${on(doing) && doing ? "chosen" : ""}><td><span class="letter">${l.letter}</span></td><th scope="row" class="name">${l.name} <span>${l.body}</span></th>
    <td><span class=${"state " + s[2]}><${Icon} name=${s[0]} /> ${s[1]}</span>${l.state !== "open" && html`<span class="because">${l.why ? l.why + ". " : ""}${l.next}</span>`}${l.state !== "suspended" && l.paused && html`<span class="because">Suspenso${l.until ? ` até às ${l.until}` : ""}.</span>`}</td>
    <td class="num" data-label="Hoje">${l.hours}</td><td class="num" data-label="Em espera"><b>${l.waiting}</b></td><td class="num" data-label="Dadas"><b>${l.given}</b>${l.quota >= 0 && html`<span class="unit">de ${l.quota}${l.set ? " (hoje)" : ""}</span>`}</td><td class="num" data-label="Restam">${l.left}</td>
    <td class="acts">${l.paused ? button("reopen", "Reabrir") : button("suspend", "Suspender")}${button("quota", "Contingente")}${l.state !== "open" && button("issue", "Dar senha")}</td></tr>
    ${chosen === l.id && doing && html`<tr key=${l.id + doing} class="form-row"><td colspan="8"><${Form} line=${l} reasons=${reasons} /></td></tr>`}`;
}

/** @param {{letter: Letter, reasons: Record<string, Reason[]>}} p */
function LetterForm({ letter: l, reasons }) {
  const key = "letter/" + l.id;
  return html`<form class="doing-now" onSubmit=${(/** @type {SubmitEvent} */ e) => { e.preventDefault(); const f = new FormData(/** @type {HTMLFormElement} */ (e.target)); ask("quota", { div: l.id, quota: Number(f.get("quota")), reason: f.get("reason") }, `Letra ${l.letter}: ${f.get("quota")} senhas hoje.`); }}>
    <p>Vale só para hoje e para todos os serviços da letra ${l.letter}. Já se usaram ${l.given}; as marcações também contam. Não passa do que a configuração permite.</p>
    <label class="field"><span>Senhas de hoje, ao todo</span><input type="number" name="quota" min="0" max="9999" required value=${l.quota} /></label>
    <${ReasonField} reasons=${reasons.quota} /><div class="row"><button class="button primary" aria-busy=${busy}>Guardar</button><button type="button" class="button" onClick=${() => choose(key, "")}>Deixar estar</button></div>
    ${l.set && html`<div class="row"><button type="button" class="button" onClick=${() => ask("quota", { div: l.id, quota: -1, reason: "other" }, `Letra ${l.letter}: vale outra vez o número da configuração.`)}>Voltar ao número da configuração</button></div>`}</form>`;
}

/** @param {{letter: Letter, reasons: Record<string, Reason[]>}} p */
function LetterRow({ letter: l, reasons }) {
  const key = "letter/" + l.id;
  const on = chosen === key && doing === "quota";
  return html`<tr key=${key} class=${on ? "chosen" : ""}><td><span class="letter">${l.letter}</span></td><th scope="row" class="name">${l.body} <span>${l.services.join(", ")}</span></th>
    <td class="num" data-label="Usadas"><b>${l.given}</b><span class="unit">de ${l.quota}${l.set ? " (hoje)" : ""}</span></td><td class="num" data-label="Restam">${l.left}</td>
    <td class="acts"><button type="button" class="button small" aria-expanded=${on} aria-label=${`Contingente: letra ${l.letter}`} onClick=${() => choose(key, "quota")}>Contingente</button></td></tr>
    ${on && html`<tr key=${key + doing} class="form-row"><td colspan="5"><${LetterForm} letter=${l} reasons=${reasons} /></td></tr>`}`;
}

function Said() {
  if (!said) return null;
  const left = said.undo ? Math.ceil(((said.until ?? 0) - performance.now()) / 1000) : 0;
  return html`<div class=${"notice " + said.kind} role="status"><${Icon} name=${said.kind === "ok" ? "check" : "b-watch"} /><div><b>${said.title}</b>${said.text ?? ""}</div>
    ${left > 0 && html`<button type="button" class="button" onClick=${takeBack}>Desfazer <span aria-hidden="true">${left} s</span></button>`}</div>`;
}

/** @param {{s: any}} p */
function Page({ s }) {
  const off = s.services.filter((/** @type {Line} */ l) => l.state !== "open").length;
  return html`<main class="page supply" id="conteudo"><div class="supply-head"><h1>Horário e senhas</h1><p class="lead">${s.house}${s.dayEnd && ` O dia fecha às ${s.dayEnd}.`}${s.most > 0 ? ` Na loja: ${s.inside} de ${s.most} pessoas.` : ` Na loja: ${s.inside === 1 ? "1 pessoa" : `${s.inside} pessoas`}.`}</p></div>
    <div aria-live="polite"><${Said} /></div>
    <section class="panel" aria-labelledby="services"><div class="head"><h2 id="services">Serviços agora</h2><span class="note">${off === 0 ? "todos dão senhas" : off === 1 ? "1 não dá senhas" : `${off} não dão senhas`}</span><span class="age">${ageWords(link)}</span></div>
      <div class="scroll-x" tabindex="0" role="region" aria-label="Tabela dos serviços"><table class="table"><caption class="sr-only">Os serviços</caption><colgroup>${["letter", "name", "state", "hours", "num", "given", "num", "acts"].map((c) => html`<col class=${"c-" + c} />`)}</colgroup><thead><tr><th scope="col" colspan="2">Serviço</th><th scope="col">Estado</th><th class="num" scope="col">Hoje</th><th class="num" scope="col">Em espera<br/>senhas</th><th class="num" scope="col">Dadas<br/>sem marcação</th><th class="num" scope="col">Restam<br/>senhas</th><th scope="col"><span class="sr-only">Ações</span></th></tr></thead>
        <tbody>${kept("services", /** @type {Line[]} */ (s.services), (l) => l.id, ".supply .table", draw, (l, was) => ({ ...l, state: was.state, why: was.why, next: was.next, paused: was.paused, until: was.until })).map((l) => html`<${Service} line=${l} reasons=${s.reasons} />`)}</tbody></table></div></section>
    <details class="panel letters" open=${s.letters.some((/** @type {Letter} */ l) => l.set || l.services.length > 1)}><summary class="head"><h2>Números de cada letra</h2><span class="note">os serviços de uma letra partilham-nos</span></summary>
      <div class="scroll-x" tabindex="0" role="region" aria-label="Tabela das letras"><table class="table"><caption class="sr-only">As letras</caption><thead><tr><th scope="col" colspan="2">Letra</th><th class="num" scope="col">Usadas<br/>com marcações</th><th class="num" scope="col">Restam<br/>sem marcação</th><th scope="col"><span class="sr-only">Ações</span></th></tr></thead>
        <tbody>${s.letters.map((/** @type {Letter} */ l) => html`<${LetterRow} letter=${l} reasons=${s.reasons} />`)}</tbody></table></div></details>
    <div class="supply-two"><section class="panel" aria-labelledby="ahead"><div class="head"><h2 id="ahead">Dias diferentes</h2><span class="note">nos próximos 90 dias</span></div>
      ${s.ahead.length === 0 ? html`<p class="in quiet">Nenhum. Feriados e exceções escrevem-se na <a href="/configuracao">configuração da loja</a>.</p>`
        : html`<ul class="in days">${s.ahead.map((/** @type {Ahead} */ a) => html`<li key=${a.date + a.who}><${Icon} name=${a.open ? "clock" : "b-closed"} /><div><b>${a.day}</b><span>${a.what} · ${a.who}</span></div></li>`)}</ul>`}</section>
      <section class="panel" aria-labelledby="week"><div class="head"><h2 id="week">Horário da loja</h2><a class="age" href="/configuracao">mudar</a></div>${s.week.length === 0 ? html`<p class="in quiet">Sem horário na configuração: dá senhas a qualquer hora.</p>` : html`<ul class="in days plain-list">${s.week.map((/** @type {string} */ l) => html`<li key=${l}>${l}</li>`)}</ul>`}</section></div>
  </main>`;
}

function draw() {
  if (said?.undo && performance.now() > (said.until ?? 0)) delete said.undo;
  render(state ? html`<${Page} s=${state} />` : html`<main class="page" id="conteudo"><h1>Horário e senhas</h1><p class="quiet">A ligar…</p></main>`, root);
}

draw();
follow("supply", (s, l) => { state = s; link = l; draw(); });
