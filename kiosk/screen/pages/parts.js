// @ts-check
/**
 * What the touch face is made of: each part draws a piece of the View that package flow describes (kiosk/flow/view.go).
 * The page of all components, /gallery/componentes, draws the same parts.
 */
import { h, html, Icon, useEffect, useLayoutEffect, useRef, useState } from "look/html.js";
import { rare } from "./rarely.js";

/** @typedef {{action?: string, arg?: string}} Touchable */
/** @typedef {(what: Touchable, e: Event) => void} Tap */

/** What the program calls something that can be chosen: see kiosk/flow/ear_stops.go. @param {any} what */
export const stop = (what) => what.action ? `${what.action} ${what.arg ?? ""}`.trim() : `- ${what.title ?? what.label}`;

/** Words needed when the program is not there to say them, by language. @type {Record<string, {again: string, moment: string, sub: string, unknown: string}>} */
const away = JSON.parse(/** @type {HTMLElement} */ (document.querySelector("[data-words]")).dataset.words ?? "{}");
export const say = (/** @type {string} */ lang) => away[lang] ?? away.pt;

/** @type {Set<HTMLElement>} */
const fitted = new Set();
let fitting = false;

/** Fits all at once, before the next frame: asking each alone would lay the page out once for each. */
function fitSoon() {
  if (fitting) return;
  fitting = true;
  queueMicrotask(() => {
    fitting = false;
    for (const el of fitted) if (el.style.fontSize) el.style.fontSize = "";
    const long = [...fitted].map((el) => ({ el, need: el.scrollWidth, room: el.clientWidth })).filter((l) => l.need > l.room + 1);
    const sizes = long.map((l) => parseFloat(getComputedStyle(l.el).fontSize));
    for (const [i, l] of long.entries()) l.el.style.fontSize = `${Math.floor(sizes[i] * l.room / l.need)}px`;
  });
}
addEventListener("resize", fitSoon);
document.fonts.addEventListener("loadingdone", fitSoon);

/** Text that fills its box: the size of the sheet, or smaller when it is long. */
export function Fit(/** @type {any} */ p) {
  const ref = useRef(/** @type {HTMLElement|null} */ (null));
  useLayoutEffect(fitSoon);
  useLayoutEffect(() => {
    const el = /** @type {HTMLElement} */ (ref.current);
    fitted.add(el);
    return () => { fitted.delete(el); };
  }, []);
  return h(p.as ?? "div", { class: "fit " + (p.class ?? ""), ref }, p.children);
}

/** Kept: to make one costs a slow kiosk more than all else of a clock. @type {Record<string, Intl.DateTimeFormat>} */
const formats = {};
const inWords = (/** @type {number|Date} */ t, /** @type {string} */ locale, /** @type {string} */ zone, /** @type {Intl.DateTimeFormatOptions} */ o) =>
  (formats[locale + zone + JSON.stringify(o)] ??= new Intl.DateTimeFormat(locale, { ...o, timeZone: zone || undefined })).format(t);
/** @type {Intl.DateTimeFormatOptions} */
const minutes = { hour: "2-digit", minute: "2-digit" };

export function Clock(/** @type {any} */ { locale, zone, offset, short }) {
  const now = Date.now() + offset, [, tick] = useState(0);
  useEffect(() => { const t = setInterval(() => tick(Math.floor((Date.now() + offset) / 6e4)), 1000); return () => clearInterval(t); }, [offset]);
  // Asked for together, a short month comes as a number.
  const part = (/** @type {Intl.DateTimeFormatOptions} */ o) => inWords(now, locale, zone, o);
  const day = short ? `${part({ weekday: "long" })}, ${part({ day: "numeric" })} ${part({ month: "short" })}` : part({ weekday: "long", day: "numeric", month: "long" });
  return html`<div class="when"><time class="time">${part(minutes)}</time><span class="day">${day.replace("-feira", "")}</span></div>`;
}

/** What is left of a running time, counted here from when it was received. */
export function Left(/** @type {any} */ { clock }) {
  const [left, set] = useState(clock.ms);
  useEffect(() => {
    const end = performance.now() + clock.ms;
    const tick = () => set(Math.max(0, end - performance.now()));
    tick();
    const t = setInterval(tick, 250);
    return () => clearInterval(t);
  }, [clock.id, clock.ms]);
  const s = Math.ceil(left / 1000);
  return html`<b class="number">${s >= 60 ? `${Math.floor(s / 60)} min ${s % 60} s` : `${s} s`}</b>`;
}

export function Mark(/** @type {any} */ { name }) {
  return name === "Aa" ? html`<span class="icon aa" aria-hidden="true">Aa</span>`
    : html`<${Icon} name=${name === "arrow-down-thick" ? "b-arrow" : name} class=${name === "arrow-down-thick" ? "down" : ""} />`;
}

export function Header(/** @type {any} */ { view, offset, children }) {
  const m = /^(Loja de Cidadão|Loja do Cidadão|Espaço Cidadão)\s+(.+)$/.exec(view.branch ?? "");
  return html`<header class="top">
    ${view.ear && rare && !view.warning ? html`<${rare.EarBar} ear=${view.ear} />` : html`<div class="top-row">
      <span class="mark"><${Icon} name="b-ticket" /></span>
      <p class="branch"><b>${m ? m[1] : view.branch || "Balcão"}</b>${m && html`<span>${m[2]}</span>`}</p>
      <${Clock} locale=${view.locale || "pt-PT"} zone=${view.zone} offset=${offset} short=${view.modes.large || view.modes.easy} />
    </div>`}
    <div class="title">
      ${view.mark && html`<${Mark} name=${view.mark} />`}
      <div><h1 tabindex="-1">${view.title}</h1>${view.subtitle && html`<p class="sub">${view.subtitle}</p>`}</div>
    </div>
    ${children}
  </header>`;
}

export function Strip(/** @type {any} */ { strip }) {
  return html`<section class="strip" aria-label=${strip.label}>
    <p class="strip-label"><${Icon} name="bell" /><span>${strip.label}</span></p>
    ${strip.empty ? html`<p class="strip-empty">${strip.empty}</p>`
      : html`<ol>${strip.calls.map((/** @type {any} */ c) => html`<li key=${c.number + c.counter}><b class="number">${c.number}</b><span>${c.counter}</span></li>`)}</ol>`}
  </section>`;
}

export function Notices(/** @type {any} */ { list }) {
  if (!list?.length) return null;
  return html`<div class="notices">${list.map((/** @type {any} */ n) => html`<div key=${n.title} class=${"notice " + n.kind + (n.busy ? " busy" : "")} role="status">
    <${Mark} name=${n.icon} /><div><b>${n.title}</b>${n.text && html`<p>${n.text}${n.code && html` <span class="code">${n.code}</span>`}</p>`}${n.lines?.map((/** @type {string} */ line) => html`<p key=${line}>${line}</p>`)}</div>${n.picture && rare && html`<${rare.Code} code=${n.picture} label=${n.picture.label} />`}</div>`)}</div>`;
}

export function Wait(/** @type {any} */ { choice, busy, stale, lang }) {
  if (busy) return html`<span class="wait busy"><${Icon} name="refresh-ccw" /> ${busy}</span>`;
  if (choice.nth) return html`<span class="chip nth"><${Icon} name="check" /> ${choice.nth}</span>`;
  if (choice.word) return html`<span class=${"chip " + choice.state}><${Icon} name=${choice.state === "suspended" ? "alert-triangle" : "minus-circle"} /> ${choice.word}</span>`;
  if (!choice.wait) return null;
  return html`<span class="wait"><${Icon} name="clock" /> ${stale ? say(lang).unknown : choice.wait}</span>`;
}

export function Choice(/** @type {any} */ { choice, kind, tap, pending, stale, lang }) {
  const mine = pending && pending.action === choice.action && pending.arg === (choice.arg ?? "");
  const picked = choice.picked === true;
  const busy = choice.busy || (mine && choice.action === "service" ? say(lang).moment : "");
  const inner = html`<span class="tile"><${Mark} name=${choice.icon} /></span>
    <span class="words" lang=${choice.lang}>${choice.short && html`<${Fit} as="span" class="name short">${choice.short}<//>`}<${Fit} as="span" class=${"name" + (choice.short ? " full" : "")}>${choice.title}<//>${choice.help && html`<span class="help">${choice.help}</span>`}</span>
    <span class="side"><${Wait} choice=${choice} busy=${busy} stale=${stale} lang=${lang} />${choice.ahead && !busy && !stale && html`<span class="ahead">${choice.ahead}</span>`}</span>
    ${choice.next && html`<span class="next">${choice.next}</span>`}
    ${kind === "wide" && choice.strong && html`<span class="go"><${Icon} name="chevron-right" /></span>`}`;
  const cls = `choice ${kind} ${choice.strong ? "strong" : ""} ${choice.dark ? "dark-tile" : ""} ${busy || mine ? "waiting" : ""} ${choice.word ? "off" : ""} ${picked ? "picked" : ""}`;
  if (!choice.action && !busy) return html`<div class=${cls} data-a=${stop(choice)} tabindex="-1">${inner}</div>`;
  return html`<button type="button" class=${cls} data-a=${stop(choice)} aria-busy=${!!busy} aria-pressed=${choice.picked === undefined ? undefined : String(picked)} onClick=${(/** @type {Event} */ e) => tap(choice, e)}>${inner}</button>`;
}

export function Button(/** @type {any} */ { button, tap, pending, cls }) {
  if (!button.action) return html`<div class="btn main waiting" role="status">${button.icon && html`<${Mark} name=${button.icon} />`}<span>${button.label}</span></div>`;
  const mine = pending && pending.action === button.action && pending.arg === (button.arg ?? "");
  const on = button.pressed === true;
  return html`<button type="button" data-a=${stop(button)} class=${`btn ${cls ?? ""} ${button.main ? "main" : ""} ${mine ? "waiting" : ""} ${on ? "on" : ""}`}
    aria-pressed=${button.pressed === undefined || button.pressed === null ? undefined : String(button.pressed)} aria-busy=${mine ? "true" : undefined}
    onClick=${(/** @type {Event} */ e) => tap(button, e)}>
    ${button.icon && html`<${Mark} name=${button.icon} />`}<span lang=${button.lang}>${button.label}</span>
    ${on && html`<span class="tick"><${Icon} name="check" /></span>`}</button>`;
}

export function Slip(/** @type {any} */ { slip, compact, locale, zone }) {
  const when = (/** @type {any} */ f) => {
    if (!f.at) return f.text;
    return f.text.replace("{time}", inWords(f.at, locale || "pt-PT", zone, minutes));
  };
  return html`<section class=${"slip" + (compact ? " compact" : "")}>
    <div class="slip-head"><div><h2 lang=${slip.lang}>${slip.service}</h2><p>${slip.detail}</p>${slip.then && html`<p class="then">${slip.then}</p>`}</div><span class="chip valid">${slip.valid}</span></div>
    <${Fit} class="slip-number number" as="p"><span class="sr-only"></span>${slip.number}<//>
    <div class="perforation" aria-hidden="true"></div>
    <div class=${slip.scan ? "keep" : ""}>
      <ul class="facts">${(slip.facts ?? []).map((/** @type {any} */ f) => html`<li key=${f.icon}><span class="tile"><${Mark} name=${f.icon} /></span><div><${Fit} as="b">${f.title}<//><p>${when(f)}</p></div></li>`)}</ul>
      ${slip.scan && rare && html`<${rare.Scan} scan=${slip.scan} />`}
    </div>
  </section>`;
}
