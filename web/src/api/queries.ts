// Server state: what the page asks for, under which key it is kept, and for how long.
import {
  infiniteQueryOptions,
  queryOptions,
  QueryClient,
  type InfiniteData,
} from '@tanstack/react-query';
import { addressOf, type GroupPlace, type HitsPlace, type MixPlace } from '../address';
import { attributesIn } from '../groups/attributes';
import { textOf } from '../groups/value';
import { ask, Problem, Unreachable } from './client';
import type {
  Collection,
  CollectionList,
  FailureList,
  GroupList,
  Item,
  ItemList,
  QueryHandle,
  SearchAnswer,
  SimilarGroups,
} from './model';
import { pageSize, paths } from './paths';

/** More results than anybody scrolls; the page says so when they are reached. */
export const hitsMax = 3_000;
export const namedMax = 500;
export const wallSize = 120;
export const examplesOfGroup = 3;
const groupsPage = 60;
const similarGroups = 24;
/** Records that are looked at to learn what they say of themselves. */
const lookedAt = 100;
/** Answers of that many pictures stay in memory, so that a long dive does not fill it. */
const neighborhoodsMax = 30;

export function makeQueryClient(): QueryClient {
  const client = new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        gcTime: 10 * 60_000,
        refetchOnWindowFocus: false,
        retry: (count, error) => error instanceof Unreachable || (isBusy(error) && count < 4),
        retryDelay: (count, error) => 1000 * (retryAfter(error) ?? Math.min(4, 0.5 * 2 ** count)),
      },
    },
  });
  client.getQueryCache().subscribe(({ type, query }) => {
    if (type === 'added' && query.queryKey[0] === 'hits') dropOldNeighborhoods(client);
  });
  return client;
}

export const collectionsQuery = queryOptions({
  queryKey: ['collections'],
  queryFn: async ({ signal }) =>
    (await ask<CollectionList>(paths.collections, { signal })).collections,
});

export const collectionQuery = (name: string) =>
  queryOptions({
    queryKey: ['collection', name],
    queryFn: ({ signal }) => ask<Collection>(paths.collection(name), { signal }),
    staleTime: 5_000,
  });

export const itemQuery = (name: string, id: string) =>
  queryOptions({
    queryKey: ['item', name, id],
    queryFn: ({ signal }) => ask<Item>(paths.item(name, id), { signal }),
  });

export const handleQuery = (name: string, query: string) =>
  queryOptions({
    queryKey: ['query', name, query],
    queryFn: ({ signal }) => ask<QueryHandle>(paths.query(name, query), { signal }),
  });

export const sampleQuery = (name: string, count: number, seed: number) =>
  queryOptions({
    queryKey: ['sample', name, count, seed],
    queryFn: async ({ signal }) =>
      (await ask<ItemList>(paths.sample(name, count, seed), { signal })).items,
    // The wall of a seed stays as it is.
    staleTime: Infinity,
  });

export const namedQuery = (name: string, text: string) =>
  queryOptions({
    queryKey: ['named', name, text],
    queryFn: ({ signal }) =>
      ask<ItemList>(paths.named(name, text, namedMax), { signal }),
  });

export const failuresQuery = (name: string) =>
  infiniteQueryOptions({
    queryKey: ['failures', name],
    queryFn: ({ signal, pageParam }) =>
      ask<FailureList>(paths.failures(name, pageParam), { signal }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next,
  });

/** The attributes that make groups, as far as some records tell. */
export const attributesQuery = (name: string) =>
  queryOptions({
    queryKey: ['attributes', name],
    queryFn: async ({ signal }) => {
      const { items } = await ask<ItemList>(paths.sample(name, lookedAt, 0), { signal });
      return attributesIn(items.map(({ document }) => document));
    },
  });

/** Groups by an attribute, largest first. */
export const groupsQuery = (name: string, by: string) =>
  infiniteQueryOptions({
    queryKey: ['groups', name, by],
    queryFn: ({ signal, pageParam }) =>
      ask<GroupList>(paths.groups(name, by, pageParam, groupsPage, examplesOfGroup), { signal }),
    initialPageParam: 0,
    getNextPageParam: (last, _pages, offset) => {
      const next = offset + last.groups.length;
      return last.groups.length > 0 && next < last.total ? next : null;
    },
  });

/** A group, and those that look like it. */
export const groupQuery = ({ collection, by, value }: GroupPlace) =>
  queryOptions({
    queryKey: ['group', collection, by, textOf(value)],
    queryFn: ({ signal }) =>
      ask<SimilarGroups>(paths.similarGroups(collection, by, value, similarGroups, examplesOfGroup), { signal }),
  });

/** What is near to what the place is about, nearest first. */
export const hitsQuery = (place: HitsPlace) =>
  infiniteQueryOptions({
    queryKey: hitsKey(place),
    queryFn: ({ signal, pageParam }) => askHits(place, pageParam, signal),
    initialPageParam: 0,
    getNextPageParam: nextOffset,
    // Coming back finds the same rows; what changes the collection while the page looks says so (collections.ts).
    staleTime: 10 * 60_000,
  });

/** Keeps the first answer of an upload, so that its screen need not ask again. */
export function keepFirstHits(client: QueryClient, place: HitsPlace, answer: SearchAnswer): void {
  const data: InfiniteData<SearchAnswer, number> = { pages: [answer], pageParams: [0] };
  client.setQueryData(hitsKey(place), data);
}

/** Copies, folded or not, are the same answer. */
function hitsKey(place: HitsPlace) {
  const isPicture = place.screen === 'item' || place.screen === 'query';
  return ['hits', place.collection, addressOf(isPicture ? { ...place, unfolded: false } : place)] as const;
}

function askHits(place: HitsPlace, offset: number, signal: AbortSignal): Promise<SearchAnswer> {
  const name = place.collection;
  switch (place.screen) {
    case 'item':
      return ask(paths.similar(name, place.id, offset, pageSize), { signal });
    case 'query':
      return ask(paths.queryHits(name, place.query, offset, pageSize), { signal });
    case 'group': {
      const items = paths.groupItems(name, place.by, place.value, offset, pageSize);
      return ask(place.isElsewhere ? items : `${items}&only_members=true`, { signal });
    }
    case 'mix':
      return ask(paths.recommend(name, offset, pageSize), {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(wishesOf(place)),
        signal,
      });
  }
}

function wishesOf({ picks }: MixPlace) {
  const parts = (isLess: boolean) =>
    picks.filter((pick) => pick.isLess === isLess).map(({ kind, id }) => (kind === 'item' ? { id } : { query_id: id }));
  return { positive: parts(false), negative: parts(true) };
}

function nextOffset(last: SearchAnswer): number | null {
  const next = last.offset + last.hits.length;
  return last.hits.length < pageSize || next >= hitsMax ? null : next;
}

function dropOldNeighborhoods(client: QueryClient): void {
  const idle = client
    .getQueryCache()
    .findAll({ queryKey: ['hits'], type: 'inactive' })
    .sort((a, b) => b.state.dataUpdatedAt - a.state.dataUpdatedAt);
  for (const query of idle.slice(neighborhoodsMax)) client.getQueryCache().remove(query);
}

function isBusy(error: Error): boolean {
  return error instanceof Problem && error.isBusy;
}

function retryAfter(error: Error): number | null {
  return error instanceof Problem ? error.retryAfter : null;
}
