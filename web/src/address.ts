// Where one is on the page: one state, one URL. `placeOf` and `addressOf` are each other's inverse;
// nothing else on the page reads or writes a URL of ours. Other views of the same pictures (a radar, a
// map, a crop) become further members here, printed as search parameters.

/** Random pictures, or the files whose names contain `name`. */
export interface HomePlace {
  readonly screen: 'home';
  /** null: the first collection. */
  readonly collection: string | null;
  /** Which wall of random pictures; null: not chosen yet. */
  readonly seed: number | null;
  readonly name: string;
}

/** A collection's counts, failures and indexing. */
export interface CollectionPlace {
  readonly screen: 'collection';
  readonly collection: string;
}

/** A picture of the collection and its neighbors. */
export interface ItemPlace {
  readonly screen: 'item';
  readonly collection: string;
  readonly id: string;
  /** Copies of the picture are shown one by one instead of folded into one tile. */
  readonly unfolded: boolean;
}

/** A picture that somebody brought, and its neighbors. */
export interface QueryPlace {
  readonly screen: 'query';
  readonly collection: string;
  readonly query: string;
  readonly unfolded: boolean;
}

export interface NoPlace {
  readonly screen: 'nowhere';
  readonly path: string;
}

export type PicturePlace = ItemPlace | QueryPlace;
export type Place = HomePlace | CollectionPlace | PicturePlace | NoPlace;

export const seedMax = 0xffffffff;

export function home(collection: string | null = null): HomePlace {
  return { screen: 'home', collection, seed: null, name: '' };
}

export function item(collection: string, id: string): ItemPlace {
  return { screen: 'item', collection, id, unfolded: false };
}

export function query(collection: string, handle: string): QueryPlace {
  return { screen: 'query', collection, query: handle, unfolded: false };
}

/** `address`: path and search, as in `location.pathname + location.search`. */
export function placeOf(address: string): Place {
  const [path = '', search = ''] = splitOnce(address, '?');
  const nowhere: NoPlace = { screen: 'nowhere', path: address };
  const words = decoded(path.replace(/\/$/, '').split('/').slice(1));
  if (words === null) return nowhere;
  const parameters = new URLSearchParams(search);
  if (words.length === 0) return homeOf(parameters);
  return underCollection(words, parameters.get('copies') === 'all') ?? nowhere;
}

/** Path and search. */
export function addressOf(place: Place): string {
  switch (place.screen) {
    case 'home':
      return '/' + homeSearch(place);
    case 'collection':
      return collectionPath(place.collection);
    case 'item':
      return `${collectionPath(place.collection)}/i/${encodeURIComponent(place.id)}${pictureSearch(place)}`;
    case 'query':
      return `${collectionPath(place.collection)}/q/${encodeURIComponent(place.query)}${pictureSearch(place)}`;
    case 'nowhere':
      return place.path;
  }
}

/** The collection that a place names, if it names one. */
export function collectionOf(place: Place): string | null {
  return place.screen === 'nowhere' ? null : place.collection;
}

function homeOf(parameters: URLSearchParams): HomePlace {
  const text = parameters.get('seed') ?? '';
  const seed = /^\d{1,10}$/.test(text) ? Number(text) : null;
  return {
    screen: 'home',
    collection: parameters.get('collection') || null,
    seed: seed !== null && seed <= seedMax ? seed : null,
    name: parameters.get('name') ?? '',
  };
}

function underCollection(words: readonly string[], unfolded: boolean): Place | null {
  const [head, collection = '', kind, rest = ''] = words;
  if (head !== 'c' || collection === '') return null;
  if (words.length === 2) return { screen: 'collection', collection };
  if (words.length !== 4 || rest === '') return null;
  if (kind === 'i') return { screen: 'item', collection, id: rest, unfolded };
  if (kind === 'q') return { screen: 'query', collection, query: rest, unfolded };
  return null;
}

function homeSearch(place: HomePlace): string {
  const parameters = new URLSearchParams();
  if (place.collection !== null) parameters.set('collection', place.collection);
  if (place.seed !== null) parameters.set('seed', String(place.seed));
  if (place.name !== '') parameters.set('name', place.name);
  const text = parameters.toString();
  return text === '' ? '' : '?' + text;
}

const collectionPath = (collection: string) => '/c/' + encodeURIComponent(collection);
const pictureSearch = (place: PicturePlace) => (place.unfolded ? '?copies=all' : '');

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** null: not percent-encoding. */
function decoded(words: readonly string[]): string[] | null {
  try {
    return words.map((word) => decodeURIComponent(word));
  } catch {
    return null;
  }
}
