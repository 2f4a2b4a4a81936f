// All groups of a collection by an attribute, largest first.
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Layers } from 'lucide-react';
import { useCallback, useEffect, useId, useMemo } from 'react';
import { groups, home, type GroupsPlace } from '../address';
import type { Collection } from '../api/model';
import { attributesQuery, collectionsQuery, groupsQuery } from '../api/queries';
import { useActiveJob, useCollection } from '../collections';
import { folderAttribute } from '../groups/attributes';
import { listedGroup } from '../groups/cards';
import { isFolder, nameOfAttribute } from '../groups/group-name';
import { drawGroup } from '../groups/group-tile';
import { become, go } from '../navigation';
import { useArrival } from '../parts/arrival';
import { Link } from '../parts/link';
import { Notice } from '../parts/notice';
import { useTitle } from '../parts/title';
import { NoCollection, Trouble } from '../parts/trouble';
import { RowsToCome, TileRows } from '../rows/tile-rows';
import { useText } from '../text/text';
import { EmptyCollection } from './empty-collection';
import styles from './groups-screen.module.css';
import { WideLayout } from './wide-layout';

export function GroupsScreen({ place }: { readonly place: GroupsPlace }) {
  const text = useText();
  const { t } = text;
  const collections = useQuery(collectionsQuery);
  const collection = useCollection(place.collection);
  const isIndexing = useActiveJob(collection) !== null;
  const heading = useArrival();
  const title = t('groups.title', { name: place.collection });
  useTitle(title);
  if (collections.error) return <Trouble error={collections.error} onAgain={() => void collections.refetch()} isScreen />;
  if (collections.data && !collection) return <NoCollection name={place.collection} />;
  const head = (
    <>
      <h1 ref={heading} tabIndex={-1} className={styles.title}>
        {title}
      </h1>
      {collection && collection.items > 0 && <Attributes place={place} collection={collection} />}
    </>
  );
  return (
    <WideLayout head={head} isNoStop>
      {collection?.items === 0 && <EmptyCollection collection={collection} isIndexing={isIndexing} />}
      {collection && collection.items > 0 && place.by !== null && <Groups collection={collection} by={place.by} />}
    </WideLayout>
  );
}

/** The choice of what makes a group. Chooses the first one where nothing is chosen. */
function Attributes({ place, collection }: { readonly place: GroupsPlace; readonly collection: Collection }) {
  const text = useText();
  const { t } = text;
  const id = useId();
  const { data, error, refetch } = useQuery(attributesQuery(collection.name));
  const own = isFolder(folderAttribute, collection) ? [folderAttribute] : [];
  const names = [...new Set([...own, ...(data ?? []), ...(place.by === null ? [] : [place.by])])];
  const [first] = names;
  useEffect(() => {
    if (place.by === null && first !== undefined) become(groups(collection.name, first));
  }, [place.by, first, collection.name]);
  if (error && names.length === 0) return <Trouble error={error} onAgain={() => void refetch()} />;
  if (names.length === 0) return data && <Nothing collection={collection} />;
  return (
    <p className={styles.choice}>
      <label htmlFor={id}>{t('groups.by')}</label>
      <select
        id={id}
        className="select"
        value={place.by ?? ''}
        onChange={(event) => go(groups(collection.name, event.target.value))}
      >
        {names.map((by) => (
          <option key={by} value={by}>
            {nameOfAttribute(by, collection, text)}
          </option>
        ))}
      </select>
    </p>
  );
}

function Nothing({ collection }: { readonly collection: Collection }) {
  const { t } = useText();
  return (
    <Notice icon={Layers} title={t('groups.nothing')} text={t('groups.nothing_text', { name: collection.name })}>
      <Link className="button" to={home(collection.name)}>
        {t('status.see_pictures')}
      </Link>
    </Notice>
  );
}

function Groups({ collection, by }: { readonly collection: Collection; readonly by: string }) {
  const text = useText();
  const { t } = text;
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage, isFetchNextPageError } = useInfiniteQuery(
    groupsQuery(collection.name, by),
  );
  const total = data?.pages[0]?.total ?? 0;
  const tiles = useMemo(() => {
    const listed = data?.pages.flatMap((page) => page.groups) ?? [];
    return listed.map((group, i) => listedGroup(group, i + 1, total, { by, collection, text }));
  }, [data, total, by, collection, text]);
  const more = useCallback(() => void fetchNextPage(), [fetchNextPage]);
  if (error && !data) return <Trouble error={error} onAgain={() => void refetch()} />;
  if (!data) return <RowsToCome />;
  const name = nameOfAttribute(by, collection, text);
  if (tiles.length === 0) {
    return <Notice icon={Layers} title={t('groups.none', { by: name })} text={t('groups.none_text')} />;
  }
  const label = t('groups.count', { count: total });
  return (
    <section>
      <p className={styles.count} role="status">
        {label}
      </p>
      <TileRows
        key={by}
        label={label}
        tiles={tiles}
        draw={drawGroup}
        hasMore={hasNextPage && !isFetchNextPageError}
        isLoading={isFetchingNextPage}
        onMore={more}
      />
      {isFetchNextPageError && (
        <p className={styles.foot}>
          <button type="button" className="button" onClick={more}>
            {t('trouble.again')}
          </button>
        </p>
      )}
    </section>
  );
}
