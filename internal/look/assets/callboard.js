// @ts-check
/**
 * The callboard: numbers called now and before, readable from far away.
 *
 * It mounts itself on the element with data-callboard="URL of the events";
 * data-takeover is how many seconds a new call stays yellow (8 unless given,
 * never less; 15 where calls are silent); data-earlier is how many earlier
 * calls are listed where the zone does not say (5 unless given).
 *
 * The events (see stream.js): "snapshot" holds the whole state, "delta" the
 * keys that changed.
 *
 * @typedef {{id: number, s: number, tk: string, counter: string, body: string,
 *   say?: boolean, svc: string, at: number, n: number}} Call
 *   say: name the body, because another one has the same letters
 * @typedef {{text: {pt: string, en?: string}, until?: number}} Note
 * @typedef {{id: string, name: string, earlier?: number, takeover?: number, video?: Video}} Zone
 * @typedef {{file: string, sha: string}} Video
 * @typedef {{body: string, waiting: number, wait: {lo: number, hi: number, next?: boolean}}} Line
 * @typedef {{
 *   board: null | {e: number, s: number, at: number, branch: string, day: string,
 *     open: boolean, next?: {pt: string}, calls: Call[], queues: Line[], zones?: Zone[], notes?: Note[]},
 *   link?: {up: boolean, since: number},
 *   say?: null | {text: string, lang?: string},
 *   notice?: string, zone?: string, place?: string, now?: number,
 * }} State
 *   board: as the branch publishes it for this screen's zone, newest call first; zones: that zone alone; link: this box's own
 *   way to the branch (a page straight from the branch server needs none);
 *   say: what the voice is saying this moment; place: «Piso 0»; now: the
 *   server's clock, Unix milliseconds.
 */
import { care } from "./care.js";
import { stream, span } from "./stream.js";
import { h, html, render, Icon, useEffect, useLayoutEffect, useRef, useState } from "./html.js";

const LEAST_FRESH_MS = 8000;
const STALE_AFTER_MS = 3000;
const EARLIER = 5;
/** Earlier calls beside a video: all of them come back with the next call. */
const BESIDE_VIDEO = 3;
/** The most calls that share the board when many are new at once. */
const MOST_NEW = 24;
/** How long each message stays in the bar, and how often the glass is looked after (see care.js). */
const NOTE_MS = 12_000, CARE_MS = 1000;

/** One line of a counter's label: the words before its number, and the number. */
const counterParts = (/** @type {string} */ label) => {
  const m = /^(.*?)\s*(\S{1,3})$/.exec(label.trim());
  return m && m[1] ? { word: m[1], number: m[2] } : { word: "Balcão", number: label };
};
/** Whoever asks the machine for calm gets no moving pictures. */
const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
const zoneOf = (/** @type {State} */ s) => s.board?.zones?.[0];
const placeOf = (/** @type {State} */ s) => s.place || zoneOf(s)?.name;
const callKey = (/** @type {Call} */ c) => `${c.id}/${c.n}/${c.s}`;

/** A wait longer than this many minutes is only told as «more than» its lower end. */
const MOST_WAIT = 90;
const hours = (/** @type {number} */ m) => m < 60 ? `${m}` : m % 60 ? `${Math.floor(m / 60)} h ${m % 60}` : `${m / 60} h`;

/** Minutes as a range; unknown is said in people, never as a dash. */
const waitText = (/** @type {Line} */ q) =>
  q.wait.next ? "a seguir"
    : q.wait.hi > MOST_WAIT ? `mais de ${hours(q.wait.lo)}`
      : q.wait.hi > 0 ? (q.wait.lo > 0 ? `${q.wait.lo} a ${q.wait.hi}` : `até ${q.wait.hi}`)
        : q.waiting === 0 ? "não sabemos" : `${q.waiting} à espera`;

/** Makes text fit its box: the size of the sheet, or smaller. */
function Fit(/** @type {{as?: string, class: string, children?: any}} */ p) {
  const ref = useRef(/** @type {HTMLElement|null} */ (null));
  useLayoutEffect(() => {
    const el = ref.current;
    if (!el) return;
    const fit = () => {
      el.style.fontSize = "";
      const room = el.clientWidth, need = el.scrollWidth;
      if (need > room + 1) el.style.fontSize = `${Math.floor(parseFloat(getComputedStyle(el).fontSize) * room / need)}px`;
    };
    fit();
    document.fonts.ready.then(fit);
    addEventListener("resize", fit);
    return () => removeEventListener("resize", fit);
  });
  return h(p.as ?? "div", { class: "fit " + p.class, ref }, p.children);
}

function Clock(/** @type {{zone?: string, offset: number}} */ p) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => { const t = setInterval(() => setNow(Date.now()), 1000); return () => clearInterval(t); }, []);
  const d = new Date(now + p.offset);
  const zone = p.zone ? { timeZone: p.zone } : {};
  // Asked for together, a short month comes as a number.
  const part = (/** @type {Intl.DateTimeFormatOptions} */ o) => d.toLocaleDateString("pt-PT", { ...o, ...zone });
  const date = `${part({ weekday: "long" }).replace("-feira", "")}, ${part({ day: "numeric" })} ${part({ month: "short" })}`;
  return html`<span class="cb-date">${date}</span> <time class="cb-clock">${d.toLocaleTimeString("pt-PT", { hour: "2-digit", minute: "2-digit", ...zone })}</time>`;
}

function Header(/** @type {any} */ p) {
  const name = p.state.board?.branch ?? "";
  const kind = /^(Loja de Cidadão|Loja do Cidadão|Espaço Cidadão)\s+(.+)$/.exec(name);
  return html`<header class="cb-top">
    <span class="cb-mark"><${Icon} name="b-ticket" /></span>
    <h1><b>${kind ? kind[1] : name || "Balcão"}</b> <span>${[kind?.[2], placeOf(p.state)].filter(Boolean).join(" · ")}</span></h1>
    <div class="cb-when"><${Clock} zone=${p.state.zone} offset=${p.offset} /></div>
  </header>`;
}

function Current(/** @type {{call: Call, fresh: boolean, stale: boolean}} */ { call, fresh, stale }) {
  const to = counterParts(call.counter);
  return html`<section class=${"cb-now" + (fresh ? " fresh" : "") + (stale ? " old" : "")} aria-label="Chamada atual">
    <div class="cb-who">${stale
      ? html`<b>Última chamada conhecida</b><span>às ${new Date(call.at).toLocaleTimeString("pt-PT", { hour: "2-digit", minute: "2-digit" })}</span>`
      : html`<b>${call.body}</b><span>${call.n > 1 ? `${call.n}.ª chamada` : call.svc === call.body ? "" : call.svc}</span>`}</div>
    <${Fit} class="cb-number">${call.tk}<//>
    <div class="cb-where"><${Icon} name="b-arrow" /><${Fit} class="cb-counter"><span>${to.word}</span> <b>${to.number}</b><//></div>
  </section>`;
}

function Takeover(/** @type {any} */ { call, state, offset }) {
  const to = counterParts(call.counter);
  return html`<main class="cb cb-takeover"><h1 class="sr-only">A chamar agora</h1>
    <div class="cb-over-top"><span>${[call.body, placeOf(state)].filter(Boolean).join(" · ")}</span><${Clock} zone=${state.zone} offset=${offset} /></div>
    <${Fit} class="cb-over-number">${call.tk}<//>
    <div class="cb-over-where"><${Icon} name="b-arrow" /><${Fit} class="cb-over-counter"><span>${to.word}</span> <b>${to.number}</b><//></div>
    <div class="cb-over-say">${state.say ? html`<${Icon} name="volume-max" /><span class="cb-said">A dizer:</span> ${state.say.text}` : call.n > 1 ? `${call.n}.ª chamada` : call.svc}</div>
  </main>`;
}

function Earlier(/** @type {{calls: Call[], fresh: Set<string>}} */ { calls, fresh }) {
  return html`<table class=${"cb-before" + (calls.length > 5 ? " dense" : "") + (calls.some((c) => c.say) ? " shared" : "") + (calls.some((c) => c.tk.length > 4) ? " long" : "")}>
    <caption class="sr-only">Chamadas anteriores</caption>
    <thead><tr><th scope="col">Antes</th><td></td><th scope="col">Balcão</th></tr></thead>
    <tbody>${calls.map((c) => html`<tr key=${c.id} class=${fresh.has(callKey(c)) ? "fresh" : ""}>
      <td class="number">${c.say && html`<small>${c.body}</small>`}${c.tk}</td><td class="cb-to"><${Icon} name="b-arrow" /></td><td class="number">${counterParts(c.counter).number}</td></tr>`)}
    </tbody></table>`;
}

/** How far each video was, so that one that stepped aside for a call goes on. @type {Map<string, number>} */
const played = new Map();

/**
 * A video beside the calls: without sound, with captions, from this machine. One that this machine has not, or has with
 * other bytes, is not there.
 * @param {{video: Video, gone: (sha: string) => void}} p
 */
function Beside({ video, gone }) {
  const ref = useRef(/** @type {HTMLVideoElement|null} */ (null));
  const at = `/media/${video.sha}/`;
  useEffect(() => {
    const el = ref.current;
    if (!el) return;
    el.muted = true;
    el.currentTime = played.get(video.sha) ?? 0;
    for (const t of el.textTracks) t.mode = "showing";
    el.play().catch(() => {}); // its first picture stands still
    return () => { played.set(video.sha, el.currentTime); };
  }, [video.sha]);
  return html`<figure class="cb-video"><video ref=${ref} muted loop playsinline disablepictureinpicture aria-label="Vídeo da loja, sem som" onError=${() => gone(video.sha)}
    src=${at + video.file}><track kind="captions" srclang="pt" label="Legendas" default src=${at + video.file.replace(/\.\w+$/, ".vtt")} /></video></figure>`;
}

/** Many new calls at once: all of them, newest first, as large as they go. */
function Many(/** @type {{calls: Call[]}} */ { calls }) {
  const size = calls.length > 12 ? "third" : calls.length > 8 ? "half" : "";
  return html`<section class=${"cb-many " + size} aria-label="A chamar agora"><ol>${calls.map((c) => html`<li key=${c.id}>
    ${c.say && html`<small>${c.body}</small>`}<${Fit} as="b" class="">${c.tk}<//><${Icon} name="b-arrow" /><${Fit} as="b" class="to">${counterParts(c.counter).number}<//></li>`)}</ol></section>`;
}

function Foot(/** @type {any} */ { state, stale }) {
  if (stale) return html`<footer class="cb-waits"><${Icon} name="clock" /><p>Espera: sem informação até a ligação voltar. A sua senha continua válida.</p></footer>`;
  const lines = (state.board?.queues ?? []).slice(0, 5);
  return html`<footer class="cb-waits">
    ${lines.length > 0 && html`<${Icon} name="clock" /><p>Espera agora,<br/> em minutos</p>
    <dl>${lines.map((/** @type {Line} */ q) => html`<div key=${q.body}><dt>${q.body}</dt><${Fit} as="dd" class="">${waitText(q)}<//></div>`)}</dl>`}
  </footer>`;
}

/** What the bar says in turn: how to read the board, what the branch has to say. @param {State} state @param {number} now */
function sayings(state, now) {
  /** @type {{text: string, lang: string}[]} */
  const all = [{ text: state.board && !state.board.open ? "A loja está fechada." : "Quando vir o seu número, dirija-se ao balcão indicado.", lang: "pt-PT" }];
  if (state.notice) all.push({ text: state.notice, lang: "pt-PT" });
  for (const n of state.board?.notes ?? []) {
    if (n.until && n.until <= now) continue;
    all.push({ text: n.text.pt, lang: "pt-PT" });
    if (n.text.en) all.push({ text: n.text.en, lang: "en" });
  }
  return all;
}

/** The bar at the bottom: what is being said now, or a message. @param {{state: State, offset: number}} p */
function Bar({ state, offset }) {
  const [turn, setTurn] = useState(0);
  useEffect(() => { const t = setInterval(() => setTurn((n) => n + 1), NOTE_MS); return () => clearInterval(t); }, []);
  const say = state.say?.text;
  const all = sayings(state, Date.now() + offset);
  // What is new is said first: with messages, how to read the board comes after them.
  const { text, lang } = say ? { text: say, lang: state.say?.lang ?? "pt-PT" } : all[(turn + (all.length > 1 ? 1 : 0)) % all.length];
  return html`<div class=${"cb-bar" + (say ? " saying" : "")}><${Icon} name=${say ? "volume-max" : "info-mark"} /><${Fit} class="cb-bar-text">${say && html`<span class="cb-said">A dizer: </span>`}<span lang=${lang}>${text}</span><//></div>`;
}

function Board(/** @type {{state: State, link: any, offset: number, fresh: Set<string>, over: Call|null, most: number}} */ { state, link, offset, fresh, over, most }) {
  const down = !link.live && link.age > STALE_AFTER_MS ? link.age
    : state.link && !state.link.up ? Date.now() + offset - state.link.since : 0;
  const stale = down > 0;
  const calls = state.board?.calls ?? [];
  const spoken = calls[0];
  const [missing, setMissing] = useState("");
  const film = zoneOf(state)?.video;
  // A call takes the video out of the way, and so does whatever else people must see.
  const video = film && film.sha !== missing && !stale && fresh.size === 0 && !calm ? film : null;
  const earlier = Math.min(zoneOf(state)?.earlier || most, video ? BESIDE_VIDEO : MOST_NEW);
  const news = stale ? [] : calls.filter((c) => fresh.has(callKey(c))).slice(0, MOST_NEW);
  const live = html`<div class="sr-only" role="status" aria-live="assertive">${spoken && !stale ? `${spoken.tk}, ${spoken.counter}` : ""}</div>`;
  if (over && !stale) return html`<${Takeover} call=${over} state=${state} offset=${offset} />${live}`;
  return html`<main class=${"cb" + (stale ? " cb-stale" : "") + (most < EARLIER ? " cb-far" : "")}>
    <${Header} state=${state} offset=${offset} />
    ${stale && html`<div class="cb-notice" role="status"><${Icon} name="b-offline" /><div><b>Ecrã sem ligação há ${span(down)}</b><p>Os números podem ter mudado. Confirme a sua vez na receção.</p></div></div>`}
    <div class=${"cb-body" + (video ? " with-video" : "") + (calls.length > 0 ? "" : " no-calls")}>
      ${news.length > earlier + 1 ? html`<${Many} calls=${news} />` : calls.length > 0
        ? html`<${Current} call=${calls[0]} fresh=${fresh.has(callKey(calls[0]))} stale=${stale} />
          <${Earlier} calls=${calls.slice(1, 1 + earlier)} fresh=${stale ? new Set() : fresh} />`
        : html`<section class="cb-empty"><${Icon} name="bell" /><h2>${stale ? "Ainda sem chamadas conhecidas" : state.board && !state.board.open ? "A loja está fechada" : "Ainda não há chamadas hoje"}</h2>
          ${(stale || !state.board || state.board.open) && html`<p>Quando chegar a sua vez, o número e o balcão aparecem aqui.</p>`}
          ${!stale && state.board && !state.board.open && state.board.next && html`<p>${state.board.next.pt}</p>`}</section>`}
      ${video && html`<${Beside} key=${video.sha} video=${video} gone=${setMissing} />`}
    </div>
    <${Foot} state=${state} stale=${stale} />
    ${!stale && html`<${Bar} state=${state} offset=${offset} />`}
    ${live}
  </main>`;
}

function App(/** @type {{url: string, takeover: number, most: number}} */ { url, takeover, most }) {
  const [state, setState] = useState(/** @type {State} */ ({ board: null }));
  const [link, setLink] = useState(/** @type {import("./stream.js").Link} */ ({ live: false, age: 0, heard: null }));
  const [fresh, setFresh] = useState(/** @type {Map<string, number>} */ (new Map()));
  const [over, setOver] = useState(/** @type {Call|null} */ (null));
  const known = useRef(/** @type {Set<string>|null} */ (null));
  const latest = useRef(state);
  const offset = useRef(0);

  // A call is new when it was not on the board before; what the first
  // snapshot shows is not news.
  const take = (/** @type {State} */ s) => {
    const old = latest.current.board;
    if (old && s.board && (s.board.e < old.e || (s.board.e === old.e && s.board.s < old.s))) s = { ...s, board: old };
    latest.current = s;
    if (s.now) offset.current = s.now - Date.now();
    const calls = s.board?.calls ?? [];
    const keys = new Set(calls.map(callKey));
    const news = known.current && s.board ? calls.filter((c) => !known.current?.has(callKey(c))) : [];
    if (s.board) known.current = keys;
    setState(s);
    if (news.length === 0) return;
    const until = performance.now() + Math.max((zoneOf(s)?.takeover || takeover) * 1000, LEAST_FRESH_MS);
    setFresh((f) => {
      const next = new Map([...f].filter(([k, t]) => keys.has(k) && t > performance.now()));
      // One call alone takes the whole board; several at once share it, each
      // yellow for its full time.
      setOver(next.size === 0 && news.length === 1 ? news[0] : null);
      for (const c of news) next.set(callKey(c), until);
      return next;
    });
  };

  useEffect(() => {
    const s = stream(url, {
      snapshot: (snap) => take(snap),
      // A clock that came earlier is no clock any more.
      delta: (d) => take({ ...latest.current, now: undefined, ...d }),
      link: setLink,
    });
    return () => s.close();
  }, [url]);

  useEffect(() => {
    if (fresh.size === 0) return;
    const next = Math.min(...fresh.values()) - performance.now();
    const t = setTimeout(() => setFresh((f) => {
      const left = new Map([...f].filter(([, until]) => until > performance.now()));
      if (left.size === 0) setOver(null);
      return left;
    }), Math.max(0, next) + 20);
    return () => clearTimeout(t);
  }, [fresh]);

  // Nothing stays bright on the same points of the glass for ever.
  const [look] = useState(care), news = fresh.size > 0;
  useLayoutEffect(() => {
    const now = () => look(Date.now() + offset.current, latest.current.board?.calls[0]?.at ?? 0, news);
    now();
    const t = setInterval(now, CARE_MS);
    addEventListener("resize", now);
    return () => { clearInterval(t); removeEventListener("resize", now); };
  }, [news]);

  return html`<${Board} state=${state} link=${link} offset=${offset.current} fresh=${new Set(fresh.keys())} over=${over} most=${most} />`;
}

const root = /** @type {HTMLElement|null} */ (document.querySelector("[data-callboard]"));
if (root) {
  render(html`<${App} url=${root.dataset.callboard ?? "/events"} takeover=${Number(root.dataset.takeover) || 8} most=${Number(root.dataset.earlier) || EARLIER} />`, root);
}
