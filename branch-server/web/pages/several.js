// @ts-check
/**
 * Several services for one ticket, gathered at reception: each press chooses
 * one or takes it back, in the order in which they will be served.
 */
import { html } from "look/html.js";

/** As many as a visit takes. */
const most = 5;

/**
 * @param {{give: (services: string[]) => void, name: (id: string) => string, busy: () => boolean, draw: () => void}} page
 */
export function gathering({ give, name, busy, draw }) {
  let on = false;
  /** @type {string[]} */
  let list = [];

  /** Whether services are gathered now, and what they are. */
  const Switch = () => html`<label class="check"><input type="checkbox" checked=${on} onChange=${(/** @type {any} */ e) => { on = e.target.checked; list = []; draw(); }} /><span>Vários assuntos na mesma senha<small>um número, um balcão de cada vez</small></span></label>`;

  function View() {
    if (!on) return null;
    return html`<div class="gathered" role="status">${list.length === 0 ? html`<p>Prima os assuntos pela ordem em que se tratam. O número é um só.</p>`
      : html`<p>${list.map((id, i) => html`<span key=${id}>${i > 0 ? ", depois " : ""}<b>${name(id)}</b></span>`)}${list.length === most ? ". É o máximo de uma visita." : "."}</p>`}
      <button class="button primary" type="button" disabled=${list.length < 2} aria-busy=${busy()} onClick=${() => give(list)}>${list.length < 2 ? "Escolha pelo menos dois" : `Tirar senha com ${list.length} assuntos`}</button></div>`;
  }

  return {
    get on() { return on; },
    /** @param {string} id */
    has: (id) => list.includes(id),
    /** Whether one more cannot be chosen. @param {string} id */
    full: (id) => list.length === most && !list.includes(id),
    /** @param {string} id */
    pick(id) {
      list = list.includes(id) ? list.filter((one) => one !== id) : [...list, id].slice(0, most);
      draw();
    },
    /** What stands on a chosen one. @param {string} id */
    words: (id) => (list.includes(id) ? `${list.indexOf(id) + 1}.º assunto` : ""),
    clear() { on = false; list = []; },
    Switch, View,
  };
}
