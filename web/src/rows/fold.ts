// Copies of the picture that one looks at say little each: they are folded into one tile.
import type { Band, Hit } from '../api/model';

export interface FoldedHit {
  readonly hit: Hit;
  /** Copies that stand behind this tile. */
  readonly copies: number;
  /** The first of a band: its tile says the band's name. */
  readonly opensBand: boolean;
}

/** Hits come nearest first, so that the copies are those in front. */
export function fold(hits: readonly Hit[], unfolded: boolean): FoldedHit[] {
  const copies = copiesIn(hits);
  const shown = unfolded || copies < 2 ? hits : [hits[0], ...hits.slice(copies)];
  let band: Band | null = null;
  return shown.flatMap((hit, i) => {
    if (!hit) return [];
    const opensBand = hit.band !== band;
    band = hit.band;
    return [{ hit, copies: i === 0 && !unfolded && copies > 1 ? copies - 1 : 0, opensBand }];
  });
}

/** Hits at the front that are copies of the query. */
export function copiesIn(hits: readonly Hit[]): number {
  const end = hits.findIndex((hit) => hit.band !== 'identical' && hit.band !== 'near');
  return end < 0 ? hits.length : end;
}
