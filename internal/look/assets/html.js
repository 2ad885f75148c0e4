// @ts-check
/**
 * Preact bound to htm, and the icon: what a page with its own state imports.
 *   import { html, render, Icon } from "look/html.js";
 */
import { h } from "preact";
import htm from "htm";

export { h, render, Fragment } from "preact";
export { useState, useEffect, useLayoutEffect, useRef, useMemo, useCallback, useReducer } from "preact/hooks";

export const html = htm.bind(h);

const icons = new URL("./icons.svg", import.meta.url).href;
const marks = new URL("./marks.svg", import.meta.url).href;

// A symbol out of another file costs a request and a second layout each time it is drawn: soon they stand in the page.
addEventListener("load", () => setTimeout(() => [icons, marks].map((sheet) => fetch(sheet).then((r) => r.text()).then((text) =>
  document.body.insertAdjacentHTML("beforeend", `<div hidden>${text.replaceAll('id="', 'id="i-')}</div>`), () => {})), 2000));

const at = (/** @type {string} */ name) => document.getElementById("i-" + name) ? "#i-" + name : (name.startsWith("b-") ? marks : icons) + "#" + name;

/**
 * An icon, hidden from screen readers: the word beside it speaks. Names that
 * begin with "b-" are our own marks.
 * @param {{name: string, class?: string}} p
 */
export function Icon(p) {
  return html`<svg class=${"icon " + (p.class ?? "")} aria-hidden="true"><use href=${at(p.name)}></use></svg>`;
}
