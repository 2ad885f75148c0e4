// @ts-check
/**
 * The live half of a page: a snapshot first, then changes, and at every moment
 * the honest age of what is shown.
 *
 * Server side: GET url answers text/event-stream with events named "snapshot"
 * (data: the whole state as JSON), "delta" (data: a change) and "beat" (any
 * data, every few seconds; a comment line is invisible to scripts, so a beat
 * is what tells a dead network from a quiet one). Every event but a beat has
 * an id; the browser sends the last one back after a break.
 *
 * @typedef {{live: boolean, age: number, heard: Date|null}} Link
 *   live: the stream is open and heard from lately; age: milliseconds since
 *   anything was heard; heard: when that was, null before the first time.
 * @typedef {{
 *   snapshot?: (state: any, id: string) => void,
 *   delta?: (change: any, id: string) => void,
 *   link?: (link: Link) => void,
 *   silence?: number,
 * }} Handlers
 *   silence: milliseconds without any event after which the page is stale;
 *   5000 when left out.
 */

/**
 * Opens the stream and keeps it open until close is called.
 * @param {string} url
 * @param {Handlers} on
 * @returns {{close: () => void}}
 */
export function stream(url, on) {
  const silence = on.silence ?? 5000;
  /** @type {EventSource|null} */
  let source = null;
  let heard = 0; // by the monotonic clock: the wall clock may jump
  let heardAt = /** @type {Date|null} */ (null);
  let opened = 0;
  let open = false, closed = false;
  let retry = 0;
  const began = performance.now();

  const alive = () => { heard = performance.now(); heardAt = new Date(); tell(); };
  const tell = () => {
    const age = performance.now() - (heardAt ? heard : began);
    on.link?.({ live: open && heardAt !== null && age <= silence, age, heard: heardAt });
  };

  /** @param {MessageEvent} e */
  const parse = (e) => { try { return JSON.parse(e.data); } catch { return undefined; } };

  const connect = () => {
    if (closed) return;
    const es = source = new EventSource(url);
    es.onopen = () => { open = true; opened = performance.now(); };
    es.addEventListener("snapshot", (e) => {
      const s = parse(e);
      if (s === undefined) return reopen();
      on.snapshot?.(s, e.lastEventId); alive();
    });
    es.addEventListener("delta", (e) => {
      const d = parse(e);
      if (d === undefined) return reopen();
      on.delta?.(d, e.lastEventId); alive();
    });
    es.addEventListener("beat", alive);
    es.onerror = () => {
      open = false; tell();
      // The browser comes back by itself from a broken line, but not from an
      // answer such as 503.
      if (es.readyState === EventSource.CLOSED) reopen();
    };
  };
  const reopen = () => {
    source?.close(); open = false;
    clearTimeout(retry);
    retry = setTimeout(connect, 1000);
  };

  connect();
  const timer = setInterval(() => {
    tell();
    // A line that is open but silent for long is dead: try a new one.
    if (open && performance.now() - Math.max(heard, opened) > 3 * silence) reopen();
  }, 1000);
  return { close() { closed = true; clearInterval(timer); clearTimeout(retry); source?.close(); } };
}

/**
 * An age in words, as pages show it: «1 s», «12 s», «2 min», «1 h 34 min».
 * @param {number} ms
 */
export function span(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  if (s < 60) return `${s} s`;
  const m = Math.floor(s / 60);
  if (m < 60) return `${m} min`;
  return m % 60 ? `${Math.floor(m / 60)} h ${m % 60} min` : `${m / 60} h`;
}
