// A group in rows of groups.
import type { Placed, TileFrame } from '../rows/tile-rows';
import { GroupLink, type GroupCard } from './group-link';
import styles from './group-tile.module.css';

export type GroupTileContent = GroupCard & Placed;

/** Width / height: pictures above two lines of text. */
export const groupAspect = 1.2;

/** For the rows. */
export const drawGroup = (content: GroupTileContent, frame: TileFrame) => (
  <GroupTile key={content.key} content={content} {...frame} />
);

interface Props extends TileFrame {
  readonly content: GroupTileContent;
}

function GroupTile({ content, box, index, isActive, onFocus }: Props) {
  if (!box) return null;
  return (
    <li
      className={styles.tile}
      style={{ transform: `translate(${box.left}px, ${box.top}px)`, inlineSize: box.width, blockSize: box.height }}
    >
      <GroupLink card={content} width={box.width} isActive={isActive} onFocus={() => onFocus(index)} />
    </li>
  );
}
