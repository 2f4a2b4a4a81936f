// Arrow keys move the focus over tiles by geometry; with the focus nowhere, the first one leads to the first
// tile in sight.
import { useEffect, type RefObject } from 'react';
import { isWriting } from '../parts/keys';
import type { Rows } from './justified';
import { directionOf, step } from './step';
import type { Placed } from './tile-rows';
import { focusTile } from './use-spot';

interface Scene {
  readonly tiles: readonly Placed[];
  readonly rows: Rows;
  readonly count: number;
  readonly active: number;
  readonly setActive: (index: number) => void;
  readonly list: RefObject<HTMLElement | null>;
}

const marginAbove = 72;
const marginBelow = 16;

export function useArrows({ tiles, rows, count, active, setActive, list }: Scene): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const direction = directionOf(event.key);
      const isModified = event.ctrlKey || event.metaKey || event.altKey || event.shiftKey;
      if (!direction || isModified || event.defaultPrevented || isWriting(event.target)) return;
      if (count === 0 || document.querySelector('dialog[open], [data-upload]')) return;
      const focused = document.activeElement;
      const isOnTile = focused?.matches('[data-tile]') && list.current?.contains(focused);
      if (!isOnTile && !isNowhere(focused)) return;
      const next = isOnTile ? step(rows, active, direction) : firstInSight(rows, list.current);
      event.preventDefault();
      if (next === null || next >= count) return;
      setActive(next);
      reveal(rows, next, list.current);
      const id = tiles[next]?.key ?? '';
      requestAnimationFrame(() => requestAnimationFrame(() => focusTile(list.current, id)));
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, [tiles, rows, count, active, setActive, list]);
}

/** Nothing that wants arrows for itself has the focus. */
function isNowhere(element: Element | null): boolean {
  return element === null || element === document.body || element.matches('main, h1, summary, button, a');
}

function firstInSight({ boxes }: Rows, list: HTMLElement | null): number {
  const above = list ? -list.getBoundingClientRect().top : 0;
  const index = boxes.findIndex(({ top }) => top >= above);
  return Math.max(0, index);
}

/** Scrolls as little as needed for the tile to stand clear of the bar and the foot. */
function reveal({ boxes }: Rows, index: number, list: HTMLElement | null): void {
  const box = boxes[index];
  if (!box || !list) return;
  const top = list.getBoundingClientRect().top + box.top;
  const bottom = top + box.height;
  const move = top < marginAbove ? top - marginAbove : Math.max(0, bottom - innerHeight + marginBelow);
  if (move !== 0) scrollBy({ top: move, behavior: 'instant' });
}
