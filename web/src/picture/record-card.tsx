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
  return (
    <span className={styles.card} data-record>
      {/* The spaces part the words for those who hear them. */}
      <span className={styles.name}>{picture.name}</span>{' '}
      {rowsOf({ picture, document }).map(([name, value]) => (
        <span key={name} className={styles.row}>
          <span className={styles.key}>{name}</span> {`${value} `}
        </span>
      ))}
    </span>
  );
}

/** What the card shows below the name, to be read out. */
export function textBelowName(record: Props): string {
  return rowsOf(record).flat().join(' ');
}

function rowsOf({ picture, document }: Props): [string, string][] {
  return attributesOf(document)
    .filter(([, value]) => value !== picture.name)
    .slice(0, rowsMax);
}
