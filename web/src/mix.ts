// More like these, less like those: what is picked, and how it changes. Every change is another place, so that
// it can be taken back and sent to somebody. Pure.
import { picksMax, type MixPlace, type Pick, type Place } from './address';

/** The mix that a pick on that screen adds to: a picture that one looks at is its first. */
export function mixAt(place: Place, collection: string): MixPlace {
  const isOther = place.screen === 'nowhere' || place.collection !== collection;
  return { screen: 'mix', collection, picks: isOther ? [] : picksAt(place) };
}

/** Each picture counts once; beyond what an address carries, the oldest are let go. */
export function withPick(mix: MixPlace, pick: Pick): MixPlace {
  const isKnown = mix.picks.some((each) => isSame(each, pick));
  const picks = isKnown ? mix.picks.map((each) => (isSame(each, pick) ? pick : each)) : [...mix.picks, pick];
  return { ...mix, picks: picks.slice(-picksMax) };
}

export function withoutPick(mix: MixPlace, pick: Pick): MixPlace {
  return { ...mix, picks: mix.picks.filter((each) => !isSame(each, pick)) };
}

function picksAt(place: Place): readonly Pick[] {
  switch (place.screen) {
    case 'mix':
      return place.picks;
    case 'item':
      return [{ kind: 'item', id: place.id, isLess: false }];
    case 'query':
      return [{ kind: 'query', id: place.query, isLess: false }];
    default:
      return [];
  }
}

const isSame = (a: Pick, b: Pick) => a.kind === b.kind && a.id === b.id;
