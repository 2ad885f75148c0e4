// @ts-check
/**
 * What the touch face is made of: each part draws a piece of the View that package flow describes (kiosk/flow/view.go).
 * The page of all components, /gallery/componentes, draws the same parts.
 */
import { h, html, Icon, useEffect, useLayoutEffect, useRef, useState } from "look/html.js";
import { EarBar, stop } from "./ear.js";

/** @typedef {{action?: string, arg?: string}} Touchable */
/** @typedef {(what: Touchable, e: Event) => void} Tap */

/** Words needed when the program is not there to say them. @type {Record<string, {again: string, moment: string, sub: string, unknown: string}>} */
const away = {
  pt: { again: "A religar o ecrã, há", moment: "Um momento…", sub: "O quiosque está a recomeçar.", unknown: "sem informação" },
  en: { again: "Reconnecting the screen,", moment: "One moment…", sub: "The kiosk is restarting.", unknown: "not known" },
  es: { again: "Reconectando la pantalla,", moment: "Un momento…", sub: "El quiosco se está reiniciando.", unknown: "sin datos" },
  fr: { again: "Reconnexion de l’écran,", moment: "Un instant…", sub: "La borne redémarre.", unknown: "non connue" },
  uk: { again: "Відновлюємо екран,", moment: "Хвилинку…", sub: "Термінал перезапускається.", unknown: "невідомо" },
};
export const say = (/** @type {string} */ lang) => away[lang] ?? away.pt;

/** Text that fills its box: the size of the sheet, or smaller when it is long. */
export function Fit(/** @type {any} */ p) {
  const ref = useRef(/** @type {HTMLElement|null} */ (null));
  useLayoutEffect(() => {
    const el = ref.current;
    if (!el) return;
    const fit = () => {
      el.style.fontSize = "";
      const need = el.scrollWidth, room = el.clientWidth;
      if (need > room + 1) el.style.fontSize = `${Math.floor(parseFloat(getComputedStyle(el).fontSize) * room / need)}px`;
    };
    fit();
    document.fonts.ready.then(fit);
    addEventListener("resize", fit);
    return () => removeEventListener("resize", fit);
  });
  return h(p.as ?? "div", { class: "fit " + (p.class ?? ""), ref }, p.children);
}

function useNow() {
  const [now, set] = useState(Date.now());
  useEffect(() => { const t = setInterval(() => set(Date.now()), 1000); return () => clearInterval(t); }, []);
  return now;
}

export function Clock(/** @type {any} */ { locale, zone, offset, short }) {
  const d = new Date(useNow() + offset);
  const z = zone ? { timeZone: zone } : {};
  // Asked for together, a short month comes as a number.
  const part = (/** @type {Intl.DateTimeFormatOptions} */ o) => d.toLocaleDateString(locale, { ...o, ...z });
  const weekday = part({ weekday: "long" }).replace("-feira", "");
  const day = short ? `${weekday}, ${part({ day: "numeric" })} ${part({ month: "short" })}`
    : part({ weekday: "long", day: "numeric", month: "long" }).replace("-feira", "");
  return html`<div class="when"><time class="time">${d.toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit", ...z })}</time><span class="day">${day}</span></div>`;
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
    ${view.ear && !view.warning ? html`<${EarBar} ear=${view.ear} />` : html`<div class="top-row">
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

/** How the card goes in: the chip first and facing up. */
export function CardPicture() {
  return html`<svg class="card-picture" viewBox="0 0 360 230" aria-hidden="true">
    <rect class="cp-reader" x="20" y="150" width="320" height="70" rx="14" />
    <rect class="cp-slot" x="70" y="164" width="220" height="12" rx="6" />
    <g class="cp-card"><rect class="cp-body" x="92" y="10" width="176" height="160" rx="12" />
      <rect class="cp-chip" x="152" y="112" width="56" height="42" rx="7" /><path class="cp-lines" d="M152 126h18m20 0h18M152 140h18m20 0h18M170 112v42m20-42v42" />
      <circle class="cp-face" cx="124" cy="46" r="14" /><path class="cp-face" d="M102 84a22 22 0 0 1 44 0z" /><path class="cp-text" d="M164 36h84M164 54h60M164 72h72" /></g>
    <path class="cp-slot" d="M70 170h220v8H70z" /><rect class="cp-front" x="20" y="174" width="320" height="46" rx="14" />
    <path class="cp-arrow" d="M40 60v56m-18-20 18 20 18-20" />
    <path class="cp-arrow" d="M320 60v56m-18-20 18 20 18-20" />
  </svg>`;
}

/** Where a card's number is: on the front, at the bottom right. */
export function NumberPicture() {
  return html`<svg class="card-picture" viewBox="0 0 360 230" aria-hidden="true">
    <rect class="cp-body" x="6" y="6" width="348" height="218" rx="16" />
    <circle class="cp-face" cx="74" cy="82" r="26" /><path class="cp-face" d="M34 152a40 40 0 0 1 80 0z" />
    <path class="cp-text" d="M142 50h120M142 80h176M142 110h146M142 140h92M34 194h120" />
    <rect class="cp-number" x="206" y="166" width="132" height="44" rx="8" />
    <path class="cp-digits" d="M230 178v20M237 178h12v10h-12v10h12M256 178h12v20h-12M256 188h12M275 178v10h12M287 178v20M306 178h-12v10h12v10h-12M325 178h-12v20h12v-10h-12" />
    <path class="cp-arrow" d="M272 96v52m-20-20 20 20 20-20" />
  </svg>`;
}

export function Notices(/** @type {any} */ { list }) {
  if (!list?.length) return null;
  return html`<div class="notices">${list.map((/** @type {any} */ n) => html`<div key=${n.title} class=${"notice " + n.kind + (n.busy ? " busy" : "")} role="status">
    <${Mark} name=${n.icon} /><div><b>${n.title}</b>${n.text && html`<p>${n.text}${n.code && html` <span class="code">${n.code}</span>`}</p>`}${n.lines?.map((/** @type {string} */ line) => html`<p key=${line}>${line}</p>`)}</div>${n.picture && html`<svg class="qr" viewBox=${`0 0 ${n.picture.side} ${n.picture.side}`} role="img" aria-label=${n.picture.label} shape-rendering="crispEdges"><path d=${n.picture.path} /></svg>`}</div>`)}</div>`;
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

/** What was typed, and the keys to type with. */
export function Pad(/** @type {any} */ { pad, tap, pending }) {
  if (pad.typing) return html`<section class="pad typing">
    <p class="typed" role="status" aria-label=${`${pad.label}: ${pad.text ?? ""}`}><${Icon} name="search" /><span class="word">${pad.text}</span><span class="caret"></span></p>
    ${pad.rows.map((/** @type {any[]} */ row, /** @type {number} */ i) => html`<div class=${"key-row" + (i === pad.rows.length - 1 ? " last" : "")} key=${i}>${row.map((b) => html`<button key=${b.label} type="button" class="key" data-a=${stop(b)} aria-disabled=${b.action ? undefined : "true"} onClick=${(/** @type {Event} */ e) => tap(b, e)}>${b.label}</button>`)}</div>`)}
  </section>`;
  const typed = pad.cells.filter((/** @type {string} */ c) => c).join("");
  return html`<section class=${"pad" + (pad.digits ? " digits" : "")}>
    <p class="cells" role="status" aria-label=${`${pad.label}: ${pad.digits ? typed.length : [...typed].join(" ")}`}>${pad.cells.map((/** @type {string} */ c, /** @type {number} */ i) => html`<span key=${i} class=${"cell" + (i === typed.length ? " next" : "")} aria-hidden="true">${c}</span>`)}</p>
    <div class="keys">${pad.keys.map((/** @type {any} */ b) => html`<button key=${b.label} type="button" data-a=${stop(b)} class=${"key" + (pending && pending.action === "key" && pending.arg === b.label ? " waiting" : "")} aria-disabled=${b.action ? undefined : "true"} onClick=${(/** @type {Event} */ e) => tap(b, e)}>${b.label}</button>`)}</div>
  </section>`;
}

/** The recording of a screen in sign language, or the sample where there is none; captions and controls with both. */
export function Video(/** @type {any} */ { video, lang }) {
  const [sample, setSample] = useState(false);
  return html`<figure class="sign">
    <video src=${sample ? "/pages/sign-sample.webm" : `/sign/${video.name}.webm`} onError=${() => setSample(true)} controls autoplay muted loop playsinline aria-label=${video.label}>
      <track kind="captions" srclang=${lang} label=${video.label} default src=${`/sign/${video.name}.vtt?text=${encodeURIComponent(video.caption)}`} /></video>
    ${sample && html`<p class="sample">${video.sample}</p>`}
    <figcaption><b>${video.label}</b></figcaption>
  </figure>`;
}

export function Slip(/** @type {any} */ { slip, compact, locale, zone }) {
  const when = (/** @type {any} */ f) => {
    if (!f.at) return f.text;
    const t = new Date(f.at).toLocaleTimeString(locale || "pt-PT", { hour: "2-digit", minute: "2-digit", ...(zone ? { timeZone: zone } : {}) });
    return f.text.replace("{time}", t);
  };
  return html`<section class=${"slip" + (compact ? " compact" : "")}>
    <div class="slip-head"><div><h2 lang=${slip.lang}>${slip.service}</h2><p>${slip.detail}</p>${slip.then && html`<p class="then">${slip.then}</p>`}</div><span class="chip valid">${slip.valid}</span></div>
    <${Fit} class="slip-number number" as="p"><span class="sr-only"></span>${slip.number}<//>
    <div class="perforation" aria-hidden="true"></div>
    <div class=${slip.scan ? "keep" : ""}>
      <ul class="facts">${(slip.facts ?? []).map((/** @type {any} */ f) => html`<li key=${f.icon}><span class="tile"><${Mark} name=${f.icon} /></span><div><${Fit} as="b">${f.title}<//><p>${when(f)}</p></div></li>`)}</ul>
      ${slip.scan && html`<figure class="scan"><svg viewBox=${`0 0 ${slip.scan.side} ${slip.scan.side}`} role="img" aria-label=${slip.scan.help} shape-rendering="crispEdges"><path d=${slip.scan.path} /></svg><figcaption>${slip.scan.label}</figcaption></figure>`}
    </div>
  </section>`;
}

export function Warning(/** @type {any} */ { warning, tap, pending }) {
  const ref = useRef(/** @type {HTMLDialogElement|null} */ (null));
  useEffect(() => { const d = ref.current; if (d && !d.open) d.showModal(); return () => d?.close(); }, []);
  return html`<dialog ref=${ref} class="warning" role="alertdialog" aria-labelledby="warn" onCancel=${(/** @type {Event} */ e) => { e.preventDefault(); tap(warning.button, e); }}>
    <h2 id="warn">${warning.title}</h2>
    <p>${warning.text} <${Left} clock=${warning.timer} />.</p>
    <${Button} button=${warning.button} tap=${tap} pending=${pending} cls="wide" />
  </dialog>`;
}
