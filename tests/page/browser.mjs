// What the tests ask of a page again and again. One browser
// and one server for all suites (node --test-isolation=none); each test has a profile of its own.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after } from 'node:test';
import { launch, packages } from './chromium.mjs';
import { drawCollection } from './pictures.mjs';
import { index, Server, temporaryFolder } from './server.mjs';

const axeSource = packages.resolve('axe-core/axe.min.js');
const shotsFolder = resolve(process.env.SOKKURI_BUILD_DIR ?? 'build/release', 'page-shots');
mkdirSync(shotsFolder, { recursive: true });

export const folder = join(temporaryFolder(), 'pictures');
drawCollection(folder);
index(folder);
export const server = new Server(folder);
await server.start();
export const collection = 'pictures';

const browser = await launch();
after(async () => {
  await browser.close();
  await server.kill();
});

export const wide = { viewport: { width: 1280, height: 800 } };
export const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };

/**
 * Runs `body(page, context)` in a fresh profile. Fails on errors of the page's own script, on what its security policy
 * refuses, and on any request to another origin. `expects`: console errors that belong to the test.
 */
export function visit(options, body, { origin = server.origin, expects = /^$/ } = {}) {
  return async () => {
    const context = await browser.newContext({ locale: 'en-US', baseURL: origin, ...wide, ...options });
    context.setDefaultTimeout(10_000);
    await context.addInitScript(rememberInputs);
    const page = await context.newPage();
    const faults = [];
    page.on('pageerror', (error) => faults.push(error.stack));
    page.on('console', (message) => {
      // Answers that are errors are what many tests are about; the page's own errors are not.
      const isOwn = message.type() === 'error' && !message.text().startsWith('Failed to load resource');
      if (isOwn && !expects.test(message.text())) faults.push(message.text());
    });
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (url.protocol.startsWith('http') && url.origin !== origin) faults.push(`asked ${url.origin}`);
    });
    try {
      await body(page, context);
      assert.deepEqual(faults, []);
    } catch (error) {
      await page.screenshot({ path: join(shotsFolder, `failed-${Date.now()}.png`) }).catch(() => undefined);
      const inputs = await page.evaluate(() => globalThis.inputs).catch(() => undefined);
      if (inputs) console.error(`what the page was told before it failed: ${inputs.join(', ')}`);
      throw error;
    } finally {
      await context.close();
    }
  };
}

/** In the page: the last events of mouse and drag with their time and place, for whoever asks why a test failed. */
function rememberInputs() {
  globalThis.inputs = [];
  for (const type of ['mousedown', 'mouseup', 'pointercancel', 'dragstart', 'dragenter', 'drop', 'dragend']) {
    const remember = ({ target }) => {
      const place = target.closest?.('[data-tile]')?.dataset.tile ?? target.nodeName;
      globalThis.inputs.push(`${type} at ${Math.round(performance.now())} ms on ${place}`);
      globalThis.inputs.splice(0, globalThis.inputs.length - 20);
    };
    addEventListener(type, remember, true);
  }
}

export const tiles = (page) => page.locator('[data-tile]');
export const heading = (page) => page.locator('h1').first();
export const idOf = (locator) => locator.getAttribute('data-tile');

/** The wall stands and its first pictures are there. */
export async function wall(page, address = '/') {
  await page.goto(address);
  await tiles(page).first().waitFor();
  await shown(page);
}

/** Every thumbnail in sight has come. */
export async function shown(page) {
  await page.waitForFunction(() => {
    const images = [...document.querySelectorAll('main img')].filter((image) => {
      const { top, bottom, left, right } = image.getBoundingClientRect();
      return bottom > 0 && top < innerHeight && right > 0 && left < innerWidth;
    });
    return images.length > 0 && images.every((image) => image.complete);
  });
}

/** No scrolling is under way: a turn of the wheel goes on for some frames. */
export async function settled(page) {
  await page.waitForFunction(async () => {
    const top = scrollY;
    await new Promise((resolve) => { setTimeout(resolve, 120); });
    return scrollY === top;
  });
}

/** No jump is being animated: while one is, nothing can be pointed at, and whoever tries again scrolls the page. */
export async function still(page) {
  await page.waitForFunction(async () => {
    // What has just been drawn is animated from the next frame on.
    await new Promise((resolve) => { requestAnimationFrame(() => requestAnimationFrame(resolve)); });
    return document.getAnimations().every(({ effect }) => !effect.pseudoElement?.startsWith('::view-transition'));
  });
}

/** Clicks the tile and waits for its neighbors; gives its id. */
export async function jump(page, position) {
  const tile = tiles(page).nth(position);
  const id = await idOf(tile);
  await tile.click();
  await arrived(page, id);
  return id;
}

export async function arrived(page, id) {
  await page.waitForURL((url) => url.pathname.endsWith(`/i/${encodeURIComponent(id)}`));
  await page.locator(`[data-subject][data-original*="${CSS.escape(encodeURIComponent(id))}"]`).waitFor();
  await page.waitForFunction((own) => {
    const first = document.querySelector('[data-tile]');
    return first && first.dataset.tile !== own;
  }, id);
}

/** What a drop or a paste carries. */
export function transfer(page, files) {
  const plain = files.map(({ name, type, bytes }) => ({ name, type, text: Buffer.from(bytes).toString('base64') }));
  return page.evaluateHandle((list) => {
    const data = new DataTransfer();
    for (const { name, type, text } of list) {
      const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
      data.items.add(new File([bytes], name, { type }));
    }
    return data;
  }, plain);
}

export async function drop(page, files) {
  const dataTransfer = await transfer(page, files);
  await page.dispatchEvent('body', 'dragover', { dataTransfer });
  await page.locator('[data-drop-target]').waitFor();
  await page.dispatchEvent('body', 'drop', { dataTransfer });
}

export async function paste(page, files) {
  const clipboardData = await transfer(page, files);
  await page.evaluate((data) => {
    document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  }, clipboardData);
}

/** What axe finds wrong, as WCAG 2.2 AA has it. */
export async function accessibilityFaults(page) {
  // evaluate() runs beside the page's security policy, a script tag would not.
  await page.evaluate(await axeText());
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
      resultTypes: ['violations'],
    }),
  );
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`).join(' | ')}`);
}

let axe = null;
async function axeText() {
  const { readFile } = await import('node:fs/promises');
  axe ??= await readFile(axeSource, 'utf8');
  return axe;
}

/** A picture of the page for people to look at: build/…/page-shots/NAME.png. */
export async function shot(page, name) {
  await page.screenshot({ path: join(shotsFolder, `${name}.png`) });
}

/** Node has no CSS.escape. */
const CSS = { escape: (text) => text.replace(/["\\]/g, '\\$&') };
