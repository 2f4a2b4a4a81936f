// The preview's BMP is read back byte by byte, as a browser would.
import { describe, expect, it } from 'vitest';
import { Seeded } from '../testing/seeded';
import { previewImage } from './preview';

const base64url = (bytes: Uint8Array) =>
  btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

function pixelsOf(image: string | null): { width: number; height: number; rgb: number[] } {
  const text = atob((image ?? '').split(',')[1] ?? '');
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  const header = new DataView(bytes.buffer);
  const [start, width, height] = [header.getUint32(10, true), header.getInt32(18, true), header.getInt32(22, true)];
  expect(text.slice(0, 2)).toBe('BM');
  expect(header.getUint32(2, true)).toBe(bytes.length);
  expect(header.getUint16(28, true)).toBe(24);
  const rowBytes = Math.ceil((width * 3) / 4) * 4;
  const rgb: number[] = [];
  for (let y = height - 1; y >= 0; --y) {
    for (let x = 0; x < width; ++x) {
      const at = start + y * rowBytes + x * 3;
      rgb.push(bytes[at + 2] ?? -1, bytes[at + 1] ?? -1, bytes[at] ?? -1);
    }
  }
  return { width, height, rgb };
}

describe('previewImage', () => {
  it.each(Array.from({ length: 40 }, (_, i) => i + 1))('holds the pixels of the preview (seed %i)', (seed) => {
    const random = new Seeded(seed);
    const [width, height] = [random.integer(1, 16), random.integer(1, 16)];
    const rgb = Uint8Array.from({ length: width * height * 3 }, () => random.integer(0, 255));
    const image = previewImage({ width, height, rgb: base64url(rgb) });
    expect(image).toMatch(/^data:image\/bmp;base64,/);
    expect(pixelsOf(image)).toEqual({ width, height, rgb: [...rgb] });
  });

  it('refuses what its size does not promise', () => {
    expect(previewImage({ width: 2, height: 2, rgb: base64url(new Uint8Array(11)) })).toBeNull();
    expect(previewImage({ width: 2, height: 2, rgb: '!!' })).toBeNull();
    expect(previewImage({ width: 0, height: 2, rgb: '' })).toBeNull();
    expect(previewImage({ width: 1e6, height: 1e6, rgb: '' })).toBeNull();
  });
});
