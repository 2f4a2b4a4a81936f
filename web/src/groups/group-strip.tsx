// The groups that look like a group, nearest first: a line of cards that scrolls sideways. It has its height
// before its cards are there.
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { current, remember } from '../navigation';
import { GroupLink, type GroupCard } from './group-link';
import styles from './group-strip.module.css';

interface Props {
  readonly label: string;
  /** undefined: not known yet. */
  readonly cards: readonly GroupCard[] | undefined;
}

const cardWidth = 184;
const cardsToCome = 8;

export function GroupStrip({ label, cards }: Props) {
  const list = useRef<HTMLOListElement>(null);
  const [active, setActive] = useState(0);
  const focused = useRef(current().spot.focus).current;
  const isThere = cards !== undefined;
  const cardAt = (index: number) => list.current?.querySelectorAll<HTMLElement>('[data-tile]')[index];

  useEffect(() => {
    const index = cards?.findIndex(({ key }) => key === focused) ?? -1;
    const card = index < 0 ? undefined : cardAt(index);
    if (!card || !list.current) return;
    list.current.scrollLeft = card.offsetLeft - list.current.clientWidth / 2;
    card.focus({ preventScroll: true });
    // Only once, when they come: from then on the focus is the person's.
  }, [isThere]);

  const press = (event: KeyboardEvent) => {
    const move = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (move === 0 || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    event.preventDefault();
    cardAt(active + move)?.focus();
  };
  return (
    <ol ref={list} className={styles.strip} aria-label={label} aria-busy={!isThere} onKeyDown={press} data-strip>
      {cards?.map((card, index) => (
        <li key={card.key} className={styles.place}>
          <GroupLink
            card={card}
            width={cardWidth}
            isActive={index === active}
            onFocus={() => {
              setActive(index);
              remember({ focus: card.key });
            }}
          />
        </li>
      ))}
      {!isThere &&
        Array.from({ length: cardsToCome }, (_, i) => <li key={i} className={styles.place} data-waiting aria-hidden />)}
    </ol>
  );
}
