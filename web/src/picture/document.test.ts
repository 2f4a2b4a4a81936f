// Records that others put may say anything of themselves.
import { describe, expect, it } from 'vitest';
import { aspectOf, attributesOf, linkIn, pictureOf } from './document';

describe('pictureOf', () => {
  it('reads the document of a picture', () => {
    const document = {
      path: 'beach/IMG_0042.jpg',
      width: 4000,
      height: 3000,
      format: 'jpeg',
      bytes: 3481234,
      modified: '2023-11-14T22:13:20.123456789Z',
      content: 'ab0f',
      preview: { width: 16, height: 12, rgb: '' },
      exif: { model: 'Mark II', iso: 400 },
      shop: { city: '京都' },
    };
    const picture = pictureOf(document, 'id');
    expect(picture).toMatchObject({ name: 'IMG_0042.jpg', width: 4000, content: 'ab0f' });
    expect(aspectOf(picture)).toBeCloseTo(4 / 3);
    expect(attributesOf(document)).toEqual([
      ['shop', '{"city":"京都"}'],
      ['exif.model', 'Mark II'],
      ['exif.iso', '400'],
    ]);
  });

  it('calls a record without a file by its title or name, and knows that there is nothing to show', () => {
    expect(pictureOf({ name: 'Red shoe', price: 12 }, 'id')).toMatchObject({ name: 'Red shoe', hasPicture: false });
    expect(pictureOf({ title: 'Shoe', name: 7 }, 'id')).toMatchObject({ name: 'Shoe', hasPicture: false });
    expect(pictureOf({ name: 'Red shoe', content: 'ab0f' }, 'id')).toMatchObject({ name: 'Red shoe', hasPicture: true });
    expect(pictureOf({ name: 'Red shoe', path: 'a.jpg' }, 'id')).toMatchObject({ name: 'a.jpg', hasPicture: true });
  });

  it.each([{}, { path: 7, width: '9', height: -1 }, { preview: 'x' }, { preview: { width: '1' } }, { width: 0, height: 5 }])(
    'believes nothing that is not so: %j',
    (document) => {
      const picture = pictureOf(document, 'shop/42');
      expect(picture).toMatchObject({ name: 'shop/42', path: null, width: null, preview: null, content: '' });
      expect(aspectOf(picture)).toBeGreaterThan(0);
    },
  );
});

describe('linkIn', () => {
  it('is an address on the web and nothing else', () => {
    expect(linkIn('https://shop.example/猫?id=1')).toBe('https://shop.example/%E7%8C%AB?id=1');
    expect(linkIn('http://shop.example')).toBe('http://shop.example/');
    for (const other of ['javascript:alert(1)', 'JAVASCRIPT:alert(1)', 'data:text/html,x', 'file:///etc/passwd', '/x', '', 7, null]) {
      expect(linkIn(other)).toBeNull();
    }
    expect(pictureOf({ link: 'https://shop.example/' }, 'id').link).toBe('https://shop.example/');
  });
});
