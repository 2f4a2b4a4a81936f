// More like these, less like those: the pictures that were picked, and what goes with them, which changes with
// every pick.
import { SlidersHorizontal } from 'lucide-react';
import { useEffect } from 'react';
import { addressOf, home, type MixPlace, type Pick } from '../address';
import { paths } from '../api/paths';
import { useCollection } from '../collections';
import { arrive } from '../navigation';
import { useArrival } from '../parts/arrival';
import { Link } from '../parts/link';
import { Notice } from '../parts/notice';
import { PickedPicture } from '../parts/picked-picture';
import { useTitle } from '../parts/title';
import { useText } from '../text/text';
import { LookAlikes } from './look-alikes';
import styles from './mix-screen.module.css';
import { WideLayout } from './wide-layout';

/** From then on one knows how it is done. */
const hintedPicks = 3;

export function MixScreen({ place }: { readonly place: MixPlace }) {
  const { t } = useText();
  const { collection: name, picks } = place;
  const collection = useCollection(name);
  const heading = useArrival();
  const [more, less] = [picks.filter(({ isLess }) => !isLess), picks.filter(({ isLess }) => isLess)];
  const state = t('mix.state', { more: more.length, less: less.length });
  useTitle(state);
  useStop(place, state);
  const head = (
    <div>
      <h1 ref={heading} tabIndex={-1}>
        {t('mix.title')}
      </h1>
      <p className={styles.hint}>{picks.length < hintedPicks && t('mix.hint')}</p>
    </div>
  );
  if (picks.length === 0) {
    return (
      <WideLayout head={head}>
        <Notice icon={SlidersHorizontal} title={t('mix.empty')} text={t('mix.empty_text')}>
          <Link className="button" to={home(name)}>
            {t('status.see_pictures')}
          </Link>
        </Notice>
      </WideLayout>
    );
  }
  return (
    <WideLayout head={head}>
      <div className={styles.picks}>
        <Picks label={t('mix.more')} place={place} picks={more} />
        <Picks label={t('mix.less')} place={place} picks={less} />
      </div>
      <div data-picking>
        <LookAlikes
          place={place}
          collection={collection}
          label={t('mix.hits')}
          none={{ title: t('hits.none'), text: t('mix.none') }}
          leftOut={picks.filter(({ kind }) => kind === 'item').length}
          missing={{ title: t('mix.gone'), text: t('mix.gone_text') }}
        />
      </div>
    </WideLayout>
  );
}

interface PicksProps {
  readonly label: string;
  readonly place: MixPlace;
  readonly picks: readonly Pick[];
}

function Picks({ label, place, picks }: PicksProps) {
  if (picks.length === 0) return null;
  return (
    <section className={styles.side} aria-label={label}>
      <h2 className={styles.label}>{label}</h2>
      <ul className={styles.list}>
        {picks.map((pick) => (
          <PickedPicture key={`${pick.kind}/${pick.id}`} mix={place} pick={pick} />
        ))}
      </ul>
    </section>
  );
}

/** On the trail it is the first picture that was picked. */
function useStop(place: MixPlace, name: string): void {
  const { collection, picks } = place;
  const first = picks.find(({ isLess }) => !isLess);
  const image = first ? imageOf(collection, first) : '';
  useEffect(() => arrive({ name, image, address: addressOf(place) }), [place, name, image]);
}

function imageOf(collection: string, { kind, id }: Pick): string {
  return kind === 'query' ? paths.queryPreview(collection, id) : paths.thumbnail(collection, id, 160, '');
}
