import { describe, expect, it } from 'vitest';
import { Seeded } from '../testing/seeded';
import { justify } from './justified';
import { step } from './step';

const random = new Seeded(7);
const rows = justify(
  Array.from({ length: 60 }, () => 0.5 + 1.5 * random.next()),
  { width: 900, targetHeight: 180, gap: 8, countMin: 2 },
);

describe('step', () => {
  it('goes left and right through all tiles and stops at the ends', () => {
    for (let i = 0; i < 59; ++i) {
      expect(step(rows, i, 'right')).toBe(i + 1);
      expect(step(rows, i + 1, 'left')).toBe(i);
    }
    expect(step(rows, 0, 'left')).toBeNull();
    expect(step(rows, 59, 'right')).toBeNull();
  });

  it('goes up and down to the row beside, to a tile that none of that row is nearer than', () => {
    rows.boxes.forEach((box, i) => {
      const next = step(rows, i, 'down');
      const own = rows.rows.findIndex((row) => i < row.first + row.count);
      const below = rows.rows[own + 1];
      if (!below) {
        expect(next).toBeNull();
        return;
      }
      expect(next).toBeGreaterThanOrEqual(below.first);
      expect(next).toBeLessThan(below.first + below.count);
      const distances = rows.boxes.slice(below.first, below.first + below.count).map((other) => away(other, box));
      expect(distances[(next ?? 0) - below.first]).toBe(Math.min(...distances));
    });
  });

  it('stops above the first row', () => {
    expect(step(rows, 0, 'up')).toBeNull();
  });
});

const middle = (box: { left: number; width: number }) => box.left + box.width / 2;
const away = (a: { left: number; width: number }, b: { left: number; width: number }) => Math.abs(middle(a) - middle(b));
