// The pictures one came from, newest right, and the one that one looks at.
import { FileText, ImageUp, Layers, SlidersHorizontal, type LucideIcon } from 'lucide-react';
import { useEffect, useRef, type SyntheticEvent } from 'react';
import { placeOf, type Place } from '../address';
import { useConnection } from '../api/connection';
import { returnTo, useEntry, type Stop } from '../navigation';
import { useText } from '../text/text';
import { isPlain } from './link';
import styles from './trail.module.css';

/** Of what has no picture. */
const icons: Partial<Record<Place['screen'], LucideIcon>> = { item: FileText, group: Layers, mix: SlidersHorizontal };

export function Trail() {
  const { t } = useText();
  const { trail, stop, depth } = useEntry();
  const end = useRef<HTMLLIElement>(null);
  useEffect(() => {
    const strip = end.current?.parentElement;
    strip?.scrollTo({ left: strip.scrollWidth });
  }, [depth]);
  return (
    <nav aria-label={t('trail.label')} className={styles.trail}>
      <ol className={styles.strip}>
        {trail.map((passed) => (
          <li key={passed.depth}>
            <a
              className={styles.stop}
              href={passed.address}
              aria-label={t('trail.back', { name: passed.name })}
              title={t('trail.back', { name: passed.name })}
              onClick={(event) => {
                if (!isPlain(event)) return;
                event.preventDefault();
                returnTo(passed);
              }}
            >
              <Picture stop={passed} />
            </a>
          </li>
        ))}
        <li ref={end}>
          {stop && (
            <span className={styles.stop} data-here role="img" aria-label={t('trail.here', { name: stop.name })}>
              <Picture stop={stop} />
            </span>
          )}
        </li>
      </ol>
    </nav>
  );
}

function Picture({ stop }: { readonly stop: Stop }) {
  const { returns } = useConnection();
  if (stop.image === '') {
    const Icon = icons[placeOf(stop.address).screen] ?? ImageUp;
    return <Icon aria-hidden />;
  }
  const hide = (event: SyntheticEvent<HTMLImageElement>) => {
    event.currentTarget.hidden = true;
  };
  return <img key={returns} src={stop.image} alt="" draggable={false} decoding="async" onError={hide} />;
}
