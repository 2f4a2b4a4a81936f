// A state of a screen in which there is nothing to show: what it is, why, and the ways out.
import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import styles from './notice.module.css';

interface Props {
  readonly icon: LucideIcon;
  readonly title: string;
  readonly text?: string;
  readonly children?: ReactNode;
}

export function Notice({ icon: Icon, title, text, children }: Props) {
  return (
    <section className={styles.notice}>
      <Icon aria-hidden />
      <h2>{title}</h2>
      {text !== undefined && <p>{text}</p>}
      {children && <div className={styles.ways}>{children}</div>}
    </section>
  );
}
