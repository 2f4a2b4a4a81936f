// Server state: what the page asks for, under which key it is kept, and for how long.
import {
  infiniteQueryOptions,
  queryOptions,
  QueryClient,
  type InfiniteData,
} from '@tanstack/react-query';
import type { PicturePlace } from '../address';
import { ask, Problem, Unreachable } from './client';
import type { Collection, CollectionList, FailureList, Item, ItemList, QueryHandle, SearchAnswer } from './model';
import { pageSize, paths } from './paths';

/** More results than anybody scrolls; the page says so when they are reached. */
export const hitsMax = 3_000;
export const namedMax = 500;
export const wallSize = 120;
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

/** The neighbors of an item or of a picture that was brought, nearest first. */
export const hitsQuery = (place: PicturePlace) =>
  infiniteQueryOptions({
    queryKey: hitsKey(place),
    queryFn: ({ signal, pageParam }) => ask<SearchAnswer>(hitsPath(place, pageParam), { signal }),
    initialPageParam: 0,
    getNextPageParam: nextOffset,
    // Coming back finds the same rows; what changes the collection while the page looks says so (collections.ts).
    staleTime: 10 * 60_000,
  });

/** Keeps the first answer of an upload, so that its screen need not ask again. */
export function keepFirstHits(client: QueryClient, place: PicturePlace, answer: SearchAnswer): void {
  const data: InfiniteData<SearchAnswer, number> = { pages: [answer], pageParams: [0] };
  client.setQueryData(hitsKey(place), data);
}

function hitsKey(place: PicturePlace) {
  return ['hits', place.collection, place.screen, place.screen === 'item' ? place.id : place.query] as const;
}

function hitsPath(place: PicturePlace, offset: number): string {
  return place.screen === 'item'
    ? paths.similar(place.collection, place.id, offset, pageSize)
    : paths.queryHits(place.collection, place.query, offset, pageSize);
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
