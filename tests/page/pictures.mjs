// Folders of pictures to look at: drawn here, in a few families whose members look alike, each in its own size
// and colors; always the same.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';

const sizes = [
  [400, 300],
  [300, 400],
  [360, 360],
  [480, 270],
  [540, 200],
];

/** What a family draws at (x, y), from -1 to 1 each: a shade from 0 to 1. */
const families = {
  rings: (x, y, n) => (Math.hypot(x, y) * (3 + n)) % 1,
  stripes: (x, y, n) => ((x + y * 0.4 * n) * 3 + 9) % 1,
  checks: (x, y, n) => (Math.floor((x + 2) * (2 + n)) + Math.floor((y + 2) * (2 + n))) % 2,
  suns: (x, y, n) => (Math.hypot(x, y) < 0.35 + 0.03 * n ? 1 : Math.abs((Math.atan2(y, x) * (3 + n)) % 1) * 0.5),
  hills: (x, y, n) => (y > Math.sin(x * (2 + n)) * 0.4 ? 0.8 : 0.15 + (y + 1) * 0.2),
  boxes: (x, y, n) => (Math.max(Math.abs(x), Math.abs(y)) * (2 + n)) % 1,
  waves: (x, y, n) => 0.5 + 0.5 * Math.sin(x * (4 + n) + Math.sin(y * 5) * 2),
  drops: (x, y, n) => (Math.hypot(((x + 2) * (1 + n * 0.3)) % 1 - 0.5, ((y + 2) * (1 + n * 0.3)) % 1 - 0.5) < 0.3 ? 0.9 : 0.2),
};

/** A color from 0 to 255 each for a hue in turns. */
function colorOf(hue, shade) {
  const channel = (shift) => 0.5 + 0.5 * Math.cos(2 * Math.PI * (hue + shift));
  return [0, 1 / 3, 2 / 3].map((shift) => Math.round(255 * (0.15 + 0.85 * shade) * (0.25 + 0.75 * channel(shift))));
}

/** A PNG of a family's member. `brighter` changes every pixel a little, which makes a copy that is not the same. */
export function picture(family, number, { brighter = 0, large = 1 } = {}) {
  const [width, height] = sizes[(number * 7 + family.length) % sizes.length].map((side) => Math.round(side * large));
  const draw = families[family];
  const hue = (number * 0.381966 + family.length * 0.17) % 1;
  const rows = Buffer.alloc((width * 3 + 1) * height);
  let at = 0;
  for (let y = 0; y < height; ++y) {
    rows[at++] = 0;
    for (let x = 0; x < width; ++x) {
      const shade = draw((2 * x) / width - 1, (2 * y) / height - 1, number % 5);
      for (const value of colorOf(hue, shade)) rows[at++] = Math.min(255, value + brighter);
    }
  }
  return png(width, height, rows);
}

/**
 * The PNG with what a camera would have written into it (EXIF): `texts` and `rationals` (numerator, denominator) by
 * tag; those of the camera itself, and those of the exposure.
 */
export function withPhotograph(bytes, camera, exposure) {
  const behindHeader = 33;
  return Buffer.concat([
    bytes.subarray(0, behindHeader),
    chunk('eXIf', tiff(Object.entries(camera), Object.entries(exposure))),
    bytes.subarray(behindHeader),
  ]);
}

/** The folder of most tests: 160 pictures, copies of two of them, and two files that are none. */
export function drawCollection(folder) {
  for (const family of Object.keys(families)) {
    for (let number = 1; number <= 20; ++number) write(folder, `${family}/${nameOf(family, number)}`, picture(family, number));
  }
  for (let copy = 1; copy <= 4; ++copy) {
    write(folder, `copies/rings-03-copy-${copy}.png`, picture('rings', 3, { brighter: copy }));
    write(folder, `copies/hills-05-copy-${copy}.png`, picture('hills', 5, { brighter: copy }));
  }
  write(folder, 'broken/cut-off.png', picture('rings', 1).subarray(0, 3000));
  write(folder, 'broken/こわれた画像.jpg', Buffer.from('no picture'));
}

/** A small folder. */
export function drawFew(folder, count) {
  for (let number = 1; number <= count; ++number) write(folder, nameOf('suns', number), picture('suns', number));
}

export const nameOf = (family, number) => `${family}-${String(number).padStart(2, '0')}.png`;

export function write(folder, name, bytes) {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
}

/** Two directories in big-endian TIFF, with room for what does not fit into their entries. */
function tiff(camera, exposure) {
  const [firstAt, secondAt] = [8, 256];
  const bytes = Buffer.alloc(2 * secondAt);
  bytes.write('MM');
  bytes.writeUInt16BE(42, 2);
  bytes.writeUInt32BE(firstAt, 4);
  const exposureTag = 0x8769;
  writeDirectory(bytes, firstAt, [...camera, [exposureTag, { pointer: secondAt }]]);
  writeDirectory(bytes, secondAt, exposure);
  return bytes;
}

function writeDirectory(bytes, start, entries) {
  bytes.writeUInt16BE(entries.length, start);
  let place = start + 2 + 12 * entries.length + 4;
  for (const [position, [tag, value]] of entries.entries()) {
    const at = start + 2 + 12 * position;
    const isText = typeof value === 'string';
    const size = isText ? Buffer.byteLength(value) + 1 : 1;
    bytes.writeUInt16BE(Number(tag), at);
    bytes.writeUInt16BE(isText ? 2 : value.pointer ? 4 : 5, at + 2);
    bytes.writeUInt32BE(size, at + 4);
    bytes.writeUInt32BE(value.pointer ?? place, at + 8);
    if (value.pointer) continue;
    if (isText) bytes.write(value, place);
    else value.forEach((number, i) => bytes.writeUInt32BE(number, place + 4 * i));
    place += isText ? size : 8;
  }
}

function png(width, height, rows) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const image = deflateSync(rows, { level: 1 });
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', image), chunk('IEND', Buffer.alloc(0))]);
}

function chunk(kind, data) {
  const body = Buffer.concat([Buffer.from(kind, 'latin1'), data]);
  const whole = Buffer.alloc(body.length + 8);
  whole.writeUInt32BE(data.length, 0);
  body.copy(whole, 4);
  whole.writeUInt32BE(crc32(body), body.length + 4);
  return whole;
}
