// How long each point of a screen stayed bright, measured on pictures of it.

/**
 * Counts in a page of its own. Bright is what gives at least 0.4 of the light of white.
 * @param {import('playwright-core').Browser} browser @param {{width: number, height: number}} size
 */
export async function wearOf(browser, size) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.evaluate(({ width, height }) => {
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width, height });
    const draw = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d', { willReadFrequently: true }));
    const n = width * height, since = new Float64Array(n).fill(-1), longest = new Float64Array(n), light = new Float64Array(256).map((_, v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    Object.assign(window, {
      add: async (/** @type {string} */ png, /** @type {number} */ minute) => {
        draw.drawImage(await createImageBitmap(await (await fetch(png)).blob()), 0, 0);
        const { data } = draw.getImageData(0, 0, width, height);
        for (let i = 0; i < n; i++) {
          const bright = 0.2126 * light[data[4 * i]] + 0.7152 * light[data[4 * i + 1]] + 0.0722 * light[data[4 * i + 2]] >= 0.4;
          if (!bright) { since[i] = -1; continue; }
          if (since[i] < 0) since[i] = minute;
          longest[i] = Math.max(longest[i], minute - since[i]);
        }
      },
      worst: () => {
        let at = 0, lit = 0;
        for (let i = 0; i < n; i++) { if (longest[i] > longest[at]) at = i; if (longest[i] > 0) lit++; }
        return { minutes: longest[at], x: at % width, y: Math.floor(at / width), lit };
      },
    });
  }, size);
  return {
    /** @param {Buffer} png @param {number} minute */
    add: (png, minute) => page.evaluate(([png, minute]) => /** @type {any} */ (window).add(png, minute), /** @type {[string, number]} */ ([`data:image/png;base64,${png.toString('base64')}`, minute])),
    /** The point that was bright longest without a break. @returns {Promise<{minutes: number, x: number, y: number, lit: number}>} */
    worst: () => page.evaluate(() => /** @type {any} */ (window).worst()),
    close: () => context.close(),
  };
}
