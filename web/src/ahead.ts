// Asks for what the first screen will show before anything is drawn, so that the answers come while React starts.
import type { QueryClient } from '@tanstack/react-query';
import type { HitsPlace, HomePlace, Place } from './address';
import { collectionsQuery, groupQuery, groupsQuery, hitsQuery, itemQuery, sampleQuery, wallSize } from './api/queries';
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
  if (place.screen === 'group') void client.prefetchQuery(groupQuery(place));
  if (place.screen === 'groups' && place.by !== null) {
    void client.prefetchInfiniteQuery(groupsQuery(place.collection, place.by));
  }
  if (hasHits(place)) void client.prefetchInfiniteQuery(hitsQuery(place));
}

function hasHits(place: Place): place is HitsPlace {
  if (place.screen === 'mix') return place.picks.length > 0;
  return place.screen === 'item' || place.screen === 'query' || place.screen === 'group';
}

async function askForWall(client: QueryClient, { collection, seed, name }: HomePlace): Promise<void> {
  const listed = await client.fetchQuery(collectionsQuery).catch(() => []);
  const shown = collection === null ? listed[0] : listed.find((one) => one.name === collection);
  if (shown && seed !== null && name === '') await client.prefetchQuery(sampleQuery(shown.name, wallSize, seed));
}
