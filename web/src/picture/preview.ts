// The 16-pixel preview that comes with every picture, as an image that needs no request: a tiny BMP in a
// data: URL, which browsers blur when they enlarge it.
import type { Preview } from './document';

/** null: the preview's bytes are not what its size promises. */
export function previewImage({ width, height, rgb }: Preview): string | null {
  const pixels = bytesOf(rgb);
  if (!pixels || width < 1 || height < 1 || width > 64 || height > 64 || pixels.length !== width * height * 3) return null;
  return 'data:image/bmp;base64,' + btoa(textOf(bitmap(pixels, width, height)));
}

const headerBytes = 54;

/** BITMAPINFOHEADER, 24 bits a pixel, rows bottom-up and padded to four bytes. */
function bitmap(rgb: Uint8Array, width: number, height: number): Uint8Array {
  const rowBytes = (width * 3 + 3) & ~3;
  const file = new Uint8Array(headerBytes + rowBytes * height);
  const view = new DataView(file.buffer);
  file.set([0x42, 0x4d]);
  view.setUint32(2, file.length, true);
  view.setUint32(10, headerBytes, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, width, true);
  view.setInt32(22, height, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, 24, true);
  view.setUint32(34, rowBytes * height, true);
  for (let y = 0; y < height; ++y) {
    for (let x = 0; x < width; ++x) {
      const from = (y * width + x) * 3;
      const to = headerBytes + (height - 1 - y) * rowBytes + x * 3;
      file[to] = rgb[from + 2] ?? 0;
      file[to + 1] = rgb[from + 1] ?? 0;
      file[to + 2] = rgb[from] ?? 0;
    }
  }
  return file;
}

/** Base64url, with or without padding; null: it is not. */
function bytesOf(base64url: string): Uint8Array | null {
  try {
    const text = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'));
    return Uint8Array.from(text, (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}

function textOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
