// The neighbors of a picture: rows of hits with their scores, copies folded, more as one scrolls.
import { useInfiniteQuery } from '@tanstack/react-query';
import { Images } from 'lucide-react';
import { useCallback, useMemo } from 'react';
import { item, type PicturePlace } from '../address';
import { hitsMax, hitsQuery } from '../api/queries';
import type { Collection } from '../api/model';
import { become } from '../navigation';
import { Notice } from '../parts/notice';
import { Trouble } from '../parts/trouble';
import { pictureOf } from '../picture/document';
import { copiesIn, fold, type FoldedHit } from '../rows/fold';
import { RowsToCome, TileRows, type TileContent } from '../rows/tile-rows';
import { useText, type Text } from '../text/text';
import styles from './look-alikes.module.css';

interface Props {
  readonly place: PicturePlace;
  readonly collection: Collection | undefined;
  /** Of the picture. */
  readonly name: string;
}

export function LookAlikes({ place, collection, name }: Props) {
  const text = useText();
  const { t } = text;
  const answer = useInfiniteQuery(hitsQuery(place));
  const { data, error, fetchNextPage, hasNextPage, isFetchingNextPage, isFetchNextPageError } = answer;
  const hits = useMemo(() => data?.pages.flatMap((page) => page.hits) ?? [], [data]);
  const total = totalOf(data?.pages[0]?.items ?? 0, place, hits.length, hasNextPage);
  const metric = collection?.metric ?? '';
  const tiles = useMemo(
    () => fold(hits, place.unfolded).map((hit) => tileOf(hit, { place, text, total, metric })),
    [hits, place, text, total, metric],
  );
  const more = useCallback(() => void fetchNextPage(), [fetchNextPage]);
  const label = t('hits.of', { name });

  if (error && hits.length === 0) return <Trouble error={error} onAgain={() => void answer.refetch()} />;
  if (!data) return <RowsToCome />;
  if (hits.length === 0) {
    const why = place.screen === 'item' ? t('hits.none_text', { name: place.collection }) : t('upload.empty_collection');
    return <Notice icon={Images} title={t('hits.none')} text={why} />;
  }
  const isWeak = hits[0]?.band === 'weak';
  return (
    <section>
      <h2 className="unseen">{t('hits.title')}</h2>
      {isWeak && <p className={styles.sentence}>{t('hits.weak')}</p>}
      {place.unfolded && copiesIn(hits) > 1 && (
        <p className={styles.sentence}>
          <button type="button" className="button" onClick={() => become({ ...place, unfolded: false })}>
            {t('hits.refold')}
          </button>
        </p>
      )}
      <TileRows
        label={label}
        tiles={tiles}
        hasMore={hasNextPage && !isFetchNextPageError}
        isLoading={isFetchingNextPage}
        onMore={more}
      />
      <Foot hits={hits.length} hasMore={hasNextPage} isFailed={isFetchNextPageError} onMore={more} />
    </section>
  );
}

interface FootProps {
  readonly hits: number;
  readonly hasMore: boolean;
  readonly isFailed: boolean;
  readonly onMore: () => void;
}

function Foot({ hits, hasMore, isFailed, onMore }: FootProps) {
  const { t } = useText();
  if (isFailed) {
    return (
      <p className={styles.foot}>
        <button type="button" className="button" onClick={onMore}>
          {t('trouble.again')}
        </button>
      </p>
    );
  }
  const words = hasMore ? t('hits.more') : hits >= hitsMax ? t('hits.most', { count: hits }) : t('hits.end');
  return <p className={styles.foot}>{words}</p>;
}

interface Setting {
  readonly place: PicturePlace;
  readonly text: Text;
  readonly total: number;
  readonly metric: string;
}

function tileOf({ hit, copies, opensBand }: FoldedHit, { place, text, total, metric }: Setting): TileContent {
  const { t, count, score, exact } = text;
  const picture = pictureOf(hit.document, hit.id);
  const word = t(`band.${hit.band}`);
  const values = { score: exact(hit.score), distance: exact(hit.distance) };
  const folded = {
    text: t('hits.fold', { count: copies }),
    label: t('hits.unfold', { count: copies }),
    unfold: () => become({ ...place, unfolded: true }),
  };
  return {
    place: item(place.collection, hit.id),
    picture,
    document: hit.document,
    label: t('hits.one', { rank: count(hit.rank), total: count(total), band: word, score: score(hit.score), name: picture.name }),
    score: { number: score(hit.score), word, band: hit.band, formula: t(formulaOf(metric), values), opensBand },
    fold: copies > 0 ? folded : null,
  };
}

function formulaOf(metric: string) {
  switch (metric) {
    case 'cosine':
      return 'score.cosine';
    case 'l2':
      return 'score.l2';
    case 'ip':
    case 'inner_product':
      return 'score.inner_product';
    default:
      return 'score.other';
  }
}

/** How many results there are in the end: everything but the picture itself, or as many as the page shows. */
function totalOf(items: number, place: PicturePlace, loaded: number, hasMore: boolean): number {
  if (!hasMore) return loaded;
  return Math.min(hitsMax, place.screen === 'item' ? items - 1 : items);
}
