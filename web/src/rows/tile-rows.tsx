// Pictures, or groups of them, in justified rows, as many as there are: only the rows near the window are in the
// document. Keeps the scroll position and the focus of its history entry, moves the focus by arrow keys, and asks
// for more before the end is in sight.
import { useMemo, useRef, useState, type ReactNode } from 'react';
import { justify, rowsBetween, type Box, type Rows } from './justified';
import styles from './tile-rows.module.css';
import { useArrows } from './use-arrows';
import { useSpot } from './use-spot';
import { useMoreInTime, useWidth, useWindowBand } from './use-window';

/** What stands in the rows: a picture (tile.tsx), or a group (groups/group-tile.tsx). */
export interface Placed {
  /** As the tile says in data-tile. */
  readonly key: string;
  /** Width / height. */
  readonly aspect: number;
}

/** Where a tile stands, and what it tells the rows. */
export interface TileFrame {
  readonly box: Box | undefined;
  readonly index: number;
  /** The one that Tab leads to. */
  readonly isActive: boolean;
  readonly onFocus: (index: number) => void;
}

interface Props<Content extends Placed> {
  readonly label: string;
  readonly tiles: readonly Content[];
  readonly draw: (content: Content, frame: TileFrame) => ReactNode;
  /** More will come after these. */
  readonly hasMore: boolean;
  readonly isLoading: boolean;
  readonly onMore: () => void;
}

/** Panoramas and receipts are cut to what a row can carry. */
const aspectMin = 0.4;
const aspectMax = 3;
const overscan = 700;

export function TileRows<Content extends Placed>({ label, tiles, draw, hasMore, isLoading, onMore }: Props<Content>) {
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
  const tile = (content: Content, index: number) =>
    draw(content, { box: rows.boxes[index], index, isActive: index === active, onFocus: setActive });
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

function useRows(tiles: readonly Placed[], width: number): Rows {
  return useMemo(() => {
    const aspects = tiles.map(({ aspect }) => Math.min(aspectMax, Math.max(aspectMin, aspect)));
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
