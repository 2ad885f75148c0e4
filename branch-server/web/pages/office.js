// @ts-check
/**
 * What the coordination does from the live page: end or move a visit, move a
 * queue, suspend a service, give a counter other services, close it. Each asks
 * for a reason, and what can be taken back offers that for ten seconds.
 */
import { html, Icon } from "look/html.js";
import { command, newKey } from "look/command.js";
import { own } from "look/steady.js";
import { now, timer } from "./live.js";

/**
 * @typedef {{code: string, text: string}} Reason
 * @typedef {{action: string, wish: any}} Back
 * @typedef {{name: string, title: string, text: string, wish: any, does: string, done: string, to?: boolean, skills?: boolean}} Step
 */

/** @type {{kind: "queue" | "counter", id: string, step: Step | null, problem: string} | null} */
let open = null;
/** @type {{text: string, until: number, back: Back} | null} */
let undo = null;
/** @type {string} */
let said = "";
let busy = false;
let draw = () => {};

/** @param {() => void} redraw */
export function office(redraw) { draw = redraw; }

/** Opens what an alert points to: queue:ID, counter:ID or alarm:ID. @param {string} at */
export function look(at) {
  const [kind, ...rest] = at.split(":"), id = rest.join(":");
  if (kind === "alarm") { send("answer", { counter: id, reason: "going" }, "Alerta respondido"); return; }
  if (kind === "queue" || kind === "counter") { open = { kind, id, step: null, problem: "" }; draw(); }
}

function close() { open = null; draw(); }

/**
 * Sends one press under one key until it is answered.
 * @param {string} action @param {any} wish @param {string} done
 */
async function send(action, wish, done) {
  if (busy) return;
  busy = true; draw();
  const key = newKey();
  try {
    const answer = await command("/coordenacao/" + action, wish, { key });
    if (answer.status === 401) { location.assign("/entrar?para=/coordenacao"); return; }
    const d = answer.data;
    if (!answer.ok || !d.ok) {
      const text = [d.message, d.next].filter(Boolean).join(" ") || "O pedido não foi aceite.";
      if (open) open.problem = text; else { said = text; undo = null; }
      return;
    }
    open = null; said = done;
    own();
    undo = d.undo ? { text: done, until: performance.now() + 10000, back: d.undo } : null;
  } finally {
    busy = false; draw();
  }
}

function takeBack() {
  const back = undo?.back;
  undo = null;
  if (back) send(back.action, back.wish, "Desfeito");
}

/** @param {Step} step */
function ask(step) { if (open) { open.step = step; open.problem = ""; draw(); } }

/** @param {HTMLDialogElement | null} el */
function show(el) { if (el && !el.open) el.showModal(); }

/** The name of a service with its letter. @param {any} s @param {string} id */
const service = (s, id) => { const x = s.services.find((/** @type {any} */ one) => one.id === id); return x ? `${x.letter} · ${x.name}` : id; };

/** @param {{s: any}} p */
export function Office({ s }) {
  const o = open;
  const body = !o ? null : o.step ? html`<${Ask} s=${s} step=${o.step} />` : o.kind === "queue" ? html`<${QueueMenu} s=${s} id=${o.id} />` : html`<${CounterMenu} s=${s} id=${o.id} />`;
  const left = undo ? Math.ceil((undo.until - performance.now()) / 1000) : 0;
  if (undo && left <= 0) undo = null;
  return html`${o && html`<dialog key="office" class="dialog office" ref=${show} aria-labelledby="office-title" onClose=${close}>${body}</dialog>`}
    ${undo && html`<div class="toast undo" role="status"><${Icon} name="check" /><span>${undo.text}</span><button class="button" type="button" onClick=${takeBack}>Desfazer</button><span aria-hidden="true">${left} s</span></div>`}
    <div class="sr-only" role="status">${said}</div>`;
}

/** @param {{s: any, id: string}} p */
function QueueMenu({ s, id }) {
  const q = s.queues.find((/** @type {any} */ x) => x.id === id);
  if (!q) return html`<h2 id="office-title">Esta fila já não existe</h2><div class="actions"><button class="button" type="button" onClick=${close}>Fechar</button></div>`;
  const marks = [...q.marks].sort((a, b) => b.min - a.min);
  const lines = s.services.filter((/** @type {any} */ x) => q.services.includes(x.id));
  return html`<h2 id="office-title">${q.letter} · ${q.name}</h2><p class="small quiet">${q.body} · ${q.waiting === 0 ? "ninguém à espera" : `${q.waiting} à espera`} · ${q.open} de ${q.serving} balcões abertos</p>
    ${marks.length > 0 && html`<div class="list" tabindex="0" role="region" aria-label="Senhas à espera"><table class="table"><caption class="sr-only">Senhas à espera</caption><thead><tr><th scope="col">Senha</th><th scope="col" class="num">Espera</th><th scope="col"><span class="sr-only">O que fazer</span></th></tr></thead><tbody>
      ${marks.map((m) => html`<tr key=${m.id}><th scope="row" class="ticket-s"><a class="tk" href=${`/porque/${m.tk}?visita=${m.id}`}>${m.tk}</a></th><td class="num">${m.min}<span class="unit">min</span></td>
        <td class="do"><button class="button small" type="button" onClick=${() => ask(moveOne(m.id, m.tk))}>Mudar de serviço…</button> <button class="button small danger-quiet" type="button" onClick=${() => ask(endOne(m.id, m.tk, false))}>Anular…</button></td></tr>`)}</tbody></table></div>`}
    <ul class="lines">${lines.map((/** @type {any} */ x) => html`<li key=${x.id}><span><b>${x.name}</b> <span class="quiet small">${x.suspended ? "sem dar senhas" : "a dar senhas"}</span></span>
      <span class="row"><button class="button small" type="button" onClick=${() => ask(x.suspended ? reopen(x) : suspend(x))}>${x.suspended ? "Reabrir…" : "Suspender…"}</button>
      ${x.waiting > 0 && html`<button class="button small" type="button" onClick=${() => ask(moveAll(x))}>Passar a fila…</button>`}</span></li>`)}</ul>
    ${problem()}<div class="actions"><button class="button" type="button" onClick=${close}>Fechar <kbd>Esc</kbd></button></div>`;
}

/** @param {{s: any, id: string}} p */
function CounterMenu({ s, id }) {
  const c = s.counters.find((/** @type {any} */ x) => x.id === id);
  if (!c) return html`<h2 id="office-title">Este balcão já não existe</h2><div class="actions"><button class="button" type="button" onClick=${close}>Fechar</button></div>`;
  const state = { free: "livre", call: "em chamada", busy: "a atender", long: "a atender há muito", pause: `em pausa: ${c.pause}`, closed: "fechado" }[/** @type {string} */ (c.state)];
  const serving = c.state === "busy" || c.state === "long";
  return html`<h2 id="office-title">${c.label}</h2>
    <p>${c.tk ? html`<b class="ticket-s">${c.tk}</b> · ` : ""}${state}${c.since > 0 ? ` há ${timer(now() - c.since)}` : ""}</p>
    <p class="small quiet">${c.who ? `Quem lá está assina como ${c.who}` : "Ninguém com sessão neste balcão"}${c.changed ? " · serve outros serviços hoje" : ""}</p>
    <p class="small quiet">Serve ${[...c.own.map((/** @type {string} */ x) => service(s, x)), ...c.helps.map((/** @type {string} */ x) => service(s, x) + " (ajuda)")].join("; ")}.</p>
    <div class="choices-list">
      ${c.visit > 0 && html`<a class="button" href=${`/porque/${c.tk}?visita=${c.visit}`}>Porque foi chamada a ${c.tk}</a>`}
      ${c.visit > 0 && html`<button class="button" type="button" onClick=${() => ask(endOne(c.visit, c.tk, serving))}>${serving ? `Terminar a ${c.tk}…` : `Anular a ${c.tk}…`}</button>`}
      ${c.visit > 0 && !serving && html`<button class="button" type="button" onClick=${() => ask(moveOne(c.visit, c.tk))}>Mudar a ${c.tk} de serviço…</button>`}
      <button class="button" type="button" onClick=${() => ask(skills(c))}>Serviços de hoje…</button>
      ${c.state !== "closed" && html`<button class="button" type="button" onClick=${() => ask(shut(c))}>Fechar o balcão…</button>`}
    </div>${problem()}<div class="actions"><button class="button" type="button" onClick=${close}>Fechar <kbd>Esc</kbd></button></div>`;
}

const problem = () => open?.problem && html`<div class="notice refused" role="alert"><${Icon} name="b-watch" /><div>${open.problem}</div></div>`;

/** @param {number} visit @param {string} tk @param {boolean} serving @returns {Step} */
const endOne = (visit, tk, serving) => serving
  ? { name: "end", title: `Terminar a ${tk}?`, text: "Fica como atendida e o balcão fica livre. Os tempos desta visita ficam fora dos números. Não se pode desfazer.", wish: { visit }, does: "Terminar", done: `${tk} terminada` }
  : { name: "end", title: `Anular a ${tk}?`, text: "Sai da fila sem ser atendida. Pode ser reposta com a hora a que chegou.", wish: { visit }, does: "Anular", done: `${tk} anulada` };
/** @param {number} visit @param {string} tk @returns {Step} */
const moveOne = (visit, tk) => ({ name: "transfer", title: `Mudar a ${tk} de serviço`, text: "Mantém o número e a hora a que chegou.", wish: { visit }, does: "Mudar", done: `${tk} mudou de serviço`, to: true });
/** @param {any} x @returns {Step} */
const moveAll = (x) => ({ name: "move", title: `Passar a fila ${x.letter} · ${x.name}`, text: `${x.waiting === 1 ? "1 senha passa" : `${x.waiting} senhas passam`} para outro serviço, com o número e a hora a que chegaram. Não se desfaz de uma vez: cada senha pode ser mudada de volta.`, wish: { svc: x.id }, does: "Passar a fila", done: "Fila passada", to: true });
/** @param {any} x @returns {Step} */
const suspend = (x) => ({ name: "suspend", title: `Suspender ${x.name}?`, text: "Os quiosques deixam de dar senhas para este serviço e dizem-no. Quem já espera é atendido.", wish: { svc: x.id }, does: "Suspender", done: `${x.name} suspenso` });
/** @param {any} x @returns {Step} */
const reopen = (x) => ({ name: "reopen", title: `Reabrir ${x.name}?`, text: "Os quiosques voltam a dar senhas para este serviço.", wish: { svc: x.id }, does: "Reabrir", done: `${x.name} reaberto` });
/** @param {any} c @returns {Step} */
const shut = (c) => ({ name: "close", title: `Fechar o ${c.label}?`, text: c.tk ? `Tem a ${c.tk}: termine-a primeiro.` : "Deixa de receber senhas. Quem lá trabalha pode abri-lo de novo.", wish: { counter: c.id }, does: "Fechar o balcão", done: `${c.label} fechado` });
/** @param {any} c @returns {Step} */
const skills = (c) => ({ name: "skills", title: `Serviços de hoje do ${c.label}`, text: "Vale até ao fim do dia. «Próprio» é chamado primeiro; «ajuda» só quando a espera cresce.", wish: { counter: c.id }, does: "Guardar", done: `${c.label} com outros serviços`, skills: true });

/** Asks for the reason, and what else is needed. @param {{s: any, step: Step}} p */
function Ask({ s, step }) {
  const c = step.skills ? s.counters.find((/** @type {any} */ x) => x.id === step.wish.counter) : null;
  const back = () => { if (open) { open.step = null; open.problem = ""; draw(); } };
  /** @param {SubmitEvent} e */
  const submit = (e) => {
    e.preventDefault();
    const f = new FormData(/** @type {HTMLFormElement} */ (e.target));
    const wish = { ...step.wish, reason: String(f.get("reason") ?? "") };
    const miss = (/** @type {string} */ text) => { if (open) { open.problem = text; draw(); } };
    if (step.to) {
      wish.to = String(f.get("to") ?? "");
      if (!wish.to) return miss("Escolha o serviço.");
    }
    if (step.skills && /** @type {HTMLButtonElement|null} */ (e.submitter)?.value !== "usual") {
      wish.own = s.services.filter((/** @type {any} */ x) => f.get("s-" + x.id) === "own").map((/** @type {any} */ x) => x.id);
      wish.helps = s.services.filter((/** @type {any} */ x) => f.get("s-" + x.id) === "helps").map((/** @type {any} */ x) => x.id);
      if (wish.own.length + wish.helps.length === 0) return miss("Escolha pelo menos um serviço.");
    }
    if (!wish.reason) return miss("Escolha o motivo.");
    send(step.name, wish, step.done);
  };
  return html`<form onSubmit=${submit}><h2 id="office-title">${step.title}</h2><p class="small">${step.text}</p>
    ${step.to && html`<div class="field"><label for="to">Para que serviço</label><select id="to" name="to"><option value="">escolha…</option>${s.services.filter((/** @type {any} */ x) => x.id !== step.wish.svc).map((/** @type {any} */ x) => html`<option value=${x.id}>${x.letter} · ${x.name} · ${x.body}</option>`)}</select></div>`}
    ${c && html`<div class="list" tabindex="0" role="region" aria-label="Serviços do balcão"><table class="table skills"><caption class="sr-only">Serviços do balcão</caption><thead><tr><th scope="col">Serviço</th><th scope="col">Próprio</th><th scope="col">Ajuda</th><th scope="col">Não</th></tr></thead><tbody>
      ${s.services.map((/** @type {any} */ x) => { const has = c.own.includes(x.id) ? "own" : c.helps.includes(x.id) ? "helps" : "no"; return html`<tr key=${x.id}><th scope="row">${x.letter} · ${x.name}</th>${[["own", "próprio"], ["helps", "ajuda"], ["no", "não"]].map(([v, word]) => html`<td><label class="pick"><input type="radio" name=${"s-" + x.id} value=${v} defaultChecked=${has === v} /><span class="sr-only">${x.name}: ${word}</span></label></td>`)}</tr>`; })}</tbody></table></div>`}
    <fieldset class="reasons"><legend>Motivo</legend>${(s.reasons[step.name] ?? []).map((/** @type {Reason} */ r) => html`<label class="check"><input type="radio" name="reason" value=${r.code} /> ${r.text}</label>`)}</fieldset>
    ${problem()}
    <div class="actions"><button class="button primary" aria-busy=${busy} value="do">${step.does}</button>${c?.changed && html`<button class="button" value="usual">Voltar aos de sempre</button>`}<button class="button" type="button" onClick=${back}>Voltar</button></div></form>`;
}
