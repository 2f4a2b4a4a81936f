// Places and addresses are each other's inverse.
import { describe, expect, it } from 'vitest';
import { addressOf, group, groups, picksMax, placeOf, seedMax, type Pick, type Place } from './address';
import type { GroupValue } from './groups/value';
import { Seeded } from './testing/seeded';

const words = ['a', 'Urlaub 2021', 'そっくり', 'a/b/c', '100%', '?', '#', '&copies=all', '..', '.', '🦜', '+', '"<>"', 'c', 'i', '\\x80'];

const values: readonly GroupValue[] = [
  ...words, '/', '', '7', '"7"', 7, -0.5, 1e300, 'true', true, false, 'null', '{"a":1}', '[]', ' 7 ', "'; --", '\\"',
];

function picksFrom(random: Seeded): Pick[] {
  const ids = words.filter(() => random.next() < 0.4);
  return ids.map((id) => ({ kind: random.pick(['item', 'query']), id, isLess: random.next() < 0.5 }));
}

function placeFrom(seed: number): Place {
  const random = new Seeded(seed);
  const collection = random.pick(words);
  const unfolded = random.next() < 0.5;
  switch (random.integer(0, 6)) {
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
    case 3:
      return groups(collection, random.next() < 0.3 ? null : random.pick(words));
    case 4:
      return { ...group(collection, random.pick(words), random.pick(values)), isElsewhere: unfolded };
    case 5:
      return { screen: 'mix', collection, picks: picksFrom(random) };
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

  it.each(['/x', '/c', '/c//i/1', '/c/a/i', '/c/a/i/', '/c/a/z/1', '/c/a/i/1/2', '/c/a/groups/1/2/3', '/c/a/mix/1', '/c/%E0%A4%A/i/1'])(
    'says of %s that there is nothing',
    (address) => {
      expect(placeOf(address)).toEqual({ screen: 'nowhere', path: address });
    },
  );

  it('writes values so that people can read them', () => {
    expect(addressOf(group('a', 'shop', 'Urlaub'))).toBe('/c/a/groups/shop/Urlaub');
    expect(addressOf(group('a', 'folder', 'a/b'))).toBe('/c/a/groups/folder/a%2Fb');
    expect(addressOf(group('a', 'price', 7))).toBe('/c/a/groups/price/7');
    expect(addressOf(group('a', 'price', '7'))).toBe('/c/a/groups/price/%227%22');
  });

  it('takes every pick once, and not more than an address carries', () => {
    const once = placeOf('/c/a/mix?more=x&less=x&less=&more_query=x&other=y');
    expect(once).toMatchObject({
      picks: [
        { kind: 'item', id: 'x', isLess: false },
        { kind: 'query', id: 'x', isLess: false },
      ],
    });
    const many = Array.from({ length: 2 * picksMax }, (_, i) => `more=${i}`).join('&');
    const place = placeOf(`/c/a/mix?${many}`);
    expect(place.screen === 'mix' && place.picks.length).toBe(picksMax);
  });

  it.each(['?seed=-1', '?seed=4294967296', '?seed=x', '?seed=1e3', '?seed='])('takes no seed from %s', (search) => {
    expect(placeOf('/' + search)).toMatchObject({ screen: 'home', seed: null });
  });
});
