// "Surprise me": any picture of a collection.
import type { QueryClient } from '@tanstack/react-query';
import { item, seedMax } from './address';
import { glimpses } from './picture/seen';
import { sampleQuery } from './api/queries';
import { go } from './navigation';

export function newSeed(): number {
  return Math.floor(Math.random() * (seedMax + 1));
}

export async function goToRandom(client: QueryClient, collection: string): Promise<void> {
  const query = { ...sampleQuery(collection, 1, newSeed()), gcTime: 0, retry: 1 };
  const [found] = await client.fetchQuery(query).catch(() => []);
  if (!found) return;
  glimpses.put(`${collection}/${found.id}`, found.document);
  go(item(collection, found.id));
}
