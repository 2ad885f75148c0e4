// Starts the machine's own Chromium for the tests and the pictures. No browser is ever downloaded.
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

// Chromium calls home at every start unless it is told not to; its sandbox does not work for root.
const quiet = [
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-gpu',
];

/** The browser that is installed here. BALCAO_CHROMIUM names another. */
export function browserPath() {
  const path = [process.env.BALCAO_CHROMIUM, ...places].find((p) => p && existsSync(p));
  if (!path) throw new Error('no Chromium on this machine: run .ci/install test');
  return path;
}

/**
 * Starts it without a window. The caller closes it.
 * @param {Record<string, string>} [sound] what a program needs to play on a sound server, such as startSound gives it;
 * silent without
 */
export function launch(sound) {
  const asRoot = process.getuid?.() === 0;
  return chromium.launch({
    executablePath: browserPath(), args: asRoot ? [...quiet, '--no-sandbox'] : quiet,
    ...(sound && { ignoreDefaultArgs: ['--mute-audio'], env: { ...process.env, ...sound } }),
  });
}

/**
 * Opens a page that fails the test when a script complains or asks for anything outside this machine.
 * `complaints` fills while the page lives; an honest test ends by expecting it empty.
 * @param {import('playwright-core').Browser} browser
 * @param {import('playwright-core').BrowserContextOptions} [options]
 */
export async function watchedPage(browser, options = {}) {
  const context = await browser.newContext({ locale: 'pt-PT', ...options });
  /** @type {string[]} */
  const complaints = [];
  await context.route(
    (url) => !['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname) && url.protocol.startsWith('http'),
    (route) => {
      complaints.push(`asked for ${route.request().url()}`);
      return route.abort();
    },
  );
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  return { page, context, complaints };
}
