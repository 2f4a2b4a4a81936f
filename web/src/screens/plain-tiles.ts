// Items as tiles without a score: the wall, and pictures found by name.
import { item } from '../address';
import type { Item } from '../api/model';
import { aspectOf, pictureOf } from '../picture/document';
import type { TileContent } from '../rows/tile';
import type { Text } from '../text/text';

export function tilesOf(items: readonly Item[], collection: string, { t, count }: Text): TileContent[] {
  const total = count(items.length);
  return items.map(({ id, document }, i) => {
    const picture = pictureOf(document, id);
    return {
      key: id,
      aspect: aspectOf(picture),
      place: item(collection, id),
      picture,
      document,
      label: t('hits.plain', { rank: count(i + 1), total, name: picture.name }),
      score: null,
      fold: null,
    };
  });
}
