// What a collection can be put into groups by, as its documents tell.
import { describe, expect, it } from 'vitest';
import { attributesIn, folderOf, groupsOf } from './attributes';

describe('attributes', () => {
  it('are those whose values records share, most frequent first', () => {
    const documents = [
      { path: 'a/1.jpg', width: 4, title: 'one', shop: 'north', price: 7, tags: ['new', 'cheap'], exif: { camera: 'X' } },
      { path: 'a/2.jpg', width: 4, title: 'two', shop: 'south', price: 8, tags: ['new'], exif: { camera: 'X' } },
      { path: 'b/3.jpg', width: 4, title: 'three', shop: 'north', price: 9, exif: {} },
    ];
    expect(attributesIn(documents)).toEqual(['shop', 'tags', 'exif.camera']);
  });

  it('are not what is said of the file, nor long texts, nulls and what is nested too deep', () => {
    const document = {
      preview: { width: 16 }, content: 'ff', link: 'https://shop.example', story: 'x'.repeat(121), none: null,
      a: { b: { c: { d: { e: { f: 1 } } } } }, '.': 1,
    };
    expect(attributesIn([document, document])).toEqual([]);
  });

  it('are all there are where a single record tells', () => {
    expect(attributesIn([{ shop: 'north' }])).toEqual(['shop']);
    expect(attributesIn([])).toEqual([]);
  });
});

describe('a record', () => {
  it('is in a group for each of its values', () => {
    expect(groupsOf({ shop: 'a/b', tags: ['x', 'x', 2, null], exif: { iso: 100 }, __proto__x: true })).toEqual([
      { by: 'shop', value: 'a/b' },
      { by: 'tags', value: 'x' },
      { by: 'tags', value: 2 },
      { by: 'exif.iso', value: 100 },
      { by: '__proto__x', value: true },
    ]);
  });

  it.each([['a.jpg', '/'], ['a/b.jpg', 'a'], ['a/b/c.jpg', 'a/b']])('of %s lies in %s', (path, folder) => {
    expect(folderOf(path)).toBe(folder);
  });
});
