// Picks against a model: a map from what is picked to its side, in the order in which each came.
import { describe, expect, it } from 'vitest';
import { group, home, item, picksMax, query, type Pick } from './address';
import { mixAt, withoutPick, withPick } from './mix';
import { Seeded } from './testing/seeded';

describe('a mix', () => {
  it.each([1, 2, 3, 4, 5])('holds every picture once, on the side chosen last (seed %i)', (seed) => {
    const random = new Seeded(seed);
    const model = new Map<string, boolean>();
    let mix = mixAt(home('a'), 'a');
    for (let i = 0; i < 60; ++i) {
      const kind = random.pick(['item', 'query'] as const);
      const pick: Pick = { kind, id: random.pick(['x', 'y', 'z']), isLess: random.next() < 0.5 };
      const key = pick.kind + pick.id;
      if (random.next() < 0.3) {
        model.delete(key);
        mix = withoutPick(mix, pick);
      } else {
        model.set(key, pick.isLess);
        mix = withPick(mix, pick);
      }
      expect(mix.picks.map(({ kind, id, isLess }) => [kind + id, isLess])).toEqual([...model]);
    }
  });

  it('begins with the picture that one looks at, in its own collection alone', () => {
    expect(mixAt(item('a', '1'), 'a').picks).toEqual([{ kind: 'item', id: '1', isLess: false }]);
    expect(mixAt(query('a', 'h'), 'a').picks).toEqual([{ kind: 'query', id: 'h', isLess: false }]);
    expect(mixAt(item('b', '1'), 'a').picks).toEqual([]);
    expect(mixAt(group('a', 'shop', 1), 'a').picks).toEqual([]);
  });

  it('lets the oldest go when it is full', () => {
    let mix = mixAt(home('a'), 'a');
    for (let i = 0; i <= picksMax; ++i) mix = withPick(mix, { kind: 'item', id: String(i), isLess: false });
    expect(mix.picks.map(({ id }) => Number(id))).toEqual(Array.from({ length: picksMax }, (_, i) => i + 1));
  });
});
