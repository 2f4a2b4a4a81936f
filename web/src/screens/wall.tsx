// Random pictures of a collection, the same for the same seed. While nobody does anything with it, it changes
// every now and then; a person can stop that, and one who wants less motion sees none.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { seedMax, type HomePlace } from '../address';
import type { Collection } from '../api/model';
import { sampleQuery, wallSize } from '../api/queries';
import { become, useEntry } from '../navigation';
import { Trouble } from '../parts/trouble';
import { drawTile } from '../rows/tile';
import { RowsToCome, TileRows } from '../rows/tile-rows';
import { useSettings } from '../settings';
import { useText } from '../text/text';
import { prefersStillness, transit } from '../transition';
import { tilesOf } from './plain-tiles';

const changeMs = 40_000;
const noMore = () => undefined;

interface Props {
  readonly place: HomePlace;
  readonly seed: number;
  readonly collection: Collection;
}

export function Wall({ place, seed, collection }: Props) {
  const text = useText();
  const { depth } = useEntry();
  const { data, error, refetch } = useQuery(sampleQuery(collection.name, wallSize, seed));
  const tiles = useMemo(() => data && tilesOf(data, collection.name, text), [data, collection.name, text]);
  useSlowChange(place, collection.name, seed);
  if (error) return <Trouble error={error} onAgain={() => void refetch()} />;
  return (
    <div data-wall>
      {tiles ? (
        <TileRows
          key={`${depth}/${seed}`}
          label={text.t('home.wall')}
          tiles={tiles}
          draw={drawTile}
          hasMore={false}
          isLoading={false}
          onMore={noMore}
        />
      ) : (
        <RowsToCome />
      )}
    </div>
  );
}

function useSlowChange(place: HomePlace, collection: string, seed: number): void {
  const client = useQueryClient();
  const { isStill } = useSettings();
  const [turn, setTurn] = useState(0);
  const change = useCallback(async () => {
    const next = (seed + 1) % (seedMax + 1);
    if (isWatched()) return setTurn((count) => count + 1);
    await client.prefetchQuery({ ...sampleQuery(collection, wallSize, next), retry: false });
    // Somebody may have come meanwhile.
    if (isWatched()) return setTurn((count) => count + 1);
    transit(() => become({ ...place, seed: next }));
  }, [client, collection, place, seed]);
  useEffect(() => {
    if (isStill || prefersStillness()) return undefined;
    const timer = setTimeout(() => void change(), changeMs);
    return () => clearTimeout(timer);
  }, [isStill, change, turn]);
}

/** Somebody points at the wall, has the focus in it, has scrolled, or looks elsewhere. */
function isWatched(): boolean {
  const wall = document.querySelector('[data-wall]');
  const isUsed = wall === null || wall.matches(':hover, :focus-within') || scrollY > 0;
  return isUsed || document.hidden || document.querySelector('dialog[open], [data-upload], [data-away]') !== null;
}
