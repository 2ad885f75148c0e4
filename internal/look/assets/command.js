// @ts-check
/**
 * A wish that is sent until it is answered, and counts once.
 *
 * Every tap makes one key; the same key goes with every try of that tap, so a
 * lost answer never becomes a second ticket or a second call. The server
 * stores key and answer before it answers.
 */

/** A new key, a random UUID. It works on plain HTTP too, unlike crypto.randomUUID. */
export function newKey() {
  const b = crypto.getRandomValues(new Uint8Array(16));
  b[6] = (b[6] & 0x0f) | 0x40;
  b[8] = (b[8] & 0x3f) | 0x80;
  const h = [...b].map((x) => x.toString(16).padStart(2, "0")).join("");
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-${h.slice(12, 16)}-${h.slice(16, 20)}-${h.slice(20)}`;
}

/**
 * Posts body as JSON (or as a form when it is FormData or URLSearchParams, or
 * as it is when it is a file)
 * and tries again, under the same key, until the server itself answers. Only
 * silence and 502, 503, 504 are tried again: everything else is an answer.
 * @param {string} url
 * @param {any} body
 * @param {{key?: string, signal?: AbortSignal, slow?: () => void, most?: number}} [opt]
 *   slow is called once if there is no answer after 300 ms: say «Um momento…»;
 *   most is the longest pause between tries, 2000 ms when left out.
 * @returns {Promise<{ok: boolean, status: number, key: string, data: any}>}
 */
export async function command(url, body, opt = {}) {
  const key = opt.key ?? newKey();
  const form = body instanceof FormData ? new URLSearchParams(/** @type {any} */ (body)) : body;
  const isForm = form instanceof URLSearchParams;
  const file = form instanceof Blob;
  const patience = file ? 60000 : 10000;
  const slow = opt.slow && setTimeout(opt.slow, 300);
  try {
    for (let wait = 150; ; wait = Math.min(wait * 2, opt.most ?? 2000)) {
      try {
        const r = await fetch(url, {
          method: "POST",
          headers: {
            "Idempotency-Key": key,
            "Accept": "application/json",
            ...(isForm ? {} : { "Content-Type": file ? "application/octet-stream" : "application/json" }),
          },
          body: isForm || file ? form : JSON.stringify(body ?? {}),
          signal: opt.signal ? AbortSignal.any([opt.signal, AbortSignal.timeout(patience)]) : AbortSignal.timeout(patience),
          cache: "no-store",
        });
        if (![502, 503, 504].includes(r.status)) {
          const text = await r.text();
          const json = r.headers.get("Content-Type")?.includes("json");
          return { ok: r.ok, status: r.status, key, data: json && text ? JSON.parse(text) : text };
        }
      } catch (e) {
        if (opt.signal?.aborted) throw e;
      }
      // Jitter, so that a room full of pages does not come back in step.
      await new Promise((done) => setTimeout(done, wait * (0.75 + Math.random() / 2)));
    }
  } finally {
    clearTimeout(slow);
  }
}
