// Where one is on the page: one state, one URL. `placeOf` and `addressOf` are each other's inverse;
// nothing else on the page reads or writes a URL of ours. Other views of the same pictures (a radar, a
// map, a crop) become further members here, printed as search parameters.
import { textOf, valueIn, type GroupValue } from './groups/value';

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

/** The groups of a collection: its pictures by what they have in common. */
export interface GroupsPlace {
  readonly screen: 'groups';
  readonly collection: string;
  /** Path of the attribute; null: not chosen yet. */
  readonly by: string | null;
}

/** The pictures that have a value in common, and the groups like them. */
export interface GroupPlace {
  readonly screen: 'group';
  readonly collection: string;
  readonly by: string;
  readonly value: GroupValue;
  /** The rows show pictures elsewhere that look like the group's, instead of its own. */
  readonly isElsewhere: boolean;
}

/** A picture that the results are to be like, or unlike. */
export interface Pick {
  readonly kind: 'item' | 'query';
  /** Of the item; the handle of a picture that somebody brought. */
  readonly id: string;
  readonly isLess: boolean;
}

/** More like these, less like those. */
export interface MixPlace {
  readonly screen: 'mix';
  readonly collection: string;
  readonly picks: readonly Pick[];
}

export interface NoPlace {
  readonly screen: 'nowhere';
  readonly path: string;
}

export type PicturePlace = ItemPlace | QueryPlace;
/** Where one sees pictures in the order of their likeness to something. */
export type HitsPlace = PicturePlace | GroupPlace | MixPlace;
export type Place = HomePlace | CollectionPlace | GroupsPlace | HitsPlace | NoPlace;

export const seedMax = 0xffffffff;
/** So that an address stays one that mail and chats carry. */
export const picksMax = 40;

export function home(collection: string | null = null): HomePlace {
  return { screen: 'home', collection, seed: null, name: '' };
}

export function item(collection: string, id: string): ItemPlace {
  return { screen: 'item', collection, id, unfolded: false };
}

export function query(collection: string, handle: string): QueryPlace {
  return { screen: 'query', collection, query: handle, unfolded: false };
}

export function groups(collection: string, by: string | null = null): GroupsPlace {
  return { screen: 'groups', collection, by };
}

export function group(collection: string, by: string, value: GroupValue): GroupPlace {
  return { screen: 'group', collection, by, value, isElsewhere: false };
}

/** `address`: path and search, as in `location.pathname + location.search`. */
export function placeOf(address: string): Place {
  const [path = '', search = ''] = splitOnce(address, '?');
  const nowhere: NoPlace = { screen: 'nowhere', path: address };
  const words = decoded(path.replace(/\/$/, '').split('/').slice(1));
  if (words === null) return nowhere;
  const parameters = new URLSearchParams(search);
  if (words.length === 0) return homeOf(parameters);
  return underCollection(words, parameters) ?? nowhere;
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
    case 'groups':
      return `${collectionPath(place.collection)}/groups${place.by === null ? '' : '/' + encodeURIComponent(place.by)}`;
    case 'group':
      return groupPath(place) + (place.isElsewhere ? '?show=elsewhere' : '');
    case 'mix':
      return `${collectionPath(place.collection)}/mix${picksSearch(place.picks)}`;
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

function underCollection(words: readonly string[], parameters: URLSearchParams): Place | null {
  const [head, collection = '', kind, rest = '', last = ''] = words;
  if (head !== 'c' || collection === '') return null;
  if (words.length === 2) return { screen: 'collection', collection };
  if (words.length === 3 && kind === 'groups') return groups(collection);
  if (words.length === 3 && kind === 'mix') return { screen: 'mix', collection, picks: picksIn(parameters) };
  if (rest === '') return null;
  if (words.length === 5 && kind === 'groups' && last !== '') {
    const isElsewhere = parameters.get('show') === 'elsewhere';
    return { ...group(collection, rest, valueIn(last)), isElsewhere };
  }
  if (words.length !== 4) return null;
  const unfolded = parameters.get('copies') === 'all';
  if (kind === 'i') return { screen: 'item', collection, id: rest, unfolded };
  if (kind === 'q') return { screen: 'query', collection, query: rest, unfolded };
  return kind === 'groups' ? groups(collection, rest) : null;
}

const pickNames = { item: ['more', 'less'], query: ['more_query', 'less_query'] } as const;

/** In their order, each once. */
function picksIn(parameters: URLSearchParams): Pick[] {
  const picks: Pick[] = [];
  for (const [name, id] of parameters) {
    const kind = (['item', 'query'] as const).find((each) => pickNames[each].some((known) => known === name));
    const isKnown = picks.some((pick) => pick.kind === kind && pick.id === id);
    if (kind === undefined || id === '' || isKnown || picks.length === picksMax) continue;
    picks.push({ kind, id, isLess: name === pickNames[kind][1] });
  }
  return picks;
}

function picksSearch(picks: readonly Pick[]): string {
  const parameters = picks.map(({ kind, id, isLess }) => [pickNames[kind][isLess ? 1 : 0], id]);
  return parameters.length === 0 ? '' : '?' + new URLSearchParams(parameters).toString();
}

function groupPath({ collection, by, value }: GroupPlace): string {
  const parts = ['groups', by, textOf(value)].map(encodeURIComponent);
  return [collectionPath(collection), ...parts].join('/');
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
