// A record that has no picture, as a card: its name, and what its document says of it.
import type { Document } from '../api/model';
import { attributesOf, type Picture } from './document';
import styles from './record-card.module.css';

const rowsMax = 6;

interface Props {
  readonly picture: Picture;
  readonly document: Document;
}

export function RecordCard({ picture, document }: Props) {
  const rows = attributesOf(document).filter(([, value]) => value !== picture.name);
  return (
    <span className={styles.card} data-record>
      <span className={styles.name}>{picture.name}</span>
      {rows.slice(0, rowsMax).map(([name, value]) => (
        <span key={name} className={styles.row}>
          <span className={styles.key}>{name}</span> {value}
        </span>
      ))}
    </span>
  );
}
