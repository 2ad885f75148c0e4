// @ts-check
/**
 * Reception: numbers for those who cannot use the kiosk, and what has become
 * of any ticket of today.
 */
import { kept, own } from "look/steady.js";
import { Callers } from "./callers.js";
import { html, render, Icon } from "look/html.js";
import { span } from "look/stream.js";
import { ageWords, asOf, follow, now, send, unanswered } from "./live.js";
import { dialogs, tongues } from "./ticket.js";
import { gathering } from "./several.js";

/**
 * @typedef {{id: number, tk: string, svc: string, state: string, at: string, class: string, slip: string, paper: string, despite: string, then: string[]}} Given
 * @typedef {{id: string, text: string}} Class
 * @typedef {{id: string, name: string, ready: boolean, text: string}} Printer
 * @typedef {{place: {name: string, open: boolean}, bodies: {name: string, classes: Class[], services: import("./ticket.js").Service[]}[], printers: Printer[],
 *   given: Given[], back: Given[], waiting: number, alarms: {counter: string, label: string, since: number}[], wishes: {kiosk: string, text: string, since: number}[]}} State
 */

const root = /** @type {HTMLElement} */ (document.getElementById("app"));
/** @type {State|null} */
let state = null;
/** @type {import("look/stream.js").Link} */
let link = { live: false, age: 0, heard: null };
/** @type {{visit: number, tk: string, svc: string, then: string[], law: boolean, class: string}|null} */
let last = null;
/** The class chosen in each body that has its own; empty is what the box above says. @type {Record<string, string>} */
const chosen = {};
/** Where slips come out: a kiosk's id, "page" for this computer's printer, empty for a number written by hand. */
let slip = recall();
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

const several = gathering({
  give: ([first, ...then]) => { if (state && first) give(state, first, undefined, then); },
  name: (id) => serviceName(id), busy: () => pending.startsWith("issue"), draw,
});

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
  if (x.ok) own();
  if (!x.ok) problem = { text: x.message ?? "O pedido não foi aceite.", next: x.next ?? "" };
  else if (name === "issue") {
    last = { visit: x.visit, tk: x.tk, svc: serviceName(body.service), then: (body.then ?? []).map(serviceName), law: !!body.granted && !body.class, class: className(body.service, body.class) };
    law = false;
    several.clear();
    for (const b of Object.keys(chosen)) delete chosen[b];
    if (told?.page) openSlip(x.visit);
    undo = { text: `${x.tk} tirada.`, until: performance.now() + 10000, press: { name: "cancel", body: { visit: x.visit, reason: "mistake" } } };
  } else {
    if (name === "cancel" && last?.tk === x.tk) last = null;
    said = done[name] ? `${x.tk}: ${done[name]}.` : "";
    undo = name === "cancel" ? { text: `${x.tk} anulada.`, until: performance.now() + 10000, press: { name: "revive", body: { visit: body.visit, undo: true } } } : null;
  }
  draw();
}

/** @type {Record<string, string>} */
const done = { priority: "prioridade mudada", transfer: "assunto mudado", revive: "reposta na fila", return: "voltou e espera", "add-service": "mais um assunto", "drop-service": "assunto tirado", cancel: "anulada", "answer-alarm": "", byhand: "entregue com o número escrito à mão", slip: "o talão vai sair" };

const keptSlip = "balcao-talao";
function recall() { try { return localStorage.getItem(keptSlip) ?? ""; } catch { return ""; } }
/** @param {string} to */
function choose(to) { slip = to; try { localStorage.setItem(keptSlip, to); } catch { /* private window */ } draw(); }

/** Opens the slip of a number to be printed by this computer. @param {number} visit */
function openSlip(visit) { window.open(`/rececao/talao/${visit}`, "_blank", "noopener"); }

/** Where slips come out now: a kiosk that is gone prints none. @param {State} s */
const slipNow = (s) => (slip === "" || slip === "page" || s.printers.some((p) => p.id === slip) ? slip : "");

/** @param {State} s @param {string} service @param {string} [reason] @param {string[]} [then] */
function give(s, service, reason, then) {
  const to = slipNow(s), body = s.bodies.find((b) => b.services.some((one) => one.id === service));
  const cls = body ? chosen[body.name] ?? "" : "";
  press("issue", { service, ...(then ? { then } : {}), granted: law, lang, ...(cls ? { class: cls } : {}), ...(reason ? { reason } : {}), ...(to && to !== "page" ? { kiosk: to } : {}) }, undefined, { page: to === "page" });
}

/** @param {string} service @param {string} [id] */
const className = (service, id) => (id && id !== "walkin" && id !== "law" ? state?.bodies.find((b) => b.services.some((one) => one.id === service))?.classes.find((c) => c.id === id)?.text ?? "" : "");

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
      <div class="field"><label for="lang">Língua da pessoa</label><select id="lang" value=${lang} onChange=${(/** @type {any} */ e) => { lang = e.target.value; }}><option value="pt">português</option>${Object.entries(tongues).map(([code, name]) => html`<option key=${code} value=${code}>${name}</option>`)}</select></div>
      <div class="field"><label for="slip">Talão</label><select id="slip" value=${slipNow(s)} onChange=${(/** @type {any} */ e) => choose(e.target.value)}><option value="">sem talão: escrevo o número</option>${s.printers.map((p) => html`<option key=${p.id} value=${p.id}>no ${p.name.toLowerCase()}${p.ready ? "" : " (com problema)"}</option>`)}<option value="page">na impressora deste computador</option></select></div></div>
    <${several.Switch} /><${several.View} />
    ${s.printers.some((p) => p.id === slip && !p.ready) && html`<p class="small warn">${s.printers.find((p) => p.id === slip)?.name}: ${s.printers.find((p) => p.id === slip)?.text}</p>`}
    ${s.bodies.map((b) => html`<section key=${b.name}><div class="spread"><h3>${b.name}</h3><${Classes} b=${b} /></div><div class="offer-grid">${b.services.map((one) => html`<${Offered} key=${one.id} s=${s} one=${one} />`)}</div></section>`)}</div></section>`;
}

/** The classes of a body that made its own; the usual ones need no list. @param {{b: State["bodies"][number]}} p */
function Classes({ b }) {
  if (b.classes.every((c) => c.id === "law" || c.id === "walkin")) return null;
  return html`<label class="field inline"><span>Classe</span><select aria-label=${`Classe em ${b.name}`} value=${chosen[b.name] ?? ""} onChange=${(/** @type {any} */ e) => { chosen[b.name] = e.target.value; draw(); }}><option value="">${law ? "prioridade por lei" : "sem preferência"}</option>${b.classes.filter((c) => c.id !== "walkin").map((c) => html`<option key=${c.id} value=${c.id}>${c.text}</option>`)}</select></label>`;
}

/** @param {{s: State, one: import("./ticket.js").Service}} p */
function Offered({ s, one }) {
  const waits = `${one.wait === 1 ? "1 à espera" : `${one.wait} à espera`} · ${one.open === 0 ? "sem balcão aberto" : one.open === 1 ? "1 balcão" : `${one.open} balcões`}`;
  if (several.on) {
    return html`<button class=${"button service" + (one.shut ? " shut" : "")} type="button" disabled=${!s.place.open || !!one.shut || several.full(one.id)} aria-pressed=${several.has(one.id)} onClick=${() => several.pick(one.id)}><span>${one.name}<small>${several.words(one.id) || one.shut || waits}</small></span></button>`;
  }
  const act = () => (one.shut ? d.open("override", { service: one.id }) : give(s, one.id));
  return html`<button class=${"button service" + (one.shut ? " shut" : "")} type="button" disabled=${!s.place.open} aria-busy=${pending === "issue" + one.id} onClick=${act}><span>${one.name}<small>${one.shut ? html`<${Icon} name="lock" /> ${one.shut} · dar na mesma…` : waits}</small></span></button>`;
}

/** Asks why a number is given although the branch gives none. @param {{s: State}} p */
function Override({ s }) {
  const at = d.now;
  if (at?.kind !== "override") return null;
  const one = s.bodies.flatMap((b) => b.services).find((x) => x.id === at.service);
  const submit = (/** @type {SubmitEvent} */ e) => { const reason = d.text(d.form(e), "reason"), service = at.service ?? ""; d.close(); give(s, service, reason); };
  return html`<${d.Frame} title="Dar uma senha na mesma?" submit=${submit}><p><b>${one?.name}</b>: ${one?.shut || "já se dão senhas"}.</p><p class="small">Fica registado que foi dada apesar disso, por quem e porquê. Quem perguntar recebe o motivo.</p><${d.Reasons} of="override" /><${d.Fault} /><${d.Actions} go="Dar a senha" /></${d.Frame}>`;
}

/** What became of the slip of the last number, and what to do about it. @param {{s: State}} p */
function Slip({ s }) {
  const l = /** @type {NonNullable<typeof last>} */ (last), g = s.given.find((x) => x.id === l.visit), to = slipNow(s);
  const kiosk = to && to !== "page" ? s.printers.find((p) => p.id === to) : s.printers[0];
  const byHand = html`<p class="small">Não sai talão: escreva o número num papel, com letra grande, e diga em que zona se espera. A pessoa é chamada no painel como as outras.</p>`;
  /** @param {boolean} again */
  const more = (again) => html`<div class="row">${kiosk && html`<button class="button small" type="button" onClick=${() => press("slip", { visit: l.visit, kiosk: kiosk.id }, undefined, { tk: l.tk })}><${Icon} name="print" />${again ? "Imprimir de novo" : "Imprimir"} no ${kiosk.name.toLowerCase()}</button>`}
    <button class="button small" type="button" onClick=${() => { if (g?.slip === "failed") press("byhand", { visit: l.visit }, undefined, { tk: l.tk }); openSlip(l.visit); }}><${Icon} name="print" />Imprimir aqui</button>
    ${again && html`<button class="button small" type="button" onClick=${() => press("byhand", { visit: l.visit }, undefined, { tk: l.tk })}>Entregar escrita à mão</button>`}</div>`;
  switch (g?.slip) {
    case "printing": return html`<p class="small" role="status"><${Icon} name="print" /> ${upper(g.paper)}…</p>`;
    case "printed": return html`<p class="small" role="status"><${Icon} name="solid-check-circle" /> O talão saiu. Entregue-o à pessoa; é chamada no painel como as outras.</p>`;
    case "failed": return html`<div class="notice watch" role="alert"><${Icon} name="b-watch" /><div><b>${upper(g.paper)}</b>O número fica guardado dois minutos. Imprima de novo, ou entregue-o escrito à mão.</div></div>${more(true)}`;
    case "unknown": return html`<div class="notice watch" role="alert"><${Icon} name="b-watch" /><div><b>${upper(g.paper)}</b>A senha já espera. Veja no quiosque; se não saiu, imprima de novo ou escreva o número.</div></div>${more(true)}`;
    default: return html`${byHand}${g && more(false)}`;
  }
}

/** @param {string} t */
const upper = (t) => (t[0]?.toUpperCase() ?? "") + t.slice(1);

/** @param {{s: State}} p */
function Side({ s }) {
  /** @param {string} title @param {Given[]} list @param {string} none */
  const panel = (title, list, none) => { list = kept(title, list, (g) => String(g.id), ".reception-row > .stack", draw); return html`<section class="panel"><div class="head"><h2>${title}</h2></div>${list.length === 0 ? html`<p class="in quiet">${none}</p>` : html`<ul class="aside in">${list.map((g) => html`<li key=${g.id}><b class="ticket-s">${g.tk}</b><span>${g.svc}${g.then.length > 0 && html`<small>depois ${g.then.join(", depois ")}</small>`}<small>${g.at} · ${g.slip === "printing" || g.slip === "failed" ? g.paper : g.state + (g.slip === "unknown" ? ` · ${g.paper}` : "")}</small>${g.despite && html`<small>dada embora ${g.despite}</small>`}</span><button class="button small" type="button" aria-label=${`Ver a ${g.tk}`} onClick=${() => d.show(g.tk, g.id)}>Ver</button></li>`)}</ul>`}</section>`; };
  return html`<div class="stack">
    <section class="panel given" aria-live="polite"><div class="in">${last ? html`<span class="over">${["printing", "printed"].includes(s.given.find((g) => g.id === last?.visit)?.slip ?? "") ? "Senha dada" : "Diga ou escreva este número"}</span><div class="row"><span class="ticket">${last.tk}</span>${last.law && html`<span class="tag priority"><${Icon} name="b-chevrons" /> Prioritária</span>`}</div>${last.class && html`<span class="tag long"><${Icon} name="tag" /> ${last.class}</span>`}<p class="verdict">${last.svc}${last.then.map((name) => html`<span class="then" key=${name}>depois ${name}</span>`)}</p><${Slip} s=${s} />`
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
  return html`<main class="page reception" id="conteudo"><div class="spread with-callers"><h1>Receção</h1><${Callers} ...${s} press=${press} does="Vá ter com a pessoa." /><p class="quiet">${s.waiting === 1 ? "1 senha à espera" : `${s.waiting} senhas à espera`} na loja</p></div>
    ${!link.live && html`<div class="notice stale" role="status"><${Icon} name="b-stale" /><div><b>A religar, há ${span(link.age)}</b>${link.heard ? `O que vê é das ${asOf(link)}. ` : ""}O que premir é enviado assim que houver ligação.</div></div>`}
    ${!s.place.open && html`<div class="notice locked"><${Icon} name="lock" /><div><b>O dia está fechado</b>Não se tiram senhas.</div></div>`}
    <div class="reception-row"><${Services} s=${s} /><${Side} s=${s} /></div></main><${Undo} /><${d.View} /><${Override} s=${s} />`;
}

function draw() {
  if (undo && performance.now() > undo.until) undo = null;
  render(html`<${App} />`, root);
}

draw();
follow("reception", (s, l) => { state = s; link = l; draw(); });

const left = unanswered();
if (left) press(left.name, left.body, left.key);
