// Places and addresses are each other's inverse.
import { describe, expect, it } from 'vitest';
import { addressOf, placeOf, seedMax, type Place } from './address';
import { Seeded } from './testing/seeded';

const words = ['a', 'Urlaub 2021', 'そっくり', 'a/b/c', '100%', '?', '#', '&copies=all', '..', '.', '🦜', '+', '"<>"', 'c', 'i', '\\x80'];

function placeFrom(seed: number): Place {
  const random = new Seeded(seed);
  const collection = random.pick(words);
  const unfolded = random.next() < 0.5;
  switch (random.integer(0, 3)) {
    case 0:
      return {
        screen: 'home',
        collection: random.next() < 0.5 ? null : collection,
        seed: random.next() < 0.5 ? null : random.integer(0, seedMax),
        name: random.next() < 0.5 ? '' : random.pick(words),
      };
    case 1:
      return { screen: 'collection', collection };
    case 2:
      return { screen: 'item', collection, id: random.pick(words), unfolded };
    default:
      return { screen: 'query', collection, query: random.pick(words), unfolded };
  }
}

describe('address', () => {
  it.each(Array.from({ length: 300 }, (_, i) => i + 1))('leads back to its place (seed %i)', (seed) => {
    const place = placeFrom(seed);
    expect(placeOf(addressOf(place))).toEqual(place);
  });

  it.each(Array.from({ length: 300 }, (_, i) => i + 1))('survives the browser (seed %i)', (seed) => {
    const place = placeFrom(seed);
    // The segments "." and ".." are steps to every browser, however they are written.
    const parts = addressOf(place).split('?')[0]?.split('/') ?? [];
    if (parts.includes('.') || parts.includes('..')) return;
    const url = new URL(addressOf(place), 'http://localhost:7171');
    expect(placeOf(url.pathname + url.search)).toEqual(place);
  });

  it.each(['/x', '/c', '/c//i/1', '/c/a/i', '/c/a/i/', '/c/a/z/1', '/c/a/i/1/2', '/c/%E0%A4%A/i/1'])(
    'says of %s that there is nothing',
    (address) => {
      expect(placeOf(address)).toEqual({ screen: 'nowhere', path: address });
    },
  );

  it.each(['?seed=-1', '?seed=4294967296', '?seed=x', '?seed=1e3', '?seed='])('takes no seed from %s', (search) => {
    expect(placeOf('/' + search)).toMatchObject({ screen: 'home', seed: null });
  });
});
