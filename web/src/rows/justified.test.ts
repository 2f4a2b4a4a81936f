// Properties of the layout over random pictures, widths and rules.
import { describe, expect, it } from 'vitest';
import { Seeded } from '../testing/seeded';
import { justify, rowsBetween, type RowRules } from './justified';

const seeds = Array.from({ length: 200 }, (_, i) => i + 1);

function scene(seed: number) {
  const random = new Seeded(seed);
  const aspects = Array.from({ length: random.integer(0, 120) }, () => 0.4 * 7.5 ** random.next());
  const rules: RowRules = {
    width: random.integer(320, 2560),
    targetHeight: random.integer(100, 260),
    gap: random.integer(0, 12),
    countMin: random.integer(1, 2),
  };
  return { random, aspects, rules };
}

describe('justify', () => {
  it.each(seeds)('places every picture once, in order, within the width (seed %i)', (seed) => {
    const { aspects, rules } = scene(seed);
    const { boxes, rows } = justify(aspects, rules);
    expect(boxes).toHaveLength(aspects.length);
    expect(rows.map(({ first }) => first)).toEqual(rows.map((_, i) => sum(rows.slice(0, i).map((row) => row.count))));
    for (const { left, width } of boxes) {
      expect(left).toBeGreaterThanOrEqual(0);
      expect(left + width).toBeLessThanOrEqual(rules.width);
      expect(width).toBeGreaterThan(0);
    }
  });

  it.each(seeds)('fills the width of every settled row and keeps the gaps (seed %i)', (seed) => {
    const { aspects, rules } = scene(seed);
    const { boxes, rows, settled } = justify(aspects, rules);
    for (const { first, count } of rows) {
      const row = boxes.slice(first, first + count);
      row.slice(1).forEach((box, i) => {
        const before = row[i];
        expect(box.left - ((before?.left ?? 0) + (before?.width ?? 0))).toBe(rules.gap);
        expect(box.top).toBe(before?.top);
        expect(box.height).toBe(before?.height);
      });
      const last = row.at(-1);
      if (first < settled) expect((last?.left ?? 0) + (last?.width ?? 0)).toBe(rules.width);
    }
  });

  it.each(seeds)('never moves a settled picture when more are appended (seed %i)', (seed) => {
    const { aspects, rules, random } = scene(seed);
    const cut = random.integer(0, aspects.length);
    const before = justify(aspects.slice(0, cut), rules);
    const after = justify(aspects, rules);
    expect(after.boxes.slice(0, before.settled)).toEqual(before.boxes.slice(0, before.settled));
    expect(after.settled).toBeGreaterThanOrEqual(before.settled);
  });

  it.each(seeds)('keeps the aspect of pictures and at least the asked number in a row (seed %i)', (seed) => {
    const { aspects, rules } = scene(seed);
    const { boxes, rows, settled } = justify(aspects, rules);
    for (const { first, count } of rows.filter((row) => row.first < settled)) {
      expect(count).toBeGreaterThanOrEqual(rules.countMin);
      for (let i = first; i < first + count; ++i) {
        const box = boxes[i];
        // Whole pixels cost up to one in width and half a one in height.
        expect(Math.abs((box?.width ?? 0) - (aspects[i] ?? 0) * (box?.height ?? 0))).toBeLessThanOrEqual(
          1.01 + 0.5 * (aspects[i] ?? 0),
        );
      }
    }
  });

  it('does not blow up a last row that is not full', () => {
    const { boxes, settled } = justify([1], { width: 1000, targetHeight: 200, gap: 8, countMin: 2 });
    expect(boxes).toEqual([{ left: 0, top: 0, width: 200, height: 200 }]);
    expect(settled).toBe(0);
  });
});

describe('rowsBetween', () => {
  it.each(seeds.slice(0, 50))('finds just the rows that touch the band (seed %i)', (seed) => {
    const { aspects, rules, random } = scene(seed);
    const { rows, height } = justify(aspects, rules);
    const from = random.integer(-200, height + 200);
    const to = from + random.integer(1, 900);
    const [start, end] = rowsBetween(rows, from, to);
    const touching = rows.filter((row) => row.top < to && row.top + row.height > from);
    expect(rows.slice(start, end)).toEqual(touching);
  });
});

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
