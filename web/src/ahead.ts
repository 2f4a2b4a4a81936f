// Asks for what the first screen will show before anything is drawn, so that the answers come while React starts.
import type { QueryClient } from '@tanstack/react-query';
import type { HomePlace } from './address';
import { collectionsQuery, hitsQuery, itemQuery, sampleQuery, wallSize } from './api/queries';
import { become, current } from './navigation';
import { newSeed } from './random';

/** Errors are the screen's to meet: it asks again for what did not come. */
export function askAhead(client: QueryClient): void {
  const { place: at } = current();
  if (at.screen === 'home' && at.seed === null) become({ ...at, seed: newSeed() });
  const { place } = current();
  if (place.screen === 'home') void askForWall(client, place);
  else void client.prefetchQuery(collectionsQuery);
  if (place.screen === 'item') void client.prefetchQuery(itemQuery(place.collection, place.id));
  if (place.screen === 'item' || place.screen === 'query') void client.prefetchInfiniteQuery(hitsQuery(place));
}

async function askForWall(client: QueryClient, { collection, seed, name }: HomePlace): Promise<void> {
  const listed = await client.fetchQuery(collectionsQuery).catch(() => []);
  const shown = collection === null ? listed[0] : listed.find((one) => one.name === collection);
  if (shown && seed !== null && name === '') await client.prefetchQuery(sampleQuery(shown.name, wallSize, seed));
}
