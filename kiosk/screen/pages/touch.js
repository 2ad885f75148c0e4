// @ts-check
/**
 * The touch face of the kiosk. It draws the View that package flow describes
 * (see kiosk/flow/view.go for every field) and sends touches back; all words
 * come with the View. It keeps working while the kiosk's program is away: a
 * touch is repeated under its key until it is taken.
 */
import { stream, span } from "look/stream.js";
import { command, newKey } from "look/command.js";
import { h, html, render, Icon, useEffect, useLayoutEffect, useRef, useState, useCallback } from "look/html.js";

/** @typedef {any} View */
/** @typedef {{action?: string, arg?: string}} Touchable */
/** @typedef {(what: Touchable, e: Event) => void} Tap */

const face = /** @type {HTMLElement} */ (document.getElementById("face"));

/** Words needed when the program is not there to say them. @type {Record<string, {again: string, moment: string, sub: string, unknown: string}>} */
const away = {
  pt: { again: "A religar o ecrã, há", moment: "Um momento…", sub: "O quiosque está a recomeçar.", unknown: "sem informação" },
  en: { again: "Reconnecting the screen,", moment: "One moment…", sub: "The kiosk is restarting.", unknown: "not known" },
  es: { again: "Reconectando la pantalla,", moment: "Un momento…", sub: "El quiosco se está reiniciando.", unknown: "sin datos" },
  fr: { again: "Reconnexion de l’écran,", moment: "Un instant…", sub: "La borne redémarre.", unknown: "non connue" },
  uk: { again: "Відновлюємо екран,", moment: "Хвилинку…", sub: "Термінал перезапускається.", unknown: "невідомо" },
};
const say = (/** @type {string} */ lang) => away[lang] ?? away.pt;

/** Text that fills its box: the size of the sheet, or smaller when it is long. */
function Fit(/** @type {any} */ p) {
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

function Clock(/** @type {any} */ { locale, zone, offset, short }) {
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
function Left(/** @type {any} */ { clock }) {
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

function Mark(/** @type {any} */ { name }) {
  return name === "Aa" ? html`<span class="icon aa" aria-hidden="true">Aa</span>`
    : html`<${Icon} name=${name === "arrow-down-thick" ? "b-arrow" : name} class=${name === "arrow-down-thick" ? "down" : ""} />`;
}

function Header(/** @type {any} */ { view, offset, children }) {
  const m = /^(Loja de Cidadão|Loja do Cidadão|Espaço Cidadão)\s+(.+)$/.exec(view.branch ?? "");
  return html`<header class="top">
    <div class="top-row">
      <span class="mark"><${Icon} name="b-ticket" /></span>
      <p class="branch"><b>${m ? m[1] : view.branch || "Balcão"}</b>${m && html`<span>${m[2]}</span>`}</p>
      <${Clock} locale=${view.locale || "pt-PT"} zone=${view.zone} offset=${offset} short=${view.modes.large || view.modes.easy} />
    </div>
    <div class="title">
      ${view.mark && html`<${Mark} name=${view.mark} />`}
      <div><h1 tabindex="-1">${view.title}</h1>${view.subtitle && html`<p class="sub">${view.subtitle}</p>`}</div>
    </div>
    ${children}
  </header>`;
}

function Strip(/** @type {any} */ { strip }) {
  return html`<section class="strip" aria-label=${strip.label}>
    <p class="strip-label"><${Icon} name="bell" /><span>${strip.label}</span></p>
    ${strip.empty ? html`<p class="strip-empty">${strip.empty}</p>`
      : html`<ol>${strip.calls.map((/** @type {any} */ c) => html`<li key=${c.number + c.counter}><b class="number">${c.number}</b><span>${c.counter}</span></li>`)}</ol>`}
  </section>`;
}

/** How the card goes in: the chip first and facing up. */
function CardPicture() {
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

function Notices(/** @type {any} */ { list }) {
  if (!list?.length) return null;
  return html`<div class="notices">${list.map((/** @type {any} */ n) => html`<div key=${n.title} class=${"notice " + n.kind + (n.busy ? " busy" : "")} role="status">
    <${Mark} name=${n.icon} /><div><b>${n.title}</b>${n.text && html`<p>${n.text}${n.code && html` <span class="code">${n.code}</span>`}</p>`}${n.lines?.map((/** @type {string} */ line) => html`<p key=${line}>${line}</p>`)}</div>${n.picture && html`<svg class="qr" viewBox=${`0 0 ${n.picture.side} ${n.picture.side}`} role="img" aria-label=${n.picture.label} shape-rendering="crispEdges"><path d=${n.picture.path} /></svg>`}</div>`)}</div>`;
}

function Wait(/** @type {any} */ { choice, busy, stale, lang }) {
  if (busy) return html`<span class="wait busy"><${Icon} name="refresh-ccw" /> ${busy}</span>`;
  if (choice.nth) return html`<span class="chip nth"><${Icon} name="check" /> ${choice.nth}</span>`;
  if (choice.word) return html`<span class=${"chip " + choice.state}><${Icon} name=${choice.state === "suspended" ? "alert-triangle" : "minus-circle"} /> ${choice.word}</span>`;
  if (!choice.wait) return null;
  return html`<span class="wait"><${Icon} name="clock" /> ${stale ? say(lang).unknown : choice.wait}</span>`;
}

function Choice(/** @type {any} */ { choice, kind, tap, pending, stale, lang }) {
  const mine = pending && pending.action === choice.action && pending.arg === (choice.arg ?? "");
  const picked = choice.picked === true;
  const busy = choice.busy || (mine && choice.action === "service" ? say(lang).moment : "");
  const inner = html`<span class="tile"><${Mark} name=${choice.icon} /></span>
    <span class="words">${choice.short && html`<${Fit} as="span" class="name short">${choice.short}<//>`}<${Fit} as="span" class=${"name" + (choice.short ? " full" : "")}>${choice.title}<//>${choice.help && html`<span class="help">${choice.help}</span>`}</span>
    <span class="side"><${Wait} choice=${choice} busy=${busy} stale=${stale} lang=${lang} />${choice.ahead && !busy && !stale && html`<span class="ahead">${choice.ahead}</span>`}</span>
    ${choice.next && html`<span class="next">${choice.next}</span>`}
    ${kind === "wide" && choice.strong && html`<span class="go"><${Icon} name="chevron-right" /></span>`}`;
  const cls = `choice ${kind} ${choice.strong ? "strong" : ""} ${choice.dark ? "dark-tile" : ""} ${busy || mine ? "waiting" : ""} ${choice.word ? "off" : ""} ${picked ? "picked" : ""}`;
  if (!choice.action && !busy) return html`<div class=${cls}>${inner}</div>`;
  return html`<button type="button" class=${cls} aria-busy=${!!busy} aria-pressed=${choice.picked === undefined ? undefined : String(picked)} onClick=${(/** @type {Event} */ e) => tap(choice, e)}>${inner}</button>`;
}

function Button(/** @type {any} */ { button, tap, pending, cls }) {
  if (!button.action) return html`<div class="btn main waiting" role="status">${button.icon && html`<${Mark} name=${button.icon} />`}<span>${button.label}</span></div>`;
  const mine = pending && pending.action === button.action && pending.arg === (button.arg ?? "");
  const on = button.pressed === true;
  return html`<button type="button" class=${`btn ${cls ?? ""} ${button.main ? "main" : ""} ${mine ? "waiting" : ""} ${on ? "on" : ""}`}
    aria-pressed=${button.pressed === undefined || button.pressed === null ? undefined : String(button.pressed)} aria-busy=${mine ? "true" : undefined}
    onClick=${(/** @type {Event} */ e) => tap(button, e)}>
    ${button.icon && html`<${Mark} name=${button.icon} />`}<span lang=${button.lang}>${button.label}</span>
    ${on && html`<span class="tick"><${Icon} name="check" /></span>`}</button>`;
}

/** What was typed, and the keys to type with. */
function Pad(/** @type {any} */ { pad, tap, pending }) {
  if (pad.typing) return html`<section class="pad typing">
    <p class="typed" role="status" aria-label=${`${pad.label}: ${pad.text ?? ""}`}><${Icon} name="search" /><span class="word">${pad.text}</span><span class="caret"></span></p>
    ${pad.rows.map((/** @type {any[]} */ row, /** @type {number} */ i) => html`<div class=${"key-row" + (i === pad.rows.length - 1 ? " last" : "")} key=${i}>${row.map((b) => html`<button key=${b.label} type="button" class="key" aria-disabled=${b.action ? undefined : "true"} onClick=${(/** @type {Event} */ e) => tap(b, e)}>${b.label}</button>`)}</div>`)}
  </section>`;
  const typed = pad.cells.filter((/** @type {string} */ c) => c).join("");
  return html`<section class="pad">
    <p class="cells" role="status" aria-label=${`${pad.label}: ${[...typed].join(" ")}`}>${pad.cells.map((/** @type {string} */ c, /** @type {number} */ i) => html`<span key=${i} class=${"cell" + (i === typed.length ? " next" : "")} aria-hidden="true">${c}</span>`)}</p>
    <div class="keys">${pad.keys.map((/** @type {any} */ b) => html`<button key=${b.label} type="button" class=${"key" + (pending && pending.action === "key" && pending.arg === b.label ? " waiting" : "")} aria-disabled=${b.action ? undefined : "true"} onClick=${(/** @type {Event} */ e) => tap(b, e)}>${b.label}</button>`)}</div>
  </section>`;
}

/** Screens on which the text of a scanner is listened to. */
const scans = ["home", "booking", "bookingproblem", "search"];

/**
 * A scanner types what it reads, all at once; somebody with a keyboard types
 * one character after the other. Both end up in the same field.
 */
function useTyping(/** @type {any} */ latest, /** @type {Tap} */ tap) {
  useEffect(() => {
    let text = "", timer = 0;
    const give = (/** @type {Event} */ e) => {
      clearTimeout(timer);
      const all = text;
      text = "";
      if (all.length >= 6 && latest.current.screen !== "search") tap({ action: "scan", arg: all.slice(0, 64) }, e);
      else if (latest.current.screen === "search") for (const c of all.toUpperCase()) tap({ action: "key", arg: c }, e);
      else if (latest.current.screen === "booking") for (const c of all.toUpperCase()) tap({ action: "key", arg: c }, e);
    };
    const down = (/** @type {KeyboardEvent} */ e) => {
      if (e.ctrlKey || e.altKey || e.metaKey || !scans.includes(latest.current.screen)) return;
      if (e.key === "Enter" && text.length >= 6) { e.preventDefault(); give(e); return; }
      if (e.key === "Backspace" && ["booking", "search"].includes(latest.current.screen)) { e.preventDefault(); tap({ action: "erase", arg: "" }, e); return; }
      if (!/^[\p{L}0-9]$/u.test(e.key)) return;
      text += e.key;
      clearTimeout(timer);
      timer = setTimeout(() => give(e), 120);
    };
    addEventListener("keydown", down);
    return () => { removeEventListener("keydown", down); clearTimeout(timer); };
  }, []);
}

/** The recording of a screen in sign language, or the sample where there is none; captions and controls with both. */
function Video(/** @type {any} */ { video, lang }) {
  const [sample, setSample] = useState(false);
  return html`<figure class="sign">
    <video src=${sample ? "/pages/sign-sample.webm" : `/sign/${video.name}.webm`} onError=${() => setSample(true)} controls autoplay muted loop playsinline aria-label=${video.label}>
      <track kind="captions" srclang=${lang} label=${video.label} default src=${`/sign/${video.name}.vtt?text=${encodeURIComponent(video.caption)}`} /></video>
    ${sample && html`<p class="sample">${video.sample}</p>`}
    <figcaption><b>${video.label}</b></figcaption>
  </figure>`;
}

function Slip(/** @type {any} */ { slip, compact, locale, zone }) {
  const when = (/** @type {any} */ f) => {
    if (!f.at) return f.text;
    const t = new Date(f.at).toLocaleTimeString(locale || "pt-PT", { hour: "2-digit", minute: "2-digit", ...(zone ? { timeZone: zone } : {}) });
    return f.text.replace("{time}", t);
  };
  return html`<section class=${"slip" + (compact ? " compact" : "")}>
    <div class="slip-head"><div><h2>${slip.service}</h2><p>${slip.detail}</p>${slip.then && html`<p class="then">${slip.then}</p>`}</div><span class="chip valid">${slip.valid}</span></div>
    <${Fit} class="slip-number number" as="p"><span class="sr-only"></span>${slip.number}<//>
    <div class="perforation" aria-hidden="true"></div>
    <div class=${slip.scan ? "keep" : ""}>
      <ul class="facts">${slip.facts.map((/** @type {any} */ f) => html`<li key=${f.icon}><span class="tile"><${Mark} name=${f.icon} /></span><div><${Fit} as="b">${f.title}<//><p>${when(f)}</p></div></li>`)}</ul>
      ${slip.scan && html`<figure class="scan"><svg viewBox=${`0 0 ${slip.scan.side} ${slip.scan.side}`} role="img" aria-label=${slip.scan.help} shape-rendering="crispEdges"><path d=${slip.scan.path} /></svg><figcaption>${slip.scan.label}</figcaption></figure>`}
    </div>
  </section>`;
}

function Warning(/** @type {any} */ { warning, tap, pending }) {
  const ref = useRef(/** @type {HTMLDialogElement|null} */ (null));
  useEffect(() => { const d = ref.current; if (d && !d.open) d.showModal(); return () => d?.close(); }, []);
  return html`<dialog ref=${ref} class="warning" role="alertdialog" aria-labelledby="warn" onCancel=${(/** @type {Event} */ e) => { e.preventDefault(); tap(warning.button, e); }}>
    <h2 id="warn">${warning.title}</h2>
    <p>${warning.text} <${Left} clock=${warning.timer} />.</p>
    <${Button} button=${warning.button} tap=${tap} pending=${pending} cls="wide" />
  </dialog>`;
}

function Face(/** @type {any} */ { view, link, offset, tap, pending }) {
  const stale = !link.live && link.age > 1500;
  const v = view;
  const low = v.modes.low && v.sections?.length > 0 && (v.screen === "home" || v.screen === "greeting");
  const every = v.tools ?? [];
  const grid = every.some((/** @type {any} */ b) => b.pressed !== undefined && b.pressed !== null);
  const isTongue = (/** @type {any} */ b) => grid && (b.action === "language" || b.action === "languages");
  const tongues = every.filter(isTongue), tools = every.filter((/** @type {any} */ b) => !isTongue(b));
  const actions = v.actions ?? [];
  const notices = html`<${Notices} list=${v.notices} />`;
  const p = { tap, pending, stale, lang: v.lang };
  return html`<div class=${`page s-${v.screen}`} data-screen=${v.screen}>
    <${Header} view=${v} offset=${offset}>${stale && html`<p class="reconnect" role="status"><${Icon} name="b-offline" /><span>${say(v.lang).again} <b class="number">${span(link.age)}</b></span></p>`}${low && notices}${v.strip && html`<${Strip} strip=${v.strip} />`}<//>
    <main>
      ${v.screen === "card" && html`<${CardPicture} />`}
      ${!low && v.screen !== "nopaper" && notices}
      ${(v.sections ?? []).map((/** @type {any} */ s, /** @type {number} */ i) => html`<section class=${"group of-" + s.layout} key=${i}>
        ${(s.title || s.note) && html`<div class="group-head"><h2>${s.icon && html`<${Mark} name=${s.icon} />`}${s.title}</h2><span>${s.layout === "cards" && html`<${Icon} name="clock" />`}${s.note}</span></div>`}
        <div class=${s.layout + (s.choices.length === 1 ? " single" : "")}>${s.choices.map((/** @type {any} */ c) => html`<${Choice} key=${c.arg + c.action} choice=${c} kind=${s.layout === "cards" ? "card" : "line"} ...${p} />`)}</div>
      </section>`)}
      ${v.wide && html`<div class=${"wides n" + v.wide.length}>${v.wide.map((/** @type {any} */ c) => html`<${Choice} key=${c.title} choice=${c} kind="wide" ...${p} />`)}</div>`}
      ${v.video && html`<${Video} key=${v.video.name} video=${v.video} lang=${v.lang} />`}
      ${v.pad && html`<${Pad} pad=${v.pad} tap=${tap} pending=${pending} />`}
      ${v.slip && html`<${Slip} slip=${v.slip} compact=${v.notices?.length > 0} locale=${v.locale} zone=${v.zone} />`}
      ${v.screen === "nopaper" && notices}
      ${actions.length > 0 && html`<div class=${`actions ${v.slip ? "of-slip" : ""} ${v.screen === "access" || v.screen === "languages" ? "modes" : ""}`}>
        ${actions.map((/** @type {any} */ b) => html`${b.action === "help" && v.timer && html`<p class="timer" key="timer"><span>${v.timer.label}</span> <${Left} clock=${v.timer} /></p>`}<${Button} key=${b.action + (b.arg ?? "")} button=${b} tap=${tap} pending=${pending} cls=${"a-" + b.action} />`)}
      </div>`}
    </main>
    ${grid && tongues.length > 0 && html`<div role="group" class="tongues n${tongues.length}">${tongues.map((/** @type {any} */ b) => html`<${Button} key=${b.action + (b.arg ?? "")} button=${b} tap=${tap} pending=${pending} cls="tongue" />`)}</div>`}
    ${tools.length > 0 && html`<nav class=${grid ? "tools grid" : "tools bar n" + tools.length}>${tools.map((/** @type {any} */ b) => html`<${Button} key=${b.action + (b.arg ?? "")} button=${b} tap=${tap} pending=${pending} cls="tool" />`)}</nav>`}
    ${v.foot && html`<footer class=${"foot " + v.foot.kind}><span class="foot-mark"><${Mark} name=${v.foot.icon} /></span><div role="status"><b>${v.foot.title}</b><p>${v.foot.text}</p></div></footer>`}
    ${v.warning && html`<${Warning} warning=${v.warning} tap=${tap} pending=${pending} />`}
  </div>`;
}

const starting = (/** @type {View|null} */ v) => ({
  screen: "starting", lang: v?.lang ?? "pt", branch: v?.branch ?? "", zone: v?.zone, modes: { large: false, contrast: false, low: false, time: false, easy: false, sign: false },
  title: say(v?.lang ?? "pt").moment, locale: v?.locale ?? "pt-PT", rtl: v?.rtl, subtitle: say(v?.lang ?? "pt").sub,
});

/** @type {AudioContext|null} */
let sound = null;

/** Two soft notes: take your card. A kiosk without a loudspeaker stays silent. */
function chime() {
  try {
    sound ??= new AudioContext();
    void sound.resume();
    for (const [i, pitch] of [659.3, 880].entries()) {
      const at = sound.currentTime + i * 0.28, note = sound.createOscillator(), loud = sound.createGain();
      note.frequency.value = pitch;
      loud.gain.setValueAtTime(0, at);
      loud.gain.linearRampToValueAtTime(0.25, at + 0.02);
      loud.gain.exponentialRampToValueAtTime(0.001, at + 0.6);
      note.connect(loud).connect(sound.destination);
      note.start(at);
      note.stop(at + 0.65);
    }
  } catch { /* the words on the screen say it as well */ }
}

/** Reminds of a card in the reader: once, or again every six seconds for two minutes. @param {string|undefined} how */
function useReminder(how) {
  useEffect(() => {
    if (!how || face.dataset.sound === "off") return;
    chime();
    if (how !== "again") return;
    let left = 20;
    const again = setInterval(() => { chime(); if (--left === 0) clearInterval(again); }, 6000);
    return () => clearInterval(again);
  }, [how]);
}

function App() {
  const [view, setView] = useState(/** @type {View|null} */ (null));
  const [link, setLink] = useState(/** @type {import("look/stream.js").Link} */ ({ live: false, age: 0, heard: null }));
  const [pending, setPending] = useState(/** @type {any} */ (null));
  const offset = useRef(0);
  const busy = useRef(false);
  const queued = useRef(/** @type {any[]} */ ([]));
  const lastTap = useRef({ at: -1e9, x: 0, y: 0, screen: "" });
  const latest = useRef(/** @type {View} */ ({}));

  useEffect(() => {
    const s = stream(face.dataset.events ?? "/events", {
      snapshot(v) { if (v.now) offset.current = v.now - Date.now(); latest.current = v; setView(v); },
      delta(d) {
        const v = { ...latest.current, ...d };
        for (const k of Object.keys(v)) if (v[k] === null) delete v[k];
        latest.current = v; setView(v);
      },
      link: setLink,
    });
    return () => s.close();
  }, []);

  // Nobody's name or number stays in sight of the next person because the
  // program has gone.
  const lost = !link.live && link.age > 30000;
  const shown = !view || !view.screen || (lost && !["home", "starting"].includes(view.screen)) ? starting(view) : view;

  const tap = useCallback((/** @type {Touchable} */ what, /** @type {Event} */ e) => {
    if (!what.action) return;
    if (busy.current) { // quick fingers on the keys are heard one after the other
      if (what.action === "key" && queued.current.length < 6) queued.current.push([what, e]);
      return;
    }
    // The second half of a double tap must not touch what has just appeared
    // under the finger.
    const p = /** @type {MouseEvent} */ (e), t = lastTap.current;
    const pointer = "clientX" in p && p.detail > 0;
    const screen = latest.current.screen;
    if (pointer) {
      const near = Math.hypot(p.clientX - t.x, p.clientY - t.y) < innerWidth / 12;
      if (near && performance.now() - t.at < 500 && t.screen !== screen) return;
      lastTap.current = { at: performance.now(), x: p.clientX, y: p.clientY, screen };
    }
    busy.current = true;
    setPending({ action: what.action, arg: what.arg ?? "" });
    command(face.dataset.input ?? "/input", { screen, action: what.action, arg: what.arg ?? "" }, { key: newKey(), most: 300 })
      .finally(() => {
        busy.current = false; setPending(null);
        const next = queued.current.shift();
        if (next) tap(next[0], next[1]);
      });
  }, []);
  useTyping(latest, tap);

  useLayoutEffect(() => {
    const root = document.documentElement;
    root.lang = shown.locale === "en-GB" ? "en" : shown.locale || "pt-PT";
    root.dir = shown.rtl ? "rtl" : "ltr";
    root.classList.toggle("contrast", shown.modes.contrast);
    root.classList.toggle("large", shown.modes.large || shown.modes.easy);
    root.classList.toggle("easy", shown.modes.easy);
    root.classList.toggle("low", shown.modes.low);
    document.title = `${shown.title} · Balcão`;
  }, [shown.locale, shown.rtl, shown.title, shown.modes.contrast, shown.modes.large, shown.modes.easy, shown.modes.low]);

  useReminder(shown.remind);

  // A new screen is announced, and keys start from its title.
  const first = useRef(true);
  useEffect(() => {
    if (first.current) { first.current = false; return; }
    /** @type {HTMLElement|null} */ (document.querySelector("h1"))?.focus({ preventScroll: true });
  }, [shown.screen]);

  return html`<${Face} view=${shown} link=${link} offset=${offset.current} tap=${tap} pending=${pending} />`;
}

addEventListener("contextmenu", (e) => e.preventDefault());
render(html`<${App} />`, face);
