// @ts-check
/**
 * Who needs somebody: a colleague's silent alarm, a wish at a kiosk. It stands
 * where room is kept for it, so that nothing on the page moves when it comes.
 */
import { html, Icon } from "look/html.js";
import { span } from "look/stream.js";
import { now } from "./live.js";

/**
 * The one that waits longest, alarms before wishes, and how many more there are.
 * @param {{alarms: {counter: string, label: string, since: number}[], wishes?: {kiosk: string, text: string, since: number}[], press: (name: string, body: any) => void, does: string}} p
 * does: what to do about a wish
 */
export function Callers({ alarms, wishes = [], press, does }) {
  const one = [...alarms].sort((a, b) => a.since - b.since)[0], wish = [...wishes].sort((a, b) => a.since - b.since)[0];
  const more = alarms.length + wishes.length - 1, rest = more > 0 && html` <span class="more-callers">e mais ${more === 1 ? "um pedido" : `${more} pedidos`}</span>`;
  if (one) {
    return html`<div class="callers" role="status"><${Icon} name="b-watch" /><div><b>O ${one.label} precisa de alguém</b> <span class="how">Sem dar nas vistas, há ${span(now() - one.since)}.</span>${rest}</div>
      <button class="button small" type="button" onClick=${() => press("answer-alarm", { of: one.counter })}>Vou lá</button></div>`;
  }
  if (wish) return html`<div class="callers" role="status"><${Icon} name="help-support" /><div><b>${wish.kiosk}: ${wish.text}</b> <span class="how">Há ${span(now() - wish.since)}. ${does}</span>${rest}</div></div>`;
  return null;
}
