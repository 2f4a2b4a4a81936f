// A state of a screen in which there is nothing to show: what it is, why, and the ways out.
import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import styles from './notice.module.css';

interface Props {
  readonly icon: LucideIcon;
  readonly title: string;
  readonly text?: string;
  readonly children?: ReactNode;
  /** It is all that the screen shows. */
  readonly isScreen?: boolean;
}

export function Notice({ icon: Icon, title, text, children, isScreen = false }: Props) {
  return (
    <section className={styles.notice}>
      <Icon aria-hidden />
      {isScreen ? <h1>{title}</h1> : <h2>{title}</h2>}
      {text !== undefined && <p>{text}</p>}
      {children && <div className={styles.ways}>{children}</div>}
    </section>
  );
}
