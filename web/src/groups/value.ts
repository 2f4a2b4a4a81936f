// The value that a group's pictures have in common, as a part of an address: texts as they are, everything else
// as JSON; and in quotes what would be read as something else.

export type GroupValue = string | number | boolean;

/** `valueIn` reads it back. */
export function textOf(value: GroupValue): string {
  const isPlain = typeof value === 'string' && !isStep(value) && parsed(value) === undefined;
  return isPlain ? value : JSON.stringify(value);
}

export function valueIn(text: string): GroupValue {
  const value = parsed(text);
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : text;
}

/** Browsers take such parts of a path for steps in it, or for none at all. */
function isStep(text: string): boolean {
  return text === '' || text === '.' || text === '..';
}

/** undefined: it is not JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
