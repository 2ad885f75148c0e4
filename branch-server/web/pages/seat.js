// @ts-check
/**
 * The dialogs of the clerk's own page: what to do with the citizen at the
 * counter, breaks, how to work, the end of the day.
 */
import { html, Icon } from "look/html.js";
import { span } from "look/stream.js";
import { hour, now as clockNow } from "./live.js";
import { prefer } from "./ticket.js";

/**
 * @typedef {import("./counter.js").State} State
 * @typedef {import("./ticket.js").Ticket} Ticket
 * @typedef {ReturnType<typeof import("./ticket.js").dialogs>} Dialogs
 */

/** @param {{d: Dialogs, s: State, delivered: () => any, draw: () => void}} p */
export function SeatDialog({ d, s, delivered, draw }) {
  const at = d.now, v = s.visit;
  if (!at) return null;
  switch (at.kind) {
    case "forward": return v && html`<${Forward} d=${d} s=${s} delivered=${delivered} draw=${draw} />`;
    case "hold": return v && html`<${d.Frame} title=${`Reter a ${v.tk}`} submit=${(/** @type {SubmitEvent} */ e) => d.send("hold", { visit: v.id, reason: d.text(d.form(e), "reason") }, { tk: v.tk })}>
      <p>O balcão fica livre para chamar outra. Este balcão ou outro retoma-a depois; o tempo retida não conta como atendimento.</p><${d.Reasons} of="hold" /><${d.Fault} /><${d.Actions} go="Reter" /></${d.Frame}>`;
    case "postpone": return v && html`<${d.Frame} title=${`A pessoa da ${v.tk} volta hoje`} submit=${(/** @type {SubmitEvent} */ e) => d.send("postpone", { visit: v.id, service: d.text(d.form(e), "service"), delivered: delivered() }, { tk: v.tk })}>
      <p>Por exemplo, para levantar um documento. Guarda o mesmo número; quando voltar, diga «Já voltou» e fica à espera a contar desse momento.</p>
      <${d.Services} id="back" label="Volta para" chosen=${v.svcId} /><${d.Fault} /><${d.Actions} go="Fica de voltar" /></${d.Frame}>`;
    case "cancelled": return v && html`<${d.Frame} title=${`Anular a ${v.tk}?`} submit=${(/** @type {SubmitEvent} */ e) => d.send("cancel", { visit: v.id, reason: d.text(d.form(e), "reason") }, { tk: v.tk })}>
      <p>Se a pessoa só não veio, prefira «Não compareceu». Pode desfazer logo a seguir.</p><${d.Reasons} of="cancel" /><${d.Actions} go="Anular a senha" /></${d.Frame}>`;
    case "wrong": return v && html`<${d.Frame} title=${`A ${v.tk} é para outro assunto`} submit=${(/** @type {SubmitEvent} */ e) => d.send("transfer", { visit: v.id, service: d.text(d.form(e), "service") }, { tk: v.tk, from: v.svcId })}>
      <p>Fica com o mesmo número e com a hora a que chegou, e espera no assunto certo.</p><${d.Services} id="to" label="Assunto certo" not=${v.svcId} /><${d.NoCounter} of=${at.service} /><${d.Actions} go="Mudar assunto" /></${d.Frame}>`;
    case "more": return v && html`<${d.Frame} title=${`Mais um assunto na ${v.tk}`} submit=${(/** @type {SubmitEvent} */ e) => d.send("add-service", { visit: v.id, service: d.text(d.form(e), "service") }, { tk: v.tk })}>
      <p>Trata-se depois deste, com o mesmo número: aqui, se este balcão o atende, ou noutro, com a hora da primeira chegada.</p><${d.Services} id="to" label="Assunto" not=${v.svcId} /><${d.NoCounter} of=${at.service} /><${d.Fault} /><${d.Actions} go="Juntar" /></${d.Frame}>`;
    case "walk": return html`<${d.Frame} title="Atender sem senha" submit=${(/** @type {SubmitEvent} */ e) => { const f = d.form(e); const cls = d.text(f, "class"); d.send("walk", { service: d.text(f, "service"), granted: f.has("law"), ...(cls ? { class: cls } : {}) }); }}>
      <p>Para quem já está ao balcão e não tirou senha. Fica registado com um número, mas não há chamada no painel. Espera quem tem senha: use só quando a loja o permite.</p>
      <${d.Services} id="what" label="Assunto" only=${at.data?.mine} free=${true} /><label class="check"><input type="checkbox" name="law" /><span>Com prioridade por lei</span></label><${WalkClass} d=${d} /><${d.Actions} go="Começar a atender" /></${d.Frame}>`;
    case "break": return html`<${Break} d=${d} s=${s} />`;
    case "aside": return html`<${Aside} d=${d} s=${s} />`;
    case "profile": return html`<${Profile} d=${d} s=${s} draw=${draw} />`;
    case "day": return html`<${DayEnd} d=${d} s=${s} />`;
    default: return null;
  }
}

/** The classes that the body of the chosen service made, for whoever may give them. @param {{d: Dialogs}} p */
function WalkClass({ d }) {
  const data = d.now?.data, mine = data?.mine ?? [];
  const service = d.now?.service ?? data?.bodies.flatMap((b) => b.services).find((one) => mine.includes(one.id) && !one.no)?.id;
  const own = data?.bodies.find((b) => b.services.some((one) => one.id === service))?.classes.filter((c) => c.id !== "law" && c.id !== "walkin") ?? [];
  if (!data?.choose || own.length === 0) return null;
  return html`<div class="field"><label for="class">Classe da entidade</label><select id="class" name="class"><option value="">nenhuma em especial</option>${own.map((c) => html`<option key=${c.id} value=${c.id}>${c.text}</option>`)}</select></div>`;
}

/** @param {{d: Dialogs, s: State, delivered: () => any, draw: () => void}} p */
function Forward({ d, s, delivered, draw }) {
  const v = /** @type {NonNullable<State["visit"]>} */ (s.visit), at = /** @type {NonNullable<Dialogs["now"]>} */ (d.now);
  const submit = (/** @type {SubmitEvent} */ e) => {
    const f = d.form(e), place = d.text(f, "place");
    d.send("forward", { visit: v.id, service: d.text(f, "service"), place, minutes: place === "after" ? Number(d.text(f, "minutes")) || 0 : 0, delivered: delivered() }, { tk: v.tk });
  };
  const place = at.place ?? "";
  const pick = (/** @type {any} */ e) => { at.place = e.target.value; draw(); };
  const all = at.data?.bodies.flatMap((b) => b.services).filter((one) => one.id !== v.svcId) ?? [];
  return html`<${d.Frame} title=${`Encaminhar a ${v.tk}`} submit=${submit} wide=${true}>
    <p class="small quiet">O que fez aqui fica registado. A pessoa guarda o número e a letra do talão.</p>
    <${d.Services} id="to" label="Para" not=${v.svcId} />
    <fieldset class="reasons"><legend>Lugar na fila</legend>
      <label class="check"><input type="radio" name="place" value="" checked=${place === ""} onChange=${pick} /><span>Por ordem de chegada<small>conta a hora a que tirou a senha</small></span></label>
      <label class="check"><input type="radio" name="place" value="front" checked=${place === "front"} onChange=${pick} /><span>À frente<small>a seguir às prioritárias por lei</small></span></label>
      <label class="check"><input type="radio" name="place" value="after" checked=${place === "after"} onChange=${pick} /><span>Só depois de alguns minutos<small>por ordem de chegada, mas não antes</small></span></label>
      ${place === "after" && html`<div class="field short"><label for="minutes">Minutos</label><input id="minutes" name="minutes" type="number" min="1" max="480" step="1" required defaultValue="15" /></div>`}
    </fieldset><${d.NoCounter} of=${at.service ?? all[0]?.id} /><${d.Fault} /><${d.Actions} go="Encaminhar" /></${d.Frame}>`;
}

/** @param {{d: Dialogs, s: State}} p */
function Break({ d, s }) {
  const list = d.now?.data?.reasons.break ?? [];
  /** @param {string} title @param {boolean} planned */
  const part = (title, planned) => html`<fieldset class="reasons"><legend>${title}</legend>${list.filter((r) => !!r.planned === planned).map((r, i) => html`<label class="check" key=${r.code}><input type="radio" name="reason" value=${r.code} defaultChecked=${planned && i === 0} autofocus=${planned && i === 0} /><span>${r.text}</span></label>`)}</fieldset>`;
  return html`<${d.Frame} title="Pausa" wide=${true} submit=${(/** @type {SubmitEvent} */ e) => d.send("break", { reason: d.text(d.form(e), "reason") })}>
    <p>${s.visit ? `Começa quando a ${s.visit.tk} terminar.` : "Enquanto durar, ninguém é chamado para este balcão."}</p><div class="halves">${part("Prevista", true)}${part("Imprevista", false)}</div>
    <${d.Fault} /><div class="actions"><button class="button primary" type="submit">Começar a pausa</button>${!s.visit && html`<button class="button" type="button" onClick=${() => d.send("close", {})}>Fechar o balcão</button>`}<button class="button" type="button" onClick=${d.close}>Cancelar <kbd>Esc</kbd></button></div></${d.Frame}>`;
}

/** @type {Record<string, [string, string, string]>} */
const kinds = { held: ["Retidas", "resume", "Retomar"], missed: ["Não compareceram ou foram anuladas", "revive", "Repor"], back: ["Ficaram de voltar hoje", "return", "Já voltou"] };

/** @param {{d: Dialogs, s: State}} p */
function Aside({ d, s }) {
  return html`<${d.Frame} title="Senhas à parte" wide=${true}>
    ${s.aside.length === 0 && html`<p class="quiet">Nenhuma. Aparecem aqui as retidas, as que faltaram há pouco e ainda podem ser repostas, e as que ficaram de voltar hoje.</p>`}
    ${Object.entries(kinds).map(([kind, [title]]) => {
      const list = s.aside.filter((a) => a.kind === kind);
      return list.length > 0 && html`<section key=${kind}><h3 class="minor">${title}</h3><ul class="aside">${list.map((a) => html`<${Put} key=${a.id} a=${a} s=${s} d=${d} press=${d.send} />`)}</ul></section>`;
    })}<${d.Actions} /></${d.Frame}>`;
}

/** One ticket that is set aside, with the way back. @param {{a: State["aside"][number], s: State, d: Dialogs, press: (name: string, body: any, told?: any) => void}} p */
export function Put({ a, s, press }) {
  const [, name, label] = /** @type {[string, string, string]} */ (kinds[a.kind]);
  const busy = a.kind === "held" && (!!s.visit || !s.counter.open || (!!s.counter.break && !s.counter.breakDue));
  const words = [a.reason, `há ${span(clockNow() - a.since)}`, a.mine ? "" : a.where, a.until ? `até às ${hour(a.until)}` : ""].filter(Boolean).join(" · ");
  return html`<li><b class="ticket-s">${a.tk}</b><span>${a.svc}<small>${words}</small></span><button class="button small" type="button" disabled=${busy} title=${busy ? "Quando o balcão estiver livre" : undefined} onClick=${() => press(name, { visit: a.id }, { tk: a.tk })}>${label}</button></li>`;
}

/** @param {{d: Dialogs, s: State, draw: () => void}} p */
function Profile({ d, s, draw }) {
  const at = /** @type {NonNullable<Dialogs["now"]>} */ (d.now);
  const names = new Map(at.data?.bodies.flatMap((b) => b.services.map((one) => /** @type {[string, string]} */ ([one.id, `${one.name} · ${b.name}`]))) ?? []);
  const mine = at.data?.mine ?? [], chosen = s.counter.skills;
  const submit = async (/** @type {SubmitEvent} */ e) => {
    const f = d.form(e), skills = f.getAll("skill").map(String);
    if (skills.length === 0) { at.fault = "Escolha pelo menos um serviço."; draw(); return; }
    d.close();
    await prefer({ auto: f.has("auto"), skills: skills.length === mine.length ? [] : skills });
  };
  return html`<${d.Frame} title="O meu perfil neste balcão" submit=${submit} wide=${true}>
    <fieldset class="reasons"><legend>Serviços que atendo agora</legend>${mine.map((id, i) => html`<label class="check" key=${id}><input type="checkbox" name="skill" value=${id} autofocus=${i === 0} defaultChecked=${chosen.length === 0 || chosen.includes(id)} /><span>${names.get(id) ?? id}</span></label>`)}</fieldset>
    <fieldset class="reasons"><legend>Chamada</legend><label class="check"><input type="checkbox" name="auto" defaultChecked=${s.auto} /><span>Chamar a seguinte sozinho<small>cinco segundos depois de ficar livre; Esc adia</small></span></label></fieldset>
    <${d.Fault} /><${d.Actions} go="Guardar" /></${d.Frame}>`;
}

/** @param {{d: Dialogs, s: State}} p */
function DayEnd({ d, s }) {
  const held = s.aside.filter((a) => a.kind === "held" && a.mine);
  return html`<dialog class="dialog" ref=${(/** @type {HTMLDialogElement|null} */ el) => { if (el && !el.open) el.showModal(); }} aria-labelledby="dialog-title" onKeyDown=${d.escape} onClose=${d.close}><h2 id="dialog-title">Terminar o seu dia</h2>
    <p>Neste balcão, hoje: <b>${s.today.visits}</b> ${s.today.visits === 1 ? "visita" : "visitas"}, <b>${s.today.acts}</b> ${s.today.acts === 1 ? "ato" : "atos"}${s.today.visits ? html`, mediana <b>${s.today.median || "menos de 1"}</b> min` : ""}.</p>
    ${held.length > 0 && html`<div class="notice watch"><${Icon} name="b-watch" /><div><b>${held.length === 1 ? "Tem uma senha retida" : `Tem ${held.length} senhas retidas`}</b>${held.map((h) => h.tk).join(", ")}. Outro balcão pode retomá-${held.length === 1 ? "la" : "las"}.</div></div>`}
    ${s.visit ? html`<div class="notice refused"><${Icon} name="b-busy" /><div><b>Ainda está com a ${s.visit.tk}</b>Termine-a primeiro.</div></div><div class="actions"><button class="button" type="button" onClick=${d.close}>Voltar <kbd>Esc</kbd></button></div>`
    : html`<form method="post" action="/sair" class="actions"><button class="button primary" autofocus>Fechar o balcão e sair</button><button class="button" type="button" onClick=${d.close}>Cancelar <kbd>Esc</kbd></button></form>`}</dialog>`;
}
