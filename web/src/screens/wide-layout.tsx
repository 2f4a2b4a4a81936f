// A screen that is about more than one picture: the trail on top, what it is about in a few lines, and rows over
// the whole width.
import type { ReactNode } from 'react';
import { useEntry } from '../navigation';
import { Trail } from '../parts/trail';
import styles from './wide-layout.module.css';

interface Props {
  readonly head: ReactNode;
  /** It is never on the trail itself, which then may be empty. */
  readonly isNoStop?: boolean;
  readonly children: ReactNode;
}

export function WideLayout({ head, isNoStop = false, children }: Props) {
  const { trail } = useEntry();
  return (
    <>
      {(!isNoStop || trail.length > 0) && <Trail />}
      <div className={styles.layout}>
        <header className={styles.head}>{head}</header>
        {children}
      </div>
    </>
  );
}
