// Justified rows: pictures of one row share a height and fill the width, in their true aspect. A row is
// settled by the pictures up to the one after it, so that appending more never moves what is there.

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface Row {
  /** Of its pictures in the list. */
  readonly first: number;
  readonly count: number;
  readonly top: number;
  readonly height: number;
}

export interface Rows {
  readonly boxes: readonly Box[];
  readonly rows: readonly Row[];
  /** Of everything, without a gap below. */
  readonly height: number;
  /** Pictures in rows that later ones can't change; the rest stand in a last row that is not full. */
  readonly settled: number;
}

export interface RowRules {
  /** Of the whole, in CSS pixels. */
  readonly width: number;
  /** The height that rows come close to. */
  readonly targetHeight: number;
  readonly gap: number;
  /** Pictures that a row has at least, when there are so many. */
  readonly countMin: number;
}

/** `aspects`: width / height of each picture, above 0. All measures are whole pixels. O(pictures). */
export function justify(aspects: readonly number[], rules: RowRules): Rows {
  const boxes: Box[] = [];
  const rows: Row[] = [];
  let first = 0;
  let top = 0;
  const place = (count: number, height: number, fills: boolean) => {
    rows.push({ first, count, top, height });
    boxes.push(...boxesOf(aspects.slice(first, first + count), top, height, fills, rules));
    first += count;
    top += height + rules.gap;
  };
  while (first < aspects.length) {
    const count = countOfRow(aspects, first, rules);
    if (count === null) break;
    place(count, Math.max(1, Math.round(heightOf(aspects, first, count, rules))), true);
  }
  const settled = first;
  if (first < aspects.length) {
    const count = aspects.length - first;
    place(count, Math.round(Math.min(rules.targetHeight, heightOf(aspects, first, count, rules))), false);
  }
  return { boxes, rows, height: Math.max(0, top - rules.gap), settled };
}

/** The rows that touch [from, to), as [first row, row after the last]. O(log rows). */
export function rowsBetween(rows: readonly Row[], from: number, to: number): [number, number] {
  const start = partition(rows, (row) => row.top + row.height <= from);
  const end = partition(rows, (row) => row.top < to);
  return [start, Math.max(start, end)];
}

/** Pictures of the row that starts at `first`; null: those that are left do not fill one. */
function countOfRow(aspects: readonly number[], first: number, rules: RowRules): number | null {
  let sum = 0;
  for (let i = first; i < aspects.length; ++i) {
    sum += aspects[i] ?? 1;
    const count = i - first + 1;
    const height = filledHeight(sum, count, rules);
    if (height > rules.targetHeight || count < rules.countMin) continue;
    const without = filledHeight(sum - (aspects[i] ?? 1), count - 1, rules);
    const isBetterWithout = without / rules.targetHeight < rules.targetHeight / height;
    return count > rules.countMin && isBetterWithout ? count - 1 : count;
  }
  return null;
}

function heightOf(aspects: readonly number[], first: number, count: number, rules: RowRules): number {
  let sum = 0;
  for (let i = first; i < first + count; ++i) sum += aspects[i] ?? 1;
  return filledHeight(sum, count, rules);
}

/** Of a row whose aspects add up to `sum`, so that it fills the width. */
function filledHeight(sum: number, count: number, { width, gap }: RowRules): number {
  return Math.max(1, width - gap * (count - 1)) / sum;
}

function boxesOf(aspects: readonly number[], top: number, height: number, fills: boolean, rules: RowRules): Box[] {
  const sum = aspects.reduce((total, aspect) => total + aspect, 0);
  const inner = rules.width - rules.gap * (aspects.length - 1);
  const scale = fills ? inner / sum : height;
  let passed = 0;
  return aspects.map((aspect, i) => {
    // Edges are rounded, not widths: the last one ends at the width exactly.
    const left = Math.round(passed * scale);
    passed += aspect;
    return { left: left + i * rules.gap, top, width: Math.max(1, Math.round(passed * scale) - left), height };
  });
}

/** How many rows at the start satisfy `holds`, which no later one does again. */
function partition(rows: readonly Row[], holds: (row: Row) => boolean): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const row = rows[middle];
    if (row && holds(row)) low = middle + 1;
    else high = middle;
  }
  return low;
}
