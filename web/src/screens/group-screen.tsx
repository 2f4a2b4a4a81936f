// A group: its pictures, most typical first, under the groups that look like it; or pictures elsewhere that look
// like its own.
import { useQuery } from '@tanstack/react-query';
import { Layers, Link2 } from 'lucide-react';
import { useEffect, useMemo } from 'react';
import { addressOf, groups, type GroupPlace } from '../address';
import type { Collection, SimilarGroups } from '../api/model';
import { paths } from '../api/paths';
import { groupQuery } from '../api/queries';
import { useCollection } from '../collections';
import { groupHit } from '../groups/cards';
import { isFolder, nameOfAttribute, nameOfGroup, sizeOfGroup } from '../groups/group-name';
import { GroupStrip } from '../groups/group-strip';
import { arrive } from '../navigation';
import { useArrival } from '../parts/arrival';
import { CopyButton } from '../parts/copy';
import { Link } from '../parts/link';
import { Notice } from '../parts/notice';
import { useTitle } from '../parts/title';
import { HomeButton, isMissing, Trouble } from '../parts/trouble';
import { useText } from '../text/text';
import styles from './group-screen.module.css';
import { LookAlikes } from './look-alikes';
import { WideLayout } from './wide-layout';

export function GroupScreen({ place }: { readonly place: GroupPlace }) {
  const text = useText();
  const { t } = text;
  const { by } = place;
  const collection = useCollection(place.collection);
  const { data, error, refetch } = useQuery(groupQuery(place));
  const name = nameOfGroup(place, collection, text);
  useTitle(name);
  useStop(place, name, data);
  if (isMissing(error)) {
    return (
      <Notice icon={Layers} title={t('group.gone', { name })} text={t('group.gone_text')} isScreen>
        <Link className="button" to={groups(place.collection, by)}>
          {t('group.all')}
        </Link>
        <HomeButton />
      </Notice>
    );
  }
  if (error && !data) return <Trouble error={error} onAgain={() => void refetch()} isScreen />;
  return (
    <WideLayout head={<Head place={place} name={name} collection={collection} items={data?.group.items ?? null} />}>
      <Alike place={place} collection={collection} data={data} />
      <section>
        <Views place={place} collection={collection} />
        <LookAlikes
          key={String(place.isElsewhere)}
          place={place}
          collection={collection}
          label={t(place.isElsewhere ? 'group.hits_elsewhere' : 'group.hits', { name })}
          none={{ title: t('hits.none'), text: t('group.none_elsewhere', { name: place.collection }) }}
          isPlain={!place.isElsewhere}
          leftOut={place.isElsewhere && data ? data.group.items : 0}
        />
      </section>
    </WideLayout>
  );
}

interface HeadProps {
  readonly place: GroupPlace;
  readonly name: string;
  readonly collection: Collection | undefined;
  /** null: not known yet. */
  readonly items: number | null;
}

function Head({ place, name, collection, items }: HeadProps) {
  const text = useText();
  const { t } = text;
  const heading = useArrival();
  const facts = [nameOfAttribute(place.by, collection, text), items !== null && sizeOfGroup(items, collection, text)];
  return (
    <>
      <div className={styles.words}>
        <h1 ref={heading} tabIndex={-1} className={styles.name}>
          {name}
        </h1>
        <p className={styles.facts}>{facts.filter((fact) => fact !== false).join(' · ')}</p>
      </div>
      <div className={styles.buttons}>
        <Link className="button" to={groups(place.collection, place.by)} aria-label={t('group.all')}>
          <Layers aria-hidden />
          <span className="wide">{t('group.all')}</span>
        </Link>
        <CopyButton text={new URL(addressOf(place), location.href).href} label={t('picture.copy_link')} icon={Link2} />
      </div>
    </>
  );
}

interface AlikeProps {
  readonly place: GroupPlace;
  readonly collection: Collection | undefined;
  readonly data: SimilarGroups | undefined;
}

function Alike({ place, collection, data }: AlikeProps) {
  const text = useText();
  const { t } = text;
  const { by } = place;
  const cards = useMemo(
    () => data && collection && data.hits.map((hit) => groupHit(hit, data.hits.length, { by, collection, text })),
    [data, collection, by, text],
  );
  const title = t(isFolder(by, collection) ? 'group.like_folder' : 'group.like');
  return (
    <section className={styles.alike}>
      <h2 className={styles.title}>{title}</h2>
      {cards?.length === 0 ? <p className={styles.facts}>{t('group.alone')}</p> : <GroupStrip label={title} cards={cards} />}
    </section>
  );
}

/** Two ways to look on: what is in it, and what is like it. */
function Views({ place, collection }: Pick<HeadProps, 'place' | 'collection'>) {
  const { t } = useText();
  const views = [
    { isElsewhere: false, label: t(isFolder(place.by, collection) ? 'group.own_folder' : 'group.own') },
    { isElsewhere: true, label: t('group.elsewhere') },
  ];
  return (
    <nav className={styles.views} aria-label={t('group.views')}>
      {views.map(({ isElsewhere, label }) => (
        <Link
          key={String(isElsewhere)}
          className={styles.view}
          to={{ ...place, isElsewhere }}
          aria-current={place.isElsewhere === isElsewhere || undefined}
        >
          {label}
        </Link>
      ))}
    </nav>
  );
}

/** On the trail it is its most typical picture. */
function useStop(place: GroupPlace, name: string, data: SimilarGroups | undefined): void {
  const example = data?.group.examples[0];
  const isThere = data !== undefined;
  const content = example?.content ?? '';
  const id = example?.id ?? '';
  useEffect(() => {
    if (!isThere) return;
    const image = content === '' ? '' : paths.thumbnail(place.collection, id, 160, content);
    arrive({ name, image, address: addressOf(place) });
  }, [place, name, isThere, id, content]);
}
