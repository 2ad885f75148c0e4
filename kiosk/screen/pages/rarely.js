// @ts-check
/** Fetches what few people meet (rare.js) with the first view that needs it. It then stays. */

/** @type {typeof import("./rare.js")|null} */
export let rare = null;
/** @type {Promise<void>|null} */
let coming = null;

/** Whether a view cannot be drawn without it. @param {any} v */
export const needsRare = (v) => !rare && !!(v.pad || v.video || v.warning || v.ear || v.remind || v.slip?.scan || v.notices?.some((/** @type {any} */ n) => n.picture) || v.screen === "card" || v.screen === "cardnumber");

/** Fetches it, again and again while the kiosk's program is away. */
export const fetchRare = () => coming ??= (async () => {
  for (let i = 0; !rare; i++) {
    try {
      rare = await import(i ? `./rare.js?again=${i}` : "./rare.js");
    } catch {
      await new Promise((done) => setTimeout(done, 500));
    }
  }
})();
