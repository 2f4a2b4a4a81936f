import { describe, expect, it } from 'vitest';
import type { Band, Hit } from '../api/model';
import { fold } from './fold';

const hits = (...bands: Band[]): Hit[] =>
  bands.map((band, i) => ({ rank: i + 1, id: `id-${i}`, score: 1, distance: 0, band, path: null, document: {} }));

describe('fold', () => {
  it('puts identical and near copies behind the first of them', () => {
    const folded = fold(hits('identical', 'near', 'near', 'similar', 'weak'), false);
    expect(folded.map(({ hit }) => hit.rank)).toEqual([1, 4, 5]);
    expect(folded.map(({ copies }) => copies)).toEqual([2, 0, 0]);
  });

  it('leaves one copy, or none, as it is', () => {
    expect(fold(hits('near', 'similar'), false).map(({ copies }) => copies)).toEqual([0, 0]);
    expect(fold(hits('similar', 'weak'), false)).toHaveLength(2);
    expect(fold([], false)).toEqual([]);
  });

  it('shows every hit when it is unfolded', () => {
    const all = hits('identical', 'near', 'similar');
    expect(fold(all, true).map(({ hit }) => hit)).toEqual(all);
  });

  it('names each band where it begins', () => {
    const folded = fold(hits('near', 'similar', 'similar', 'weak', 'weak'), false);
    expect(folded.map(({ opensBand }) => opensBand)).toEqual([true, true, false, true, false]);
  });
});
