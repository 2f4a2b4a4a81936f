// Pictures whose path contains what was typed.
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { SearchX } from 'lucide-react';
import { useMemo } from 'react';
import { namedQuery } from '../api/queries';
import { useEntry } from '../navigation';
import { Notice } from '../parts/notice';
import { Trouble } from '../parts/trouble';
import { drawTile } from '../rows/tile';
import { RowsToCome, TileRows } from '../rows/tile-rows';
import { useText } from '../text/text';
import styles from './named-pictures.module.css';
import { tilesOf } from './plain-tiles';

const noMore = () => undefined;

export function NamedPictures({ collection, name }: { readonly collection: string; readonly name: string }) {
  const text = useText();
  const { depth } = useEntry();
  const { t } = text;
  const { data, error, refetch } = useQuery({ ...namedQuery(collection, name), placeholderData: keepPreviousData });
  const tiles = useMemo(() => data && tilesOf(data.items, collection, text), [data, collection, text]);
  if (error) return <Trouble error={error} onAgain={() => void refetch()} />;
  if (!data || !tiles) return <RowsToCome />;
  if (tiles.length === 0) {
    return <Notice icon={SearchX} title={t('home.unnamed', { name })} text={t('home.unnamed_text')} />;
  }
  const count = tiles.length;
  const label = data.next === null ? t('home.named', { count, name }) : t('home.named_more', { count, name });
  return (
    <>
      <p className={styles.found} role="status">
        {label}
      </p>
      <TileRows
        key={`${depth}/${name}`}
        label={label}
        tiles={tiles}
        draw={drawTile}
        hasMore={false}
        isLoading={false}
        onMore={noMore}
      />
    </>
  );
}
