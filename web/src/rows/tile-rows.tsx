// Pictures in justified rows, as many as there are: only the rows near the window are in the document. Keeps
// the scroll position and the focus of its history entry, moves the focus by arrow keys, and asks for more
// before the end is in sight.
import { useMemo, useRef, useState } from 'react';
import type { ItemPlace } from '../address';
import type { Document } from '../api/model';
import { aspectOf, type Picture } from '../picture/document';
import { justify, rowsBetween, type Rows } from './justified';
import { Tile } from './tile';
import styles from './tile-rows.module.css';
import { useArrows } from './use-arrows';
import { useSpot } from './use-spot';
import { useMoreInTime, useWidth, useWindowBand } from './use-window';

export interface TileContent {
  readonly place: ItemPlace;
  readonly picture: Picture;
  /** Its record's, kept for the jump. */
  readonly document: Document;
  /** What a screen reader says. */
  readonly label: string;
  readonly score: Score | null;
  /** Copies that stand behind it. */
  readonly fold: Fold | null;
}

export interface Score {
  readonly number: string;
  readonly word: string;
  readonly band: string;
  /** Says how the number is made. */
  readonly formula: string;
  /** The word is shown also while nobody points at the tile. */
  readonly opensBand: boolean;
}

export interface Fold {
  readonly text: string;
  readonly label: string;
  readonly unfold: () => void;
}

interface Props {
  readonly label: string;
  readonly tiles: readonly TileContent[];
  /** More will come after these. */
  readonly hasMore: boolean;
  readonly isLoading: boolean;
  readonly onMore: () => void;
}

/** Panoramas and receipts are cut to what a row can carry. */
const aspectMin = 0.4;
const aspectMax = 3;
const overscan = 700;

export function TileRows({ label, tiles, hasMore, isLoading, onMore }: Props) {
  const list = useRef<HTMLUListElement>(null);
  const width = useWidth(list);
  const rows = useRows(tiles, width);
  // A last row that later pictures would move is not shown before they are there.
  const count = hasMore ? rows.settled : tiles.length;
  const height = bottomOf(rows, count);
  const band = useWindowBand(list, overscan);
  const [active, setActive] = useState(0);
  useSpot({ tiles, count, height, canGrow: hasMore, onMore, isLoading, setActive, list });
  useMoreInTime({ band, height, hasMore, isLoading, onMore, isMeasured: width > 0 });
  useArrows({ tiles, rows, count, active, setActive, list });

  const [from, to] = rowsBetween(rows.rows, band.top, band.bottom);
  const first = rows.rows[from]?.first ?? count;
  const last = rows.rows[to - 1];
  const end = Math.min(count, last ? last.first + last.count : first);
  const shown = tiles.slice(first, end);
  const stray = active < count && (active < first || active >= end) ? tiles[active] : undefined;
  const tile = (content: TileContent, index: number) => (
    <Tile
      key={content.place.id}
      content={content}
      box={rows.boxes[index]}
      index={index}
      isActive={index === active}
      onFocus={setActive}
    />
  );
  return (
    <ul ref={list} className={styles.rows} aria-label={label} style={{ blockSize: height }} data-rows>
      {/* The tile that Tab leads to stays in the document when it is scrolled away. */}
      {stray && active < first && tile(stray, active)}
      {shown.map((content, i) => tile(content, first + i))}
      {stray && active >= end && tile(stray, active)}
    </ul>
  );
}

/** Stands where rows will be, while the first of them are asked for. */
export function RowsToCome() {
  const list = useRef<HTMLDivElement>(null);
  const width = useWidth(list);
  const rows = useMemo(() => justify([...aspectsToCome, ...aspectsToCome], rulesFor(width)), [width]);
  return (
    <div ref={list} className={styles.rows} data-waiting aria-hidden style={{ blockSize: rows.height }}>
      {width > 0 &&
        rows.boxes.map(({ left, top, width: inline, height }) => (
          <span
            key={`${left}/${top}`}
            className={styles.waiting}
            style={{ transform: `translate(${left}px, ${top}px)`, inlineSize: inline, blockSize: height }}
          />
        ))}
    </div>
  );
}

const aspectsToCome = [1.5, 0.75, 1.33, 1, 1.5, 1.78, 0.67, 1.33, 1.5, 1];

function useRows(tiles: readonly TileContent[], width: number): Rows {
  return useMemo(() => {
    const aspects = tiles.map(({ picture }) => Math.min(aspectMax, Math.max(aspectMin, aspectOf(picture))));
    return justify(width > 0 ? aspects : [], rulesFor(width));
  }, [tiles, width]);
}

function rulesFor(width: number) {
  const isNarrow = width < 600;
  const targetHeight = isNarrow ? 150 : width < 1200 ? 200 : 230;
  return { width, targetHeight, gap: isNarrow ? 4 : 8, countMin: 2 };
}

function bottomOf(rows: Rows, count: number): number {
  const box = rows.boxes[count - 1];
  return box ? box.top + box.height : 0;
}
