// @ts-check
/**
 * What a visit of several services is still to go on to, with the way to add
 * one and to take one away.
 */
import { html, Icon } from "look/html.js";

/**
 * @typedef {import("./counter.js").Visit} Visit
 * @typedef {ReturnType<typeof import("./ticket.js").dialogs>} Dialogs
 */

/** @param {{v: Visit, d: Dialogs, press: (name: string, body: any) => void}} p */
export function Ahead({ v, d, press }) {
  if (!v.more && v.then.length === 0) return null;
  return html`<div class="ahead"><div class="spread">${v.then.length > 0 ? html`<h3 class="minor" id="ahead">A seguir</h3>` : html`<span />`}
      ${v.more && html`<button class="button small" type="button" aria-keyshortcuts="Alt+M" onClick=${() => d.open("more")}><${Icon} name="plus" />Mais um assunto… <span class="chord"><kbd>Alt</kbd>+<kbd>M</kbd></span></button>`}</div>
    ${v.then.length > 0 && html`<ol aria-labelledby="ahead">${v.then.map((s) => html`<li key=${s.id}><span>${s.name}<small>${s.here ? "este balcão atende" : `${s.body}, noutro balcão`}</small></span>
      <button class="button small" type="button" aria-label=${`Tirar ${s.name} desta visita`} onClick=${() => press("drop-service", { visit: v.id, service: s.id })}><${Icon} name="x" />Tirar</button></li>`)}</ol>`}</div>`;
}
