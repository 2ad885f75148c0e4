// @ts-check
/**
 * The clerk's page. One main action in one place, on F2; everything by
 * keyboard; a press counts once and is repeated until it is answered.
 */
import { html, render, Icon } from "look/html.js";
import { span } from "look/stream.js";
import { ageWords, asOf, follow, hour, now, send, timer, unanswered } from "./live.js";

/**
 * @typedef {{id: number, tk: string, svc: string, body: string, class: string, min: number, target: number,
 *   state: string, doubt: boolean, lang: string, slot?: string}} Ticket
 * @typedef {Ticket & {stage: string, issued: number, called: number, lastCall: number, recalled: number,
 *   started: number, usual: number, why: string, waited: string}} Visit
 * @typedef {{seat: string, place: {name: string, day: string, open: boolean},
 *   counter: {id: string, label: string, open: boolean, since: number, free: number},
 *   visit: Visit|null, next: (Ticket & {why: string})|null,
 *   queue: {count: number, longest: number, rows: Ticket[]}, today: {visits: number, median: number},
 *   soldOut: string[], lastCall: string, elsewhere: number}} State
 * @typedef {{name: string, label: string, busy: string, icon: string, body: any}} Action
 */

const root = /** @type {HTMLElement} */ (document.getElementById("app"));

/** How long the main button takes no press after it has come to mean something else. */
const SETTLE_MS = 600;
const UNDO_MS = 10000;
/** How long an answered press stays pressed while the stream has not shown its effect. */
const EFFECT_MS = 1500;

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
/** @type {{ticket: Ticket|null, fault: string}|null} */
let dialog = null;
/** Where the focus was before the dialog. @type {HTMLElement|null} */
let opener = null;
/** The rows that stay while the pointer or the focus is on them. @type {Ticket[]|null} */
let held = null;
let spoken = "";

/** What F2 does now. @param {State} s @returns {Action} */
function main(s) {
  const visit = s.visit;
  if (!s.counter.open) return { name: "open", label: "Abrir balcão", busy: "A abrir…", icon: "unlock", body: {} };
  if (!visit) return { name: "call", label: "Chamar seguinte", busy: "A chamar…", icon: "mega-phone", body: {} };
  if (visit.stage === "called") return { name: "start", label: "Chegou", busy: "A registar…", icon: "user-check", body: { visit: visit.id } };
  return { name: "finish", label: "Terminar", busy: "A terminar…", icon: "check", body: { visit: visit.id } };
}

/**
 * The other buttons, with their keys.
 * @param {State} s @returns {{key: string, label: string, short?: string, act: () => void, name?: string, busy?: string}[]}
 */
function others(s) {
  const visit = s.visit;
  if (!s.counter.open) return [];
  if (!visit) {
    return [
      { key: "F8", label: "Prioridade…", short: "Prioridade", act: () => openDialog(null) },
      { key: "F9", label: "Fechar balcão", act: () => press("close", {}), name: "close", busy: "A fechar…" },
    ];
  }
  if (visit.stage !== "called") return [];
  return [
    { key: "F4", label: "Chamar de novo", act: () => press("recall", { visit: visit.id }), name: "recall", busy: "A chamar…" },
    { key: "F9", label: "Não compareceu", act: () => press("noshow", { visit: visit.id }), name: "noshow", busy: "A registar…" },
  ];
}

function pressMain() {
  if (!state || performance.now() - changedAt < SETTLE_MS) return;
  const a = main(state);
  press(a.name, a.body);
}

/** @param {string} name @param {any} body @param {string} [key] */
async function press(name, body, key) {
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
    remember(name, body, answer.data);
    // The button stays pressed until what it did is on the screen.
    const until = performance.now() + EFFECT_MS;
    while (seen < (answer.data.seq ?? 0) && performance.now() < until) await new Promise((done) => setTimeout(done, 30));
  } else {
    problem = { text: answer.data?.message ?? "O pedido não foi aceite.", next: answer.data?.next ?? "" };
  }
  if (pending === mine) pending = null;
  draw();
}

/** What can be taken back within ten seconds. @param {string} name @param {any} body @param {any} data */
function remember(name, body, data) {
  undo = null;
  const until = performance.now() + UNDO_MS;
  if (name === "priority" && data.seq) {
    undo = { text: `${data.tk}: prioridade ${body.granted ? "dada" : "retirada"}.`, until, press: { name, body: { visit: body.visit, granted: !body.granted } } };
  } else if (name === "close") {
    undo = { text: "Balcão fechado.", until, press: { name: "open", body: {} } };
  }
}

function takeBack() {
  if (!undo || pending) return;
  const { name, body } = undo.press;
  undo = null;
  press(name, body).then(() => { undo = null; draw(); });
}

/** @param {Ticket|null} ticket */
function openDialog(ticket) {
  opener = document.activeElement instanceof HTMLElement ? document.activeElement : null;
  dialog = { ticket, fault: "" };
  draw();
}
function closeDialog() {
  dialog = null;
  draw();
  if (opener?.isConnected) opener.focus();
}

document.addEventListener("keydown", (e) => {
  if (!state || state.seat !== "yours") return;
  const undoKey = e.ctrlKey && !e.altKey && e.key.toLowerCase() === "z" && !(e.target instanceof HTMLInputElement);
  if (undoKey && undo) { e.preventDefault(); takeBack(); return; }
  if (e.ctrlKey || e.metaKey || e.shiftKey) return;
  if (e.altKey) {
    if (e.code === "KeyQ" && state.visit) { e.preventDefault(); location.assign(whyLink(state.visit)); }
    return;
  }
  const other = others(state).find((o) => o.key === e.key);
  if (e.key !== "F2" && !other) return;
  e.preventDefault();
  if (e.repeat || dialog) return; // a key held down is one press
  if (e.key === "F2") pressMain(); else other?.act();
});

/** @param {Ticket} t */
const whyLink = (t) => `/porque/${t.tk}?visita=${t.id}`;

/** @param {{t: Ticket}} p */
function ClassTag({ t }) {
  if (t.class === "law") return html`<span class="tag priority"><${Icon} name="b-chevrons" /> Prioritária</span>`;
  if (t.class === "long") return html`<span class="tag long"><${Icon} name="b-hourglass" /> Espera longa</span>`;
  if (t.class === "booked") return html`<span class="tag booking"><${Icon} name="clock" /> Marcação ${t.slot}</span>`;
  return html`<span class="tag walk-in"><${Icon} name="b-walk-in" /> Sem marcação</span>`;
}

/** @type {Record<string, [string, string]>} */
const stateWords = { ok: ["b-ok", "dentro"], watch: ["b-watch", "quase"], out: ["b-out", "passou"] };
/** @param {{of: string}} p */
function StateWord({ of }) {
  const w = stateWords[of];
  return w ? html`<span class=${"state " + of}><${Icon} name=${w[0]} /> ${w[1]}</span>` : html`<span class="state">sem objetivo</span>`;
}

/** @param {{t: Ticket}} p */
function Doubt({ t }) {
  return t.doubt && html`<span class="doubt"><${Icon} name="print" /> talão por confirmar</span>`;
}

/** @type {Record<string, string>} */
const tongues = { en: "inglês", es: "espanhol", fr: "francês", uk: "ucraniano" };
/** @param {{t: Ticket}} p */
function Tongue({ t }) { return t.lang && html` <span class="small quiet nowrap">pediu em ${tongues[t.lang] ?? t.lang}</span>`; }

/** Wait against target, on the same axis for all rows. @param {{t: Ticket}} p */
function Meter({ t }) {
  const at = (/** @type {number} */ m) => Math.min(128, t.target ? 52 * m / t.target : 128 * m / 60);
  return html`<svg class=${"meter " + t.state} viewBox="0 0 128 16" role="img" aria-label=${t.target ? `${t.min} de ${t.target} minutos` : `${t.min} minutos`}>
    <path class="axis" d="M0 8h128" /><path class="wait" d=${`M0 8h${at(t.min)}`} />${t.target > 0 && html`<path class="target" d="M52 1v14" />`}</svg>`;
}

/** Time in service against the usual one. @param {{v: Visit}} p */
function Limit({ v }) {
  if (!v.usual) return null;
  const full = v.usual * 2 * 60000, done = Math.min(1, (now() - v.started) / full) * 386;
  return html`<svg class="limit" viewBox="0 0 386 16" preserveAspectRatio="none" height="16" aria-hidden="true">
    <rect class="ground" y="4" width="386" height="8" rx="4" /><rect class="done" y="4" width=${Math.max(0, done)} height="8" rx="4" /><path class="target" d="M193 0v16" /></svg>
    <div class="limit-words"><span></span><span>habitual ${v.usual} min</span><span></span></div>`;
}

/** The ticket in the hand, or the next one: always the same height. @param {{s: State}} p */
function Who({ s }) {
  const v = s.visit;
  if (!s.counter.open) {
    return html`<div class="who"><h2>Este balcão está fechado</h2><p class="rest">${s.counter.since ? `Desde as ${hour(s.counter.since)}. ` : ""}Enquanto estiver fechado, ninguém é chamado para aqui.</p></div>`;
  }
  if (v) {
    return html`<div class="who"><span class="over">${v.stage === "called" ? (v.recalled ? `Chamada ${v.recalled + 1} vezes, a última às ${hour(v.lastCall, true)}` : "A vir para este balcão") : "No balcão"}</span>
      <div class="row"><span class="ticket">${v.tk}</span><${ClassTag} t=${v} /></div>
      <p class="verdict">${v.svc}<${Tongue} t=${v} /></p>
      ${v.stage === "serving" ? html`<${Limit} v=${v} />` : html`<p class="because">Esperou <b>${v.waited}</b>. <${Doubt} t=${v} /></p>`}</div>`;
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
  if (!v) return { icon: "b-free", word: "Livre", kind: "free", since: Math.max(s.counter.free, s.counter.since), note: "sem chamar" };
  if (v.stage === "called") return { icon: "b-arrow", word: "Em chamada", kind: "call", since: v.lastCall, note: `desde as ${hour(v.lastCall)}` };
  return { icon: "b-busy", word: "Em atendimento", kind: "busy", since: v.started, note: `desde as ${hour(v.started)}` };
}

/** @param {{s: State}} p */
function Hand({ s }) {
  const a = main(s), st = stage(s), busy = pending?.name === a.name;
  const v = s.visit;
  return html`<section class="panel hand" aria-label="Este balcão">
    <div class="now-head"><h1 class=${"state " + st.kind}><${Icon} name=${st.icon} /> ${st.word}</h1>
      ${st.since > 0 && html`<div class="timer" role="timer"><b>${timer(now() - st.since)}</b><span>${st.note}</span></div>`}</div>
    <${Who} s=${s} />
    <div class="act">
      <button class="button main" id="main" type="button" aria-busy=${busy} onClick=${pressMain} aria-keyshortcuts="F2"><${Icon} name=${a.icon} /><span>${busy ? a.busy : a.label}</span><kbd>F2</kbd></button>
      <div class="two">${others(s).map((o) => html`<button key=${o.key} class="button" type="button" aria-busy=${!!o.name && pending?.name === o.name} aria-keyshortcuts=${o.key} onClick=${o.act}><span>${o.name && pending?.name === o.name ? o.busy : o.label}</span><kbd>${o.key}</kbd></button>`)}${v?.stage === "serving" && html`<p>Esperou <b>${v.waited}</b> <${StateWord} of=${v.state} /></p>`}</div>
    </div>
    ${pending && performance.now() - pending.since > 1500 && html`<div class="notice stale" role="status"><${Icon} name="b-stale" /><div><b>Ainda sem resposta</b>Não é preciso premir outra vez. O pedido repete-se sozinho e só conta uma vez.</div></div>`}
    ${problem && html`<div class="notice refused" role="alert"><${Icon} name="b-busy" /><div><b>${problem.text}</b>${problem.next}</div></div>`}
    ${!s.place.open && html`<div class="notice locked"><${Icon} name="lock" /><div><b>O dia está fechado</b>Não se tiram senhas. Quem já espera ainda pode ser chamado.</div></div>`}
    <div class="tail">${v && html`<h2 class="minor">Porque foi chamada</h2><p>${v.why}</p><p class="small"><a href=${whyLink(v)}>Ver a explicação completa</a> <span class="chord"><kbd>Alt</kbd>+<kbd>Q</kbd></span></p>`}
      <div class="today"><span><b>${s.today.visits}</b> ${s.today.visits === 1 ? "visita" : "visitas"} hoje</span>${s.today.visits > 0 && html`<span>mediana <b>${s.today.median || "menos de 1"}</b> min</span>`}</div></div>
  </section>`;
}

/** @param {{s: State}} p */
function Steps({ s }) {
  const v = s.visit;
  if (!v) return null;
  /** @type {{name: string, at: string, kind: string}[]} */
  const steps = [
    { name: v.doubt ? "Senha tirada, talão por confirmar" : "Senha tirada", at: hour(v.issued, true), kind: "done" },
    { name: v.recalled ? `Chamada ${v.recalled + 1} vezes` : "Chamada", at: hour(v.called, true), kind: "done" },
  ];
  if (v.stage === "serving") steps.push({ name: "Chegou ao balcão", at: hour(v.started, true), kind: "done" }, { name: "Em atendimento", at: "", kind: "now" });
  else steps.push({ name: "A vir para o balcão", at: "", kind: "now" });
  return html`<section class="panel visit-steps" aria-label="Esta visita"><div class="head"><h2>Esta visita</h2><span class="note">${v.tk} · ${v.body}</span></div>
    <ul class="steps">${steps.map((p) => html`<li key=${p.name} class=${p.kind}><${Icon} name=${p.kind === "done" ? "solid-check-circle" : "b-step"} /><span>${p.name}<small>${p.at}</small></span></li>`)}</ul></section>`;
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
    ${rows.length === 0 ? html`<div class="empty nobody"><p class="quiet">Quando alguém tirar senha para este balcão, aparece aqui.</p></div>` : html`<div class="scroll" tabindex="0" role="region" aria-label="Lista das que esperam"><table class="table">
      <thead><tr><th class="num order" scope="col">Ordem</th><th scope="col">Senha</th><th scope="col">Serviço</th><th scope="col">Classe</th><th class="num" scope="col">Espera</th><th class="bar" scope="col">até ao objetivo</th><th scope="col">Estado</th><th scope="col" class="do"><span class="sr-only">Prioridade</span></th></tr></thead>
      <tbody onPointerEnter=${hold} onPointerLeave=${release} onFocusIn=${hold} onFocusOut=${release}>${rows.map((t, i) => html`<tr key=${t.id} class=${i === 0 && !s.visit && s.counter.open ? "chosen" : ""}>
        <td class="num quiet order">${i + 1}.ª</td><th scope="row" class="ticket-s tk-cell">${t.tk}</th>
        <td class="svc" title=${t.svc}>${t.svc} <span class="small quiet">${t.body}</span><span class="notes"><${Doubt} t=${t} /><${Tongue} t=${t} /></span></td><td class="class"><${ClassTag} t=${t} /></td>
        <td class="num wait"><b>${t.min}</b><span class="unit">min</span></td><td class="bar"><${Meter} t=${t} /></td><td class="st"><${StateWord} of=${t.state} /></td>
        <td class="do"><button class="more" type="button" aria-label=${`Prioridade da ${t.tk}`} title="Prioridade…" onClick=${() => openDialog(t)}><${Icon} name="more-horizontal" /></button></td></tr>`)}</tbody></table></div>`}
    <div class="foot"><${Icon} name="b-busy" />${s.queue.count > rows.length ? html`<span>E mais <b>${s.queue.count - rows.length}</b> depois destas.</span>` : ""}
      <span>${s.elsewhere === 0 ? "Ninguém espera noutras filas." : html`${s.elsewhere === 1 ? "Espera mais" : "Esperam mais"} <b>${s.elsewhere}</b> ${s.elsewhere === 1 ? "senha" : "senhas"} noutras filas, que este balcão não atende.`}</span>
      ${s.soldOut.length > 0 && html`<span class="soldout"><${Icon} name="b-watch" />Esgotadas hoje: ${s.soldOut.join(", ")}.</span>`}</div>
  </section>`;
}

/** Grants or withdraws priority by law. No ground is asked for. @param {{s: State}} p */
function Priority({ s }) {
  if (!dialog) return null;
  const d = dialog, t = d.ticket;
  /** @param {SubmitEvent} e */
  const submit = (e) => {
    e.preventDefault();
    let chosen = t;
    if (!chosen) {
      const typed = String(new FormData(/** @type {HTMLFormElement} */ (e.target)).get("tk") ?? "").toUpperCase().replace(/\s/g, "");
      chosen = s.queue.rows.find((r) => r.tk === typed) ?? null;
      if (!chosen) { dialog = { ticket: null, fault: typed ? `A ${typed} não espera por este balcão.` : "Escreva o número da senha, por exemplo A027." }; draw(); return; }
      dialog = { ticket: chosen, fault: "" }; draw(); return;
    }
    closeDialog();
    press("priority", { visit: chosen.id, granted: chosen.class !== "law" });
  };
  return html`<dialog class="dialog" ref=${show} aria-labelledby="dialog-title" onClose=${closeDialog}><form onSubmit=${submit}>
    ${t ? html`<h2 id="dialog-title">${t.class === "law" ? `Retirar a prioridade à ${t.tk}?` : `Dar prioridade à ${t.tk}?`}</h2>
      <p>${t.svc}. ${t.class === "law" ? "Volta à ordem de chegada, com a hora a que tirou a senha." : "Passa à frente das que não têm prioridade por lei, e fica por ordem de chegada entre as que têm."}</p><p class="small quiet">O motivo não se pergunta nem se guarda.</p>`
    : html`<h2 id="dialog-title">Prioridade por lei</h2><p class="small quiet">Para dar ou retirar prioridade a quem está à espera. O motivo não se pergunta nem se guarda.</p>
      <div class="field"><label for="tk">Número da senha</label><input id="tk" name="tk" autocomplete="off" autocapitalize="characters" spellcheck=${false} aria-invalid=${!!d.fault} aria-describedby=${d.fault ? "tk-fault" : undefined} />${d.fault && html`<span class="error" id="tk-fault" role="alert">${d.fault}</span>`}</div>`}
    <div class="actions"><button class="button primary" type="submit">${t ? (t.class === "law" ? "Retirar prioridade" : "Dar prioridade") : "Continuar"}</button><button class="button" type="button" onClick=${closeDialog}>Cancelar <kbd>Esc</kbd></button></div>
  </form></dialog>`;
}

/** @param {HTMLDialogElement|null} el */
function show(el) { if (el && !el.open) el.showModal(); }

/** @param {{s: State}} p */
function Keys({ s }) {
  return html`<footer class="keybar"><span><kbd>F2</kbd>${main(s).label}</span>${others(s).map((o) => html`<span key=${o.key}><kbd>${o.key}</kbd>${o.short ?? o.label}</span>`)}
    ${s.visit && html`<span><span class="chord"><kbd>Alt</kbd>+<kbd>Q</kbd></span>Porque foi chamada</span>`}${undo && html`<span><span class="chord"><kbd>Ctrl</kbd>+<kbd>Z</kbd></span>Desfazer</span>`}
    <span class="right"><a href="/balcao/escolher">Trocar de balcão</a><form method="post" action="/sair"><button class="plain">Sair</button></form></span></footer>`;
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
  return html`<main class="seat" id="conteudo"><${Hand} s=${s} /><div class=${"doing" + (s.visit ? "" : " alone")}><${Steps} s=${s} /><${Waiting} s=${s} /></div></main>
    <${Keys} s=${s} /><${Undo} /><${Priority} s=${s} /><div class="sr-only" role="status">${words}</div>`;
}

/** Said once for each change, to those who hear the page. @param {State} s */
function spokenState(s) {
  const v = s.visit;
  spoken = !s.counter.open ? "Balcão fechado" : !v ? "Balcão livre" : v.stage === "called" ? `${v.tk} chamada${v.recalled ? " de novo" : ""}, ${v.svc}` : `${v.tk} em atendimento`;
  return spoken;
}

function draw() {
  if (undo && performance.now() > undo.until) undo = null;
  render(html`<${App} />`, root);
}

draw();
follow("counter&counter=" + encodeURIComponent(root.dataset.counter ?? ""), (s, l, seq) => {
  state = s; link = l; seen = Math.max(seen, seq);
  if (s.seat === "yours") {
    const a = main(s), m = a.name + "/" + (a.body.visit ?? "");
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
