// One picture of the rows: a link to its neighbors. Pointing at it prepares the jump.
import { Minus, Plus } from 'lucide-react';
import { memo, useRef, type DragEvent, type MouseEvent } from 'react';
import { addressOf, type ItemPlace } from '../address';
import type { Document } from '../api/model';
import { paths } from '../api/paths';
import { hitsQuery } from '../api/queries';
import { mixAt, withPick } from '../mix';
import { current, go } from '../navigation';
import { draggedPlace } from '../parts/dragged';
import { isPlain } from '../parts/link';
import type { Picture } from '../picture/document';
import { RecordCard, textBelowName } from '../picture/record-card';
import { glimpses } from '../picture/seen';
import { Thumbnail } from '../picture/thumbnail';
import { useText } from '../text/text';
import type { Placed, TileFrame } from './tile-rows';
import styles from './tile.module.css';
import { usePreparation } from './use-preparation';

const fullScore = 110;
const roomForChoice = 96;

export interface TileContent extends Placed {
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

interface Props extends TileFrame {
  readonly content: TileContent;
}

/** For the rows. */
export const drawTile = (content: TileContent, frame: TileFrame) => (
  <Tile key={content.key} content={content} {...frame} />
);

const Tile = memo(function Tile({ content, box, index, isActive, onFocus }: Props) {
  const { place, picture, label, score, fold } = content;
  const preparation = usePreparation((client) => client.prefetchInfiniteQuery({ ...hitsQuery(place), retry: false }));
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
      {box.width >= roomForChoice && <Choice content={content} isActive={isActive} />}
      {fold && (
        <button type="button" className={styles.fold} data-fold title={fold.label} onClick={fold.unfold}>
          {fold.text}
        </button>
      )}
    </li>
  );
});

/** Whether the results are to be like it or unlike it. */
function Choice({ content, isActive }: { readonly content: TileContent; readonly isActive: boolean }) {
  const { t } = useText();
  const { place, picture, document } = content;
  const choose = (isLess: boolean) => {
    glimpses.put(`${place.collection}/${place.id}`, document);
    go(withPick(mixAt(current().place, place.collection), { kind: 'item', id: place.id, isLess }));
  };
  const ways = [
    { name: 'more', isLess: false, label: t('mix.add', { name: picture.name }), Icon: Plus },
    { name: 'less', isLess: true, label: t('mix.add_less', { name: picture.name }), Icon: Minus },
  ];
  return (
    <span className={styles.choice}>
      {ways.map(({ name, isLess, label, Icon }) => (
        <button
          key={name}
          type="button"
          aria-label={label}
          title={t(isLess ? 'mix.less' : 'mix.more')}
          tabIndex={isActive ? 0 : -1}
          data-pick={name}
          onClick={() => choose(isLess)}
        >
          <Icon aria-hidden />
        </button>
      ))}
    </span>
  );
}
