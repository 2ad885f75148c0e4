// @ts-check
/**
 * What is delivered in a visit: the subject it came for, once, unless the
 * clerk says otherwise. It is kept until the visit ends, also when the page is
 * loaded anew.
 */
import { html, Icon } from "look/html.js";

/**
 * @typedef {{svc: string, n: number, outcome: string}} Act
 * @typedef {import("./counter.js").Visit} Visit
 * @typedef {ReturnType<typeof import("./ticket.js").dialogs>} Dialogs
 */

/** A visit of several services has acts for each. @type {{visit: number, svc: string, list: Act[]}} */
let now = { visit: 0, svc: "", list: [] };
const kept = "balcao-acts";

/** The acts of a visit, as the clerk left them. @param {Visit} v */
function of(v) {
  if (now.visit !== v.id || now.svc !== v.svcId) {
    now = { visit: v.id, svc: v.svcId, list: [{ svc: v.svcId, n: 1, outcome: "done" }] };
    try {
      const old = JSON.parse(sessionStorage.getItem(kept) ?? "null");
      if (old?.visit === v.id && Array.isArray(old.list) && old.svc === v.svcId) now.list = old.list;
    } catch { /* private window */ }
  }
  return now.list;
}

function keep() {
  try { sessionStorage.setItem(kept, JSON.stringify(now)); } catch { /* private window */ }
}

/** What goes with the end of a visit. @param {Visit|null} v */
export const delivered = (v) => (v ? of(v).filter((a) => a.n > 0) : []);

/** @param {{v: Visit, d: Dialogs, draw: () => void, press: (name: string, body: any) => void}} p */
export function Acts({ v, d, draw, press }) {
  const list = of(v), all = d.known?.bodies ?? [];
  const names = new Map(all.flatMap((b) => b.services.map((s) => /** @type {[string, string]} */ ([s.id, s.name]))));
  const total = list.reduce((n, a) => n + a.n, 0);
  const set = (/** @type {Act} */ a, /** @type {number} */ n) => { a.n = Math.min(999, Math.max(0, n)); keep(); draw(); };
  const add = (/** @type {any} */ e) => {
    const svc = e.target.value;
    if (!svc) return;
    const there = list.find((a) => a.svc === svc);
    if (there) there.n++; else list.push({ svc, n: 1, outcome: "done" });
    e.target.value = "";
    keep(); draw();
  };
  return html`<section class="panel acts" aria-labelledby="acts"><div class="head"><h2 id="acts">Atos praticados</h2><span class="note">${total === 0 ? "nenhum nesta visita" : `${total} nesta visita`}</span></div>
    <ul>${list.map((a) => {
      const name = names.get(a.svc) ?? (a.svc === v.svcId ? v.svc : a.svc);
      return html`<li key=${a.svc}><span>${name}<select aria-label=${`Resultado de ${name}`} value=${a.outcome} disabled=${a.n === 0} onChange=${(/** @type {any} */ e) => { a.outcome = e.target.value; keep(); }}>${(d.known?.reasons.outcome ?? [{ code: "done", text: "Concluído" }]).map((o) => html`<option key=${o.code} value=${o.code} selected=${o.code === a.outcome}>${o.text}</option>`)}</select></span>
        <span class="stepper" role="group" aria-label=${`Quantos: ${name}`}><button type="button" aria-label="Menos um" onClick=${() => set(a, a.n - 1)}>−</button><output>${a.n}</output><button type="button" aria-label="Mais um" onClick=${() => set(a, a.n + 1)}>+</button></span></li>`;
    })}</ul>
    <div class="add"><label for="act"><${Icon} name="plus" /> Acrescentar ato <span class="chord"><kbd>Alt</kbd>+<kbd>A</kbd></span></label><select id="act" onChange=${add}><option value="">Escolher…</option>${all.map((b) => html`<optgroup key=${b.name} label=${b.name}>${b.services.map((s) => html`<option key=${s.id} value=${s.id}>${s.name}</option>`)}</optgroup>`)}</select></div>
    <label class="check"><input type="checkbox" checked=${v.inaccurate} onChange=${(/** @type {any} */ e) => press("inaccurate", { visit: v.id, inaccurate: e.target.checked })} /><span>Esta visita não conta para os tempos<small>por exemplo, senha chamada por engano</small></span></label>
  </section>`;
}
