// One picture of the rows: a link to its neighbors. Pointing at it prepares the jump.
import { useQueryClient } from '@tanstack/react-query';
import { memo, useEffect, useRef, useState, type DragEvent, type MouseEvent } from 'react';
import { addressOf } from '../address';
import { paths } from '../api/paths';
import { hitsQuery } from '../api/queries';
import { go } from '../navigation';
import { draggedPlace } from '../parts/dragged';
import { isPlain } from '../parts/link';
import { RecordCard, textBelowName } from '../picture/record-card';
import { glimpses } from '../picture/seen';
import { Thumbnail } from '../picture/thumbnail';
import type { Box } from './justified';
import type { TileContent } from './tile-rows';
import styles from './tile.module.css';

const prefetchDelayMs = 150;
const fullScore = 110;

interface Props {
  readonly content: TileContent;
  readonly box: Box | undefined;
  readonly index: number;
  /** The one that Tab leads to. */
  readonly isActive: boolean;
  readonly onFocus: (index: number) => void;
}

export const Tile = memo(function Tile({ content, box, index, isActive, onFocus }: Props) {
  const { place, picture, label, score, fold } = content;
  const preparation = usePreparation(content);
  const link = useRef<HTMLAnchorElement>(null);
  if (!box) return null;
  const jump = (event: MouseEvent) => {
    if (!isPlain(event)) return;
    event.preventDefault();
    glimpses.put(`${place.collection}/${place.id}`, content.document);
    link.current?.style.setProperty('view-transition-name', 'picture');
    document.querySelector<HTMLElement>('[data-subject]')?.style.setProperty('view-transition-name', 'none');
    go(place, { morph: true });
  };
  const drag = (event: DragEvent) => {
    event.dataTransfer.setData(draggedPlace, addressOf(place));
    event.dataTransfer.setData('text/uri-list', new URL(addressOf(place), location.href).href);
    event.dataTransfer.effectAllowed = 'copyLink';
  };
  return (
    <li
      className={styles.tile}
      style={{ transform: `translate(${box.left}px, ${box.top}px)`, inlineSize: box.width, blockSize: box.height }}
    >
      <a
        ref={link}
        className={styles.link}
        href={addressOf(place)}
        aria-label={picture.hasPicture ? label : `${label} ${textBelowName(content)}`}
        title={score ? `${picture.name}\n${score.formula}` : picture.name}
        tabIndex={isActive ? 0 : -1}
        draggable
        data-tile={place.id}
        {...(picture.hasPicture && { 'data-original': paths.original(place.collection, place.id) })}
        onClick={jump}
        onDragStart={drag}
        onFocus={() => {
          onFocus(index);
          preparation.start();
        }}
        onBlur={preparation.stop}
        onPointerEnter={preparation.start}
        onPointerLeave={preparation.stop}
      >
        {/* In the order of the label, which has all that can be seen. */}
        {score && (
          <span
            className={styles.score}
            data-opens={(score.opensBand && box.width >= fullScore) || undefined}
            data-band={score.band}
            aria-hidden
          >
            <span className={styles.word}>{score.word}</span> {`${score.number} `}
          </span>
        )}
        {picture.hasPicture ? (
          <Thumbnail collection={place.collection} id={place.id} picture={picture} width={box.width} />
        ) : (
          <RecordCard picture={picture} document={content.document} />
        )}
        {picture.hasPicture && (
          <span className={styles.caption} aria-hidden>
            <span className={styles.name}>{picture.name}</span>
          </span>
        )}
      </a>
      {fold && (
        <button type="button" className={styles.fold} data-fold title={fold.label} onClick={fold.unfold}>
          {fold.text}
        </button>
      )}
    </li>
  );
});

/** After a moment of pointing, the neighbors are asked for: a jump then finds them here. */
function usePreparation({ place }: TileContent) {
  const client = useQueryClient();
  const [isPointed, setIsPointed] = useState(false);
  useEffect(() => {
    if (!isPointed) return undefined;
    const timer = setTimeout(() => void client.prefetchInfiniteQuery({ ...hitsQuery(place), retry: false }), prefetchDelayMs);
    return () => clearTimeout(timer);
  }, [client, isPointed, place]);
  return { start: () => setIsPointed(true), stop: () => setIsPointed(false) };
}
