// Rows of hits in the order of their likeness to what the place is about: a picture, a group, a mix. Copies of a
// picture are folded; more come as one scrolls.
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { Images } from 'lucide-react';
import { useCallback, useMemo } from 'react';
import { item, type HitsPlace, type PicturePlace } from '../address';
import { hitsMax, hitsQuery } from '../api/queries';
import type { Collection, Hit } from '../api/model';
import { become, useEntry } from '../navigation';
import { Notice } from '../parts/notice';
import { isMissing, Trouble } from '../parts/trouble';
import { aspectOf, pictureOf } from '../picture/document';
import { copiesIn, fold, type FoldedHit } from '../rows/fold';
import { formulaOf } from '../rows/formula';
import { drawTile, type Fold, type Score, type TileContent } from '../rows/tile';
import { RowsToCome, TileRows } from '../rows/tile-rows';
import { useText, type Text } from '../text/text';
import styles from './look-alikes.module.css';

interface Props {
  readonly place: HitsPlace;
  readonly collection: Collection | undefined;
  /** What the rows show, for those who hear it. */
  readonly label: string;
  /** Said where there is nothing to show. */
  readonly none: { readonly title: string; readonly text: string };
  /** Said when what is asked about is not there. */
  readonly missing?: { readonly title: string; readonly text: string };
  /** Of what was searched, items that are left out: what is asked about. */
  readonly leftOut?: number;
  /** How near they are is no matter. */
  readonly isPlain?: boolean;
}

export function LookAlikes(props: Props) {
  const { place, collection, label, none, missing, isPlain = false } = props;
  const text = useText();
  const { depth } = useEntry();
  const { t } = text;
  // While a mix changes, what it gave before stays in sight.
  const before = place.screen === 'mix' ? { placeholderData: keepPreviousData } : {};
  const answer = useInfiniteQuery({ ...hitsQuery(place), ...before });
  const { data, error, fetchNextPage, hasNextPage, isFetchingNextPage, isFetchNextPageError, isPlaceholderData } = answer;
  const hits = useMemo(() => data?.pages.flatMap((page) => page.hits) ?? [], [data]);
  const searched = data?.pages[0]?.items ?? 0;
  const total = hasNextPage ? Math.min(hitsMax, searched - (props.leftOut ?? 0)) : hits.length;
  const metric = collection?.metric ?? '';
  const tiles = useMemo(
    () => foldedAt(place, hits).map((hit) => tileOf(hit, { place, text, total, metric, isPlain })),
    [hits, place, text, total, metric, isPlain],
  );
  const more = useCallback(() => void fetchNextPage(), [fetchNextPage]);

  if (missing && isMissing(error)) return <Notice icon={Images} {...missing} />;
  if (error && hits.length === 0) return <Trouble error={error} onAgain={() => void answer.refetch()} />;
  if (!data) return <RowsToCome />;
  if (hits.length === 0) return <Notice icon={Images} {...none} />;
  // Far from something is what a mix may be asked for.
  const isWeak = !isPlain && place.screen !== 'mix' && hits[0]?.band === 'weak';
  return (
    <section className={styles.hits} aria-busy={isPlaceholderData}>
      <h2 className="unseen">{label}</h2>
      {isWeak && <p className={styles.sentence}>{t('hits.weak')}</p>}
      {isUnfolded(place) && copiesIn(hits) > 1 && (
        <p className={styles.sentence}>
          <button type="button" className="button" onClick={() => become({ ...place, unfolded: false })}>
            {t('hits.refold')}
          </button>
        </p>
      )}
      <TileRows
        key={depth}
        label={label}
        tiles={tiles}
        draw={drawTile}
        hasMore={hasNextPage && !isFetchNextPageError && !isPlaceholderData}
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
  readonly place: HitsPlace;
  readonly text: Text;
  readonly total: number;
  readonly metric: string;
  readonly isPlain: boolean;
}

/** Copies are folded where one looks at a picture: elsewhere they are pictures like others. */
function foldedAt(place: HitsPlace, hits: readonly Hit[]): FoldedHit[] {
  return fold(hits, isUnfolded(place) || !isPicturePlace(place));
}

function tileOf(hit: FoldedHit, setting: Setting): TileContent {
  const { place, text, total, isPlain } = setting;
  const { t, count, score } = text;
  const { id, document, rank, score: likeness, band } = hit.hit;
  const picture = pictureOf(document, id);
  const about = { rank: count(rank), total: count(total), name: picture.name };
  return {
    key: id,
    aspect: aspectOf(picture),
    place: item(place.collection, id),
    picture,
    document,
    label: isPlain
      ? t('hits.plain', about)
      : t('hits.one', { ...about, band: t(`band.${band}`), score: score(likeness) }),
    score: isPlain ? null : scoreOf(hit, setting),
    fold: foldOf(hit, setting),
  };
}

function scoreOf({ hit, opensBand }: FoldedHit, { text, metric }: Setting): Score {
  const { t, score, exact } = text;
  const formula = t(formulaOf(metric), { score: exact(hit.score), distance: exact(hit.distance) });
  return { number: score(hit.score), word: t(`band.${hit.band}`), band: hit.band, formula, opensBand };
}

function foldOf({ copies }: FoldedHit, { place, text: { t } }: Setting): Fold | null {
  if (copies === 0 || !isPicturePlace(place)) return null;
  return {
    text: t('hits.fold', { count: copies }),
    label: t('hits.unfold', { count: copies }),
    unfold: () => become({ ...place, unfolded: true }),
  };
}

function isPicturePlace(place: HitsPlace): place is PicturePlace {
  return place.screen === 'item' || place.screen === 'query';
}

function isUnfolded(place: HitsPlace): place is PicturePlace {
  return isPicturePlace(place) && place.unfolded;
}
