// Groups as the page shows them.
import { group } from '../address';
import type { Collection, Group, GroupHit } from '../api/model';
import { formulaOf } from '../rows/formula';
import type { Text } from '../text/text';
import type { GroupCard } from './group-link';
import { nameOfGroup, sizeOfGroup } from './group-name';
import { groupAspect, type GroupTileContent } from './group-tile';
import { textOf } from './value';

export interface Setting {
  readonly by: string;
  readonly collection: Collection;
  readonly text: Text;
}

/** In a list of all: without a score. `rank` counts from 1. */
export function listedGroup(listed: Group, rank: number, total: number, setting: Setting): GroupTileContent {
  const { t, count } = setting.text;
  const card = cardOf(listed, setting);
  const label = t('groups.one', { rank: count(rank), total: count(total), name: card.name, size: card.size });
  return { ...card, label, score: null, aspect: groupAspect };
}

/** `total`: of the hits. */
export function groupHit(hit: GroupHit, total: number, setting: Setting): GroupCard {
  const { t, count, score, exact } = setting.text;
  const card = cardOf(hit, setting);
  const formula = t(formulaOf(setting.collection.metric), { score: exact(hit.score), distance: exact(hit.distance) });
  const number = score(hit.score);
  const about = { rank: count(hit.rank), total: count(total), name: card.name, size: card.size, score: number };
  return { ...card, label: t('groups.hit', about), score: { number, formula } };
}

function cardOf({ value, items, examples }: Group | GroupHit, { by, collection, text }: Setting) {
  return {
    key: `group ${textOf(value)}`,
    place: group(collection.name, by, value),
    name: nameOfGroup({ by, value }, collection, text),
    size: sizeOfGroup(items, collection, text),
    examples,
  };
}
