// The main screen's shape: the trail on top, the picture and its facts on the left (on a phone: above), its
// neighbors on the right.
import type { ReactNode } from 'react';
import { Trail } from '../parts/trail';
import styles from './picture-layout.module.css';

interface Props {
  readonly panel: ReactNode;
  readonly children: ReactNode;
}

export function PictureLayout({ panel, children }: Props) {
  return (
    <>
      <Trail />
      <div className={styles.layout}>
        <div className={styles.panel}>{panel}</div>
        <div className={styles.rows}>{children}</div>
      </div>
    </>
  );
}
