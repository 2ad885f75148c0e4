// @ts-check
/**
 * A ticket as staff see it anywhere: its class, its state, and the dialogs in
 * which somebody finds it and does something to it. The server says what may
 * be done; a page only asks for the choice and the reason.
 */
import { html, Icon } from "look/html.js";
import { command } from "look/command.js";

/**
 * @typedef {{id: number, tk: string, svc: string, svcId: string, body: string, group: string, class: string, slot?: string, told?: string,
 *   min: number, target: number, state: string, doubt: boolean, lang: string, nth?: number, of?: number}} Ticket
 * @typedef {{id: string, name: string, body: string, here: boolean}} Then
 * @typedef {Ticket & {words: string, since: string, counter: string, can: string[], no: string, then: Then[]}} Found
 * @typedef {{code: string, text: string, planned?: boolean}} Reason
 * @typedef {{id: string, name: string, group: string, open: number, wait: number, no: string, shut: string}} Service
 * @typedef {{bodies: {name: string, classes: {id: string, text: string}[], services: Service[]}[], reasons: Record<string, Reason[]>, mine: string[],
 *   choose: boolean, issue: boolean, counters: number}} Choices
 * @typedef {(name: string, body: any, told?: any) => void} Press
 */

/** @param {{t: Ticket}} p */
export function ClassTag({ t }) {
  if (t.class === "law") return html`<span class="tag priority"><${Icon} name="b-chevrons" /> Prioritária</span>`;
  if (t.class === "booked") return html`<span class="tag booking"><${Icon} name="clock" /> Marcação <b>${t.slot}</b></span>`;
  if (t.class === "long") return html`<span class="tag long"><${Icon} name="b-hourglass" /> Espera longa</span>`;
  return html`<span class="tag walk-in"><${Icon} name="b-walk-in" /> Sem marcação</span>`;
}

/** @type {Record<string, [string, string]>} */
const stateWords = { ok: ["b-ok", "dentro"], watch: ["b-watch", "quase"], out: ["b-out", "passou"] };
/** @param {{of: string}} p */
export function StateWord({ of }) {
  const w = stateWords[of];
  return w ? html`<span class=${"state " + of}><${Icon} name=${w[0]} /> ${w[1]}</span>` : html`<span class="state">sem objetivo</span>`;
}

/** @param {{t: Ticket}} p */
export function Doubt({ t }) {
  return t.doubt && html`<span class="doubt"><${Icon} name="print" /> talão por confirmar</span>`;
}

/** Which of several services of a visit. @param {{t: Ticket}} p */
export function Nth({ t }) { return t.of ? html` <span class="small quiet nowrap">${t.nth}.º de ${t.of} assuntos</span>` : null; }

/** @type {Record<string, string>} */
export const tongues = { en: "inglês", es: "espanhol", fr: "francês", uk: "ucraniano" };
/** @param {{t: Ticket}} p */
export function Tongue({ t }) { return t.lang && html` <span class="small quiet nowrap">pediu em ${tongues[t.lang] ?? t.lang}</span>`; }

/** What dialogs choose from; asked for again each time, as services open and close. @returns {Promise<Choices>} */
export async function choices() {
  const r = await fetch("/api/escolhas", { headers: { Accept: "application/json" }, cache: "no-store" });
  if (!r.ok) throw new Error(String(r.status));
  return r.json();
}

/** Today's tickets under a number. @param {string} number @returns {Promise<Found[]>} */
export async function find(number) {
  const r = await fetch("/api/senhas/" + encodeURIComponent(number), { headers: { Accept: "application/json" }, cache: "no-store" });
  if (!r.ok) throw new Error(String(r.status));
  return (await r.json()).tickets;
}

/** How a clerk wants to work. @param {{auto: boolean, skills: string[]}} wanted */
export const prefer = (wanted) => command("/balcao/preferencias", wanted);

/**
 * What a choice in a dialog is called, asks for and sends.
 * @typedef {{kind: string, ticket?: Found|null, all?: Found[], fault?: string, busy?: boolean, service?: string, place?: string,
 *   visit?: Ticket|null, opener: HTMLElement|null, data: Choices|null}} Dialog
 */

/** @type {Record<string, {label: string, title: (t: Found) => string, list?: string, only?: string[], send: string, icon: string, text?: string}>} */
const acts = {
  choose: { label: "Chamar esta…", title: (t) => `Chamar a ${t.tk} fora da ordem?`, list: "chosen", send: "choose", icon: "mega-phone", text: "O motivo fica registado com a chamada, e quem perguntar porquê recebe-o." },
  grant: { label: "Dar prioridade…", title: (t) => `Dar prioridade à ${t.tk}?`, list: "priority", only: ["asked", "missed"], send: "priority", icon: "b-chevrons", text: "Passa à frente das que não têm prioridade por lei. A condição da pessoa não se pergunta nem se guarda." },
  withdraw: { label: "Retirar prioridade…", title: (t) => `Retirar a prioridade à ${t.tk}?`, list: "priority", only: ["mistake", "given_up"], send: "priority", icon: "b-chevrons", text: "Volta à ordem de chegada, com a hora a que tirou a senha." },
  transfer: { label: "Mudar de assunto…", title: (t) => `Mudar o assunto da ${t.tk}`, send: "transfer", icon: "arrow-right", text: "Fica com o mesmo número e com a hora a que chegou." },
  cancel: { label: "Anular…", title: (t) => `Anular a ${t.tk}?`, list: "cancel", send: "cancel", icon: "x", text: "Pode desfazer logo a seguir." },
  more: { label: "Mais um assunto…", title: (t) => `Mais um assunto na ${t.tk}`, send: "add-service", icon: "plus", text: "Trata-se depois dos outros, com o mesmo número e a hora da primeira chegada." },
  less: { label: "Tirar um assunto…", title: (t) => `Tirar um assunto à ${t.tk}`, send: "drop-service", icon: "x", text: "A senha continua para os outros." },
  resume: { label: "Retomar aqui", title: () => "", send: "resume", icon: "refresh-ccw" },
  revive: { label: "Repor na fila", title: () => "", send: "revive", icon: "refresh-ccw" },
  return: { label: "Já voltou", title: () => "", send: "return", icon: "user-check" },
};

/** What asks for a service, instead of a reason. */
const chooses = new Set(["transfer", "more", "less"]);

/**
 * The dialogs of a page. press sends a command; draw paints the page again.
 * @param {{press: Press, draw: () => void}} page
 */
export function dialogs({ press, draw }) {
  /** @type {Dialog|null} */
  let now = null;
  /** The last answer: a dialog opens whole at once, and is brought up to date a moment later. @type {Choices|null} */
  let known = null;
  choices().then((c) => { known = c; }, () => { /* asked again when a dialog opens */ });

  /** @param {string} kind @param {Partial<Dialog>} [with_] */
  async function open(kind, with_ = {}) {
    const active = document.activeElement;
    /** @type {Dialog} */
    const mine = now = { kind, opener: now?.opener ?? (active instanceof HTMLElement ? active : null), data: known, ...with_ };
    draw();
    try { mine.data = known = await choices(); } catch { if (!mine.data) mine.fault = "A loja não respondeu. Feche e tente de novo."; }
    if (now === mine) draw();
  }

  function close() {
    const back = now?.opener;
    now = null;
    draw();
    if (back?.isConnected) back.focus(); else document.getElementById("main")?.focus();
  }

  /** @param {string} name @param {any} body @param {any} [told] */
  function send(name, body, told) { close(); press(name, body, told); }

  /** Opens the ticket with a number; with an id, that one of several bodies. @param {string} number @param {number} [id] */
  async function show(number, id) {
    const tk = number.toUpperCase().replace(/\s/g, "");
    if (!tk) { await open("find", { fault: "Escreva o número da senha, por exemplo A027." }); return; }
    let all;
    try { all = await find(tk); } catch { await open("find", { fault: "A loja não respondeu. Tente de novo." }); return; }
    if (all.length === 0) { await open("find", { fault: `A ${tk} não é uma senha de hoje.` }); return; }
    const one = all.find((t) => t.id === id) ?? (all.length === 1 ? all[0] : null);
    await open("ticket", { ticket: one, all });
  }

  /** @param {string} name @param {Found} t */
  function act(name, t) {
    const a = /** @type {typeof acts[string]} */ (acts[name]);
    if (!a.list && !chooses.has(name)) { send(a.send, { visit: t.id }, { tk: t.tk }); return; }
    open(name, { ticket: t });
  }

  /** @param {SubmitEvent} e */
  const form = (e) => { e.preventDefault(); return new FormData(/** @type {HTMLFormElement} */ (e.target)); };
  const text = (/** @type {FormData} */ f, /** @type {string} */ name) => String(f.get(name) ?? "");

  /** @param {HTMLDialogElement|null} el */
  const modal = (el) => { if (el && !el.open) el.showModal(); };
  /** The browser tells of a dialog it closed only a moment later, and a key pressed in that moment would be lost.
   * @param {KeyboardEvent} e */
  const escape = (e) => { if (e.key === "Escape") { e.preventDefault(); e.stopPropagation(); close(); } };
  /** @param {{title: string, children?: any, submit?: (e: SubmitEvent) => void, wide?: boolean}} p */
  const Frame = (p) => html`<dialog class=${"dialog" + (p.wide ? " wide" : "")} ref=${modal} aria-labelledby="dialog-title" onKeyDown=${escape} onClose=${close}>
    <form onSubmit=${p.submit ?? ((/** @type {Event} */ e) => e.preventDefault())}><h2 id="dialog-title">${p.title}</h2>${p.children}</form></dialog>`;
  const Fault = () => now?.fault ? html`<p class="error" id="fault" role="alert">${now.fault}</p>` : null;
  /** @param {{go?: string}} p */
  const Actions = ({ go }) => html`<div class="actions">${go && html`<button class="button primary" type="submit">${go}</button>`}<button class="button" type="button" onClick=${close}>${go ? "Cancelar" : "Fechar"} <kbd>Esc</kbd></button></div>`;

  /** @param {{of: string, only?: string[]}} p */
  const Reasons = ({ of, only }) => {
    const list = (now?.data?.reasons[of] ?? []).filter((r) => !only || only.includes(r.code));
    return html`<fieldset class="reasons"><legend>Motivo</legend>${list.map((r, i) => html`<label class="check" key=${r.code}><input type="radio" name="reason" value=${r.code} defaultChecked=${i === 0} autofocus=${i === 0} /><span>${r.text}</span></label>`)}</fieldset>`;
  };

  /** @param {{id: string, label: string, not?: string, only?: string[], free?: boolean, chosen?: string}} p */
  const Services = ({ id, label, not, only, free, chosen }) => {
    const bodies = (now?.data?.bodies ?? []).map((b) => ({ name: b.name, services: b.services.filter((s) => s.id !== not && (!only || only.includes(s.id))) })).filter((b) => b.services.length > 0);
    return html`<div class="field"><label for=${id}>${label}</label><select id=${id} name="service" required autofocus onKeyDown=${(/** @type {any} */ e) => { if (e.key === "Enter") { e.preventDefault(); e.target.form.requestSubmit(); } }} onChange=${(/** @type {any} */ e) => { if (now) { now.service = e.target.value; draw(); } }}>
      ${bodies.map((b) => html`<optgroup key=${b.name} label=${b.name}>${b.services.map((s) => html`<option key=${s.id} value=${s.id} selected=${s.id === chosen} disabled=${free && !!s.no}>${s.name}${free && s.no ? ` (${s.no})` : s.wait ? ` · ${s.wait} à espera` : ""}</option>`)}</optgroup>`)}</select></div>`;
  };
  /** @param {{of?: string}} p */
  const NoCounter = ({ of }) => {
    const all = now?.data?.bodies.flatMap((b) => b.services) ?? [];
    const s = all.find((one) => one.id === of);
    return s && s.open === 0 ? html`<div class="notice watch"><${Icon} name="b-watch" /><div><b>Nenhum balcão aberto atende isto agora</b>A pessoa fica à espera até um abrir.</div></div>` : null;
  };

  function Find() {
    return html`<${Frame} title="Procurar senha" submit=${(/** @type {SubmitEvent} */ e) => show(text(form(e), "tk"))}>
      <p class="small quiet">Para ver o que é feito de uma senha de hoje, chamá-la, dar-lhe prioridade, mudar-lhe o assunto, repô-la ou anulá-la.</p>
      <div class="field"><label for="tk">Número da senha</label><input id="tk" name="tk" autofocus autocomplete="off" autocapitalize="characters" spellcheck=${false} maxlength="12" aria-invalid=${!!now?.fault} aria-describedby=${now?.fault ? "fault" : undefined} /></div>
      <${Fault} /><${Actions} go="Continuar" /></${Frame}>`;
  }

  function Shown() {
    const d = /** @type {Dialog} */ (now), t = d.ticket, all = d.all ?? [];
    if (!t) {
      return html`<${Frame} title=${`Há ${all.length} senhas ${all[0]?.tk ?? ""}`}><p class="small quiet">A mesma letra serve várias entidades. Qual é?</p>
        <div class="stack">${all.map((one) => html`<button key=${one.id} class="button" type="button" onClick=${() => { d.ticket = one; draw(); }}>${one.body} · ${one.svc}</button>`)}</div><${Actions} /></${Frame}>`;
    }
    const can = t.can.filter((c) => acts[c]);
    return html`<${Frame} title=${`Senha ${t.tk}`}>
      <p class="verdict">${t.svc} <span class="small quiet">${t.body}</span><${Nth} t=${t} /></p>
      ${t.then.length > 0 && html`<p class="small">Depois: ${t.then.map((n) => n.name).join(", depois ")}.</p>`}
      <p class="row"><${ClassTag} t=${t} /><span>${t.words[0]?.toUpperCase()}${t.words.slice(1)}${t.counter ? `, ${t.counter}` : ""}, desde as ${t.since}.</span></p>
      ${t.no && html`<p class="small">${t.no}</p>`}
      ${can.length > 0 ? html`<div class="acts-grid">${can.map((c, i) => { const a = /** @type {typeof acts[string]} */ (acts[c]); return html`<button key=${c} class="button" type="button" autofocus=${i === 0} onClick=${() => act(c, t)}><${Icon} name=${a.icon} />${a.label}</button>`; })}</div>` : html`<p class="small quiet">Não há nada a fazer com esta senha a partir daqui.</p>`}
      <p class="small"><a href=${`/porque/${t.tk}?visita=${t.id}`}>Ver o que lhe aconteceu</a></p><${Actions} /></${Frame}>`;
  }

  function Act() {
    const d = /** @type {Dialog} */ (now), t = /** @type {Found} */ (d.ticket), a = /** @type {typeof acts[string]} */ (acts[d.kind]);
    const submit = (/** @type {SubmitEvent} */ e) => {
      const f = form(e);
      const body = { visit: t.id, ...(a.list ? { reason: text(f, "reason") } : { service: text(f, "service") }), ...(d.kind === "grant" || d.kind === "withdraw" ? { granted: d.kind === "grant" } : {}) };
      send(a.send, body, { tk: t.tk, from: t.svcId });
    };
    return html`<${Frame} title=${a.title(t)} submit=${submit}><p>${t.svc}. ${a.text}</p>
      ${a.list ? html`<${Reasons} of=${a.list} only=${a.only} />` : html`<${Services} id="to" label=${d.kind === "transfer" ? "Assunto certo" : "Assunto"} not=${t.svcId} only=${d.kind === "less" ? t.then.map((n) => n.id) : undefined} /><${NoCounter} of=${d.kind === "less" ? undefined : d.service} />`}
      <${Fault} /><${Actions} go=${{ choose: "Chamar", grant: "Dar prioridade", withdraw: "Retirar prioridade", transfer: "Mudar assunto", cancel: "Anular a senha", more: "Juntar", less: "Tirar" }[d.kind]} /></${Frame}>`;
  }

  /** The dialogs that act on what is open; null if none of them is. */
  function View() {
    if (!now) return null;
    if (now.kind === "find") return html`<${Find} />`;
    if (now.kind === "ticket") return html`<${Shown} />`;
    if (acts[now.kind] && now.ticket) return html`<${Act} />`;
    return null;
  }

  return { get known() { return known; }, open, close, show, send, View, Frame, Fault, escape, Actions, Reasons, Services, NoCounter, form, text, get now() { return now; } };
}
