// Where an arrow key leads from a tile: by what the eye sees, not by the order of the list.
import type { Box, Rows } from './justified';

export type Direction = 'left' | 'right' | 'up' | 'down';

export function directionOf(key: string): Direction | null {
  switch (key) {
    case 'ArrowLeft':
      return 'left';
    case 'ArrowRight':
      return 'right';
    case 'ArrowUp':
      return 'up';
    case 'ArrowDown':
      return 'down';
    default:
      return null;
  }
}

/** The tile to go to from tile `from`; null at an edge. Left and right go on in the next row. */
export function step({ boxes, rows }: Rows, from: number, direction: Direction): number | null {
  if (direction === 'left') return from > 0 ? from - 1 : null;
  if (direction === 'right') return from + 1 < boxes.length ? from + 1 : null;
  const own = rows.findIndex((row) => from < row.first + row.count);
  const target = rows[own + (direction === 'down' ? 1 : -1)];
  const box = boxes[from];
  if (own < 0 || !target || !box) return null;
  return nearest(boxes, target.first, target.count, center(box));
}

function nearest(boxes: readonly Box[], first: number, count: number, x: number): number {
  let best = first;
  for (let i = first; i < first + count; ++i) {
    if (distance(boxes[i], x) < distance(boxes[best], x)) best = i;
  }
  return best;
}

const center = (box: Box) => box.left + box.width / 2;
const distance = (box: Box | undefined, x: number) => (box ? Math.abs(center(box) - x) : Infinity);
