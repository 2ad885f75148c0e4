// @ts-check
/**
 * What few people meet: the keypads, the pictures of a card, the recording in sign language, the question at the end of a
 * session, the bar of the spoken guide, the reminder of a card. It is fetched with the first view that needs it, see
 * rarely.js, so that nobody waits for it who only takes a ticket.
 */
import { html, Icon, useEffect, useRef, useState } from "look/html.js";
import { pressed } from "./ear.js";
import { Button, Left, stop } from "./parts.js";
import { typed } from "./typing.js";

export { EarBar, follow } from "./ear.js";

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
  const ref = useRef(/** @type {HTMLVideoElement|null} */ (null));
  // Chromium keeps for ever what still plays or shows captions, with all that stood around it.
  useEffect(() => { const v = ref.current; return () => { if (v) { for (const t of v.textTracks) t.mode = "disabled"; v.pause(); v.removeAttribute("src"); v.load(); } }; }, []);
  return html`<figure class="sign">
    <video ref=${ref} src=${video.sample ? "/pages/sign-sample.webm" : `/sign/${video.name}.webm`} controls autoplay muted loop playsinline aria-label=${video.label}>
      <track kind="captions" srclang=${lang} label=${video.label} default src=${`/sign/${video.name}.vtt?text=${encodeURIComponent(video.caption)}`} /></video>
    ${video.sample && html`<p class="sample">${video.sample}</p>`}
    <figcaption><b>${video.label}</b></figcaption>
  </figure>`;
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

/** The picture of a code to be read with a telephone. */
export function Code(/** @type {any} */ { code, label }) {
  return html`<svg class="qr" viewBox=${`0 0 ${code.side} ${code.side}`} role="img" aria-label=${label} shape-rendering="crispEdges"><path d=${code.path} /></svg>`;
}

/** The code of a ticket that may have no paper. */
export function Scan(/** @type {any} */ { scan }) {
  return html`<figure class="scan"><${Code} code=${scan} label=${scan.help} /><figcaption>${scan.label}</figcaption></figure>`;
}

/** A key, from whatever it comes. @param {KeyboardEvent} e @param {any} view @param {Record<string, string>} assigned @param {import("./parts.js").Tap} tap @param {HTMLElement} face */
export function heard(e, view, assigned, tap, face) {
  if (!typed(e, view, tap)) pressed(e, view, assigned, face);
}

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

/** Reminds of a card in the reader: once, or again every six seconds for two minutes or until what it answers is called. @param {string} how */
export function remind(how) {
  chime();
  let left = how === "again" ? 20 : 0;
  const again = setInterval(() => { if (--left < 0) clearInterval(again); else chime(); }, 6000);
  return () => clearInterval(again);
}
