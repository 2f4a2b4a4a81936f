// A link to a group, drawn as a card: its most typical pictures, its name, how many there are. Pointing at it
// prepares the jump.
import { memo, type MouseEvent } from 'react';
import { addressOf, type GroupPlace } from '../address';
import type { Example } from '../api/model';
import { groupQuery, hitsQuery } from '../api/queries';
import { go } from '../navigation';
import { isPlain } from '../parts/link';
import { nameOf, unknownPicture } from '../picture/document';
import { Thumbnail } from '../picture/thumbnail';
import { usePreparation } from '../rows/use-preparation';
import styles from './group-link.module.css';

export interface GroupCard {
  readonly key: string;
  readonly place: GroupPlace;
  readonly name: string;
  readonly size: string;
  /** What a screen reader says. */
  readonly label: string;
  readonly score: { readonly number: string; readonly formula: string } | null;
  readonly examples: readonly Example[];
}

interface Props {
  readonly card: GroupCard;
  /** CSS pixels. */
  readonly width: number;
  /** Tab leads to it. */
  readonly isActive: boolean;
  readonly onFocus: () => void;
}

export function GroupLink({ card, width, isActive, onFocus }: Props) {
  const { place, name, size, label, score } = card;
  const preparation = usePreparation(async (client) => {
    await client.prefetchQuery({ ...groupQuery(place), retry: false });
    await client.prefetchInfiniteQuery({ ...hitsQuery(place), retry: false });
  });
  const jump = (event: MouseEvent) => {
    if (!isPlain(event)) return;
    event.preventDefault();
    go(place, { morph: true });
  };
  return (
    <a
      className={styles.card}
      href={addressOf(place)}
      aria-label={label}
      title={score ? `${name}\n${score.formula}` : name}
      tabIndex={isActive ? 0 : -1}
      draggable={false}
      data-tile={card.key}
      data-group
      onClick={jump}
      onFocus={() => {
        onFocus();
        preparation.start();
      }}
      onBlur={preparation.stop}
      onPointerEnter={preparation.start}
      onPointerLeave={preparation.stop}
    >
      <Examples collection={place.collection} examples={card.examples} width={width} />
      {/* In the order of the label, which has all that can be seen. */}
      <span className={styles.caption} aria-hidden>
        <span className={styles.name}>{name}</span>{' '}
        <span className={styles.size}>
          <span>{size}</span> {score && <span>{score.number}</span>}
        </span>
      </span>
    </a>
  );
}

interface ExamplesProps {
  readonly collection: string;
  readonly examples: readonly Example[];
  readonly width: number;
}

/** The most typical one is the largest. */
const Examples = memo(function Examples({ collection, examples, width }: ExamplesProps) {
  return (
    <span className={styles.examples} data-count={examples.length} aria-hidden>
      {examples.map(({ id, path, content }, i) => (
        <span key={id} className={styles.example}>
          {content === null ? (
            <span className={styles.record} data-name={path === null ? id : nameOf(path)} />
          ) : (
            <Thumbnail
              collection={collection}
              id={id}
              picture={{ ...unknownPicture, path, content }}
              width={i === 0 ? width : width / 2}
              isLazy
            />
          )}
        </span>
      ))}
    </span>
  );
});
