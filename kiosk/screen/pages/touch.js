// @ts-check
/**
 * The touch face of the kiosk. It draws the View that package flow describes
 * (see kiosk/flow/view.go for every field) and sends touches back; all words
 * come with the View. It keeps working while the kiosk's program is away: a
 * touch is repeated under its key until it is taken.
 */
import { stream, span } from "look/stream.js";
import { command, newKey } from "look/command.js";
import { html, render, Icon, useEffect, useLayoutEffect, useRef, useState, useCallback } from "look/html.js";
import { Button, Choice, Header, Left, Mark, Notices, Slip, Strip, say } from "./parts.js";
import { fetchRare, needsRare, rare } from "./rarely.js";

/** @typedef {any} View */
/** @typedef {{action?: string, arg?: string}} Touchable */
/** @typedef {(what: Touchable, e: Event) => void} Tap */

const face = /** @type {HTMLElement} */ (document.getElementById("face"));

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
      ${rare && v.screen === "card" && html`<${rare.CardPicture} />`}
      ${rare && v.screen === "cardnumber" && html`<${rare.NumberPicture} />`}
      ${!low && v.screen !== "nopaper" && notices}
      ${(v.sections ?? []).map((/** @type {any} */ s, /** @type {number} */ i) => html`<section class=${"group of-" + s.layout} key=${i}>
        ${(s.title || s.note) && html`<div class="group-head"><h2>${s.icon && html`<${Mark} name=${s.icon} />`}${s.title}</h2><span>${s.layout === "cards" && html`<${Icon} name="clock" />`}${s.note}</span></div>`}
        <div class=${s.layout + (s.choices.length === 1 ? " single" : "")}>${s.choices.map((/** @type {any} */ c) => html`<${Choice} key=${c.arg + c.action} choice=${c} kind=${s.layout === "cards" ? "card" : "line"} ...${p} />`)}</div>
      </section>`)}
      ${v.wide && html`<div class=${"wides n" + v.wide.length}>${v.wide.map((/** @type {any} */ c) => html`<${Choice} key=${c.title} choice=${c} kind="wide" ...${p} />`)}</div>`}
      ${rare && v.video && html`<${rare.Video} key=${v.video.name} video=${v.video} lang=${v.lang} />`}
      ${rare && v.pad && html`<${rare.Pad} pad=${v.pad} tap=${tap} pending=${pending} />`}
      ${v.slip && html`<${Slip} slip=${v.slip} compact=${v.notices?.length > 0} locale=${v.locale} zone=${v.zone} />`}
      ${v.screen === "nopaper" && notices}
      ${actions.length > 0 && html`<div class=${`actions ${v.slip ? "of-slip" : ""} ${v.screen === "access" || v.screen === "languages" ? "modes" : ""}`}>
        ${actions.map((/** @type {any} */ b) => html`${b.action === "help" && v.timer && html`<p class="timer" key="timer"><span>${v.timer.label}</span> <${Left} clock=${v.timer} /></p>`}<${Button} key=${b.action + (b.arg ?? "")} button=${b} tap=${tap} pending=${pending} cls=${"a-" + b.action} />`)}
      </div>`}
    </main>
    ${grid && tongues.length > 0 && html`<div role="group" class="tongues n${tongues.length}">${tongues.map((/** @type {any} */ b) => html`<${Button} key=${b.action + (b.arg ?? "")} button=${b} tap=${tap} pending=${pending} cls="tongue" />`)}</div>`}
    ${tools.length > 0 && html`<nav class=${grid ? "tools grid" : "tools bar n" + tools.length}>${tools.map((/** @type {any} */ b) => html`<${Button} key=${b.action + (b.arg ?? "")} button=${b} tap=${tap} pending=${pending} cls="tool" />`)}</nav>`}
    ${v.foot && html`<footer class=${"foot " + v.foot.kind}><span class="foot-mark"><${Mark} name=${v.foot.icon} /></span><div role="status"><b>${v.foot.title}</b><p>${v.foot.text}</p></div></footer>`}
    ${rare && v.warning && html`<${rare.Warning} warning=${v.warning} tap=${tap} pending=${pending} />`}
  </div>`;
}

const starting = (/** @type {View|null} */ v) => ({
  screen: "starting", lang: v?.lang ?? "pt", branch: v?.branch ?? "", zone: v?.zone, modes: { large: false, contrast: false, low: false, time: false, easy: false, sign: false },
  title: say(v?.lang ?? "pt").moment, locale: v?.locale ?? "pt-PT", rtl: v?.rtl, subtitle: say(v?.lang ?? "pt").sub,
});

/** Where somebody is: another language puts other words under the finger, too. @param {View} v */
const place = (v) => v.screen + " " + v.lang;

function App() {
  const [view, setView] = useState(/** @type {View|null} */ (null));
  const [link, setLink] = useState(/** @type {import("look/stream.js").Link} */ ({ live: false, age: 0, heard: null }));
  const [pending, setPending] = useState(/** @type {any} */ (null));
  const offset = useRef(0);
  const busy = useRef(false);
  const queued = useRef(/** @type {any[]} */ ([]));
  const lastTap = useRef({ at: -1e9, x: 0, y: 0, place: "" });
  const appeared = useRef(-1e9); // when what is shown came
  const latest = useRef(/** @type {View} */ ({}));

  useEffect(() => {
    let newest = /** @type {View} */ ({});
    const show = (/** @type {View} */ v) => {
      newest = v;
      if (needsRare(v)) void fetchRare().then(() => show(newest));
      else {
        if (place(v) !== place(latest.current)) appeared.current = performance.now();
        latest.current = v; setView(v);
      }
    };
    const s = stream(face.dataset.events ?? "/events", {
      snapshot(v) { if (v.now) offset.current = v.now - Date.now(); show(v); },
      delta(d) {
        const v = { ...newest, ...d };
        for (const k of Object.keys(v)) if (v[k] === null) delete v[k];
        show(v);
      },
      link: (now) => setLink((was) => was.live && now.live ? was : now), // a line that holds draws nothing
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
    // under the finger, however slow the finger, or the answer to the first.
    const p = /** @type {MouseEvent} */ (e), t = lastTap.current;
    const pointer = "clientX" in p && p.detail > 0;
    const screen = latest.current.screen;
    if (pointer) {
      const near = Math.hypot(p.clientX - t.x, p.clientY - t.y) < innerWidth / 12;
      if (near && performance.now() - Math.max(t.at, appeared.current) < 500 && t.place !== place(latest.current)) return;
      lastTap.current = { at: performance.now(), x: p.clientX, y: p.clientY, place: place(latest.current) };
    }
    busy.current = true;
    // The answer is mostly quicker than the eye; drawing twice would only keep it waiting.
    const slow = setTimeout(() => setPending({ action: what.action, arg: what.arg ?? "" }), 80);
    command(face.dataset.input ?? "/input", { screen, action: what.action, arg: what.arg ?? "" }, { key: newKey(), most: 300 })
      .finally(() => {
        clearTimeout(slow);
        busy.current = false; setPending(null);
        const next = queued.current.shift();
        if (next) tap(next[0], next[1]);
      });
  }, []);

  // A scanner, a keypad and a keyboard come as keys; the first of them wait until what understands them is there.
  useEffect(() => {
    const assigned = JSON.parse(face.dataset.keys || "{}"), early = /** @type {KeyboardEvent[]} */ ([]);
    const hear = (/** @type {KeyboardEvent} */ e) => rare?.heard(e, latest.current, assigned, tap, face);
    const down = (/** @type {KeyboardEvent} */ e) => {
      if (rare) { hear(e); return; }
      const does = assigned[e.code], enter = e.key === "Enter";
      if (enter && early.length > 5 || does && (does !== "ok" || !document.activeElement?.matches("button"))) e.preventDefault();
      else if (does || enter) return; // the browser presses what has the focus
      if (early.push(e) > 64) early.shift();
      void fetchRare().then(() => early.splice(0).forEach(hear));
    };
    addEventListener("keydown", down);
    return () => removeEventListener("keydown", down);
  }, []);

  useLayoutEffect(() => {
    const root = document.documentElement;
    root.lang = shown.locale === "en-GB" ? "en" : shown.locale || "pt-PT";
    root.dir = shown.rtl ? "rtl" : "ltr";
    root.classList.toggle("contrast", shown.modes.contrast);
    const roomy = shown.modes.large || shown.modes.easy, small = root.classList.contains("small");
    root.classList.toggle("large", roomy || small); // a small screen has the layout of large print
    root.classList.toggle("tight", small && !roomy);
    root.classList.toggle("easy", shown.modes.easy);
    root.classList.toggle("low", shown.modes.low);
    document.title = `${shown.title} · Balcão`;
  }, [shown.locale, shown.rtl, shown.title, shown.modes.contrast, shown.modes.large, shown.modes.easy, shown.modes.low]);

  useEffect(() => {
    if (shown.remind && rare && face.dataset.sound !== "off") return rare.remind(shown.remind);
  }, [shown.remind]);
  useLayoutEffect(() => rare?.follow(shown));

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
