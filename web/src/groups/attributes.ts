// Which attributes put a collection's records into groups worth looking at: told from some of its documents.
// A value that nothing else has is a name, not a group.
import type { Document } from '../api/model';
import type { GroupValue } from './value';

export interface GroupName {
  /** Path of the attribute. */
  readonly by: string;
  readonly value: GroupValue;
}

/** The folder of a file, in a collection of a folder's pictures. */
export const folderAttribute = 'folder';
/** The folder itself that is indexed. */
export const topFolder = '/';
/** Longer texts are descriptions. */
const textMax = 120;
const depthMax = 4;

/** Said of the file by sokkuri: no two pictures have it in common, or nobody looks for it. */
const ownMembers = new Set([
  'path', 'path_bytes', 'width', 'height', 'bytes', 'modified', 'content', 'preview', 'link',
]);

interface Count {
  /** That have the attribute. */
  records: number;
  /** Of all its values, in all of them. */
  uses: number;
  readonly values: Set<GroupValue>;
}

/** Paths of attributes, those that most records have first, ties as documents have them. */
export function attributesIn(documents: readonly Document[]): string[] {
  const counts = new Map<string, Count>();
  for (const document of documents) {
    for (const [by, values] of Object.entries(valuesByPath(document))) {
      const known = counts.get(by) ?? { records: 0, uses: 0, values: new Set() };
      counts.set(by, known);
      ++known.records;
      known.uses += values.length;
      for (const value of values) known.values.add(value);
    }
  }
  const isShared = documents.length < 2 ? () => true : groupsSome;
  return [...counts]
    .filter(([, count]) => isShared(count))
    .sort(([, a], [, b]) => b.records - a.records)
    .map(([by]) => by);
}

/** The groups that a record is in, its folder not among them. */
export function groupsOf(document: Document): GroupName[] {
  return Object.entries(valuesByPath(document)).flatMap(([by, values]) => values.map((value) => ({ by, value })));
}

/** What is before the last `/`. */
export function folderOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? topFolder : path.slice(0, slash);
}

function groupsSome({ uses, values }: Count): boolean {
  return values.size < uses;
}

function valuesByPath(document: Document): Record<string, GroupValue[]> {
  const found: Record<string, GroupValue[]> = Object.create(null) as Record<string, GroupValue[]>;
  for (const [name, value] of Object.entries(document)) {
    if (!ownMembers.has(name)) collect(value, name, depthMax, found);
  }
  return found;
}

function collect(value: unknown, path: string, depth: number, found: Record<string, GroupValue[]>): void {
  if (typeof value === 'object' && value !== null) {
    if (depth === 0) return;
    const isList = Array.isArray(value);
    for (const [name, member] of Object.entries(value)) {
      collect(member, isList ? path : `${path}.${name}`, depth - 1, found);
    }
    return;
  }
  const isValue = typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string';
  if (!isValue || (typeof value === 'string' && value.length > textMax) || path === '.' || path === '..') return;
  const values = (found[path] ??= []);
  if (!values.includes(value)) values.push(value);
}
