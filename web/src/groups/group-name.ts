// What a group is called on the page.
import type { Collection } from '../api/model';
import type { Text } from '../text/text';
import { folderAttribute, topFolder, type GroupName } from './attributes';

/** Folders of files are known as such only in a collection of a folder's pictures. */
export function isFolder(by: string, collection: Collection | undefined): boolean {
  return by === folderAttribute && collection !== undefined && collection.folder !== null;
}

export function nameOfGroup({ by, value }: GroupName, collection: Collection | undefined, { t }: Text): string {
  if (value === '') return t('groups.blank');
  if (value === topFolder && collection && isFolder(by, collection)) return t('groups.top', { name: collection.name });
  return String(value);
}

export function nameOfAttribute(by: string, collection: Collection | undefined, { t }: Text): string {
  return isFolder(by, collection) ? t('groups.folder') : by;
}

/** How many pictures, or items where there may be none. */
export function sizeOfGroup(count: number, collection: Collection | undefined, { t }: Text): string {
  return t(collection?.folder === null ? 'group.items' : 'group.pictures', { count });
}
