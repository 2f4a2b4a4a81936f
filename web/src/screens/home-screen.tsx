// The start page: the search box over a wall of random pictures, or the pictures of a name.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Dices, FolderSearch, Pause, Play, RefreshCw } from 'lucide-react';
import { useEffect } from 'react';
import type { HomePlace } from '../address';
import type { Collection } from '../api/model';
import { collectionsQuery } from '../api/queries';
import { useActiveJob, useCollection } from '../collections';
import { become } from '../navigation';
import { Link } from '../parts/link';
import { Notice } from '../parts/notice';
import { SearchBox } from '../parts/search-box';
import { useTitle } from '../parts/title';
import { NoCollection, Trouble } from '../parts/trouble';
import { goToRandom, newSeed } from '../random';
import { choose, useSettings } from '../settings';
import { useText } from '../text/text';
import { EmptyCollection } from './empty-collection';
import styles from './home-screen.module.css';
import { NamedPictures } from './named-pictures';
import { Wall } from './wall';

export function HomeScreen({ place }: { readonly place: HomePlace }) {
  const { t } = useText();
  const collections = useQuery(collectionsQuery);
  const collection = useCollection(place.collection);
  useTitle(place.name);
  useEffect(() => {
    // The wall gets its number at once, so that a reload or a link shows the same one.
    if (place.seed === null) become({ ...place, seed: newSeed() });
  }, [place]);

  if (collections.error) return <Trouble error={collections.error} onAgain={() => void collections.refetch()} isScreen />;
  if (collections.data?.length === 0) {
    return (
      <Notice icon={FolderSearch} title={t('nothing.title')} text={t('nothing.text')} isScreen>
        <code>sokkuri serve ~/Pictures</code>
      </Notice>
    );
  }
  if (collections.data && !collection) return <NoCollection name={place.collection ?? ''} />;
  return (
    <>
      <div className={styles.hero}>
        <h1 className="unseen">sokkuri</h1>
        <SearchBox wanted={place.collection} name={place.name} isLarge />
        <Facts collection={collection} place={place} />
      </div>
      <div className={styles.pictures}>{collection && <Pictures place={place} collection={collection} />}</div>
    </>
  );
}

interface Props {
  readonly place: HomePlace;
  readonly collection: Collection;
}

function Pictures({ place, collection }: Props) {
  const isIndexing = useActiveJob(collection) !== null;
  if (collection.items === 0) return <EmptyCollection collection={collection} isIndexing={isIndexing} />;
  if (place.name !== '') return <NamedPictures collection={collection.name} name={place.name} />;
  return place.seed !== null && <Wall place={place} seed={place.seed} collection={collection} />;
}

function Facts({ place, collection }: { readonly place: HomePlace; readonly collection: Collection | undefined }) {
  const { t } = useText();
  const client = useQueryClient();
  const { isStill } = useSettings();
  if (!collection) return <p className={styles.facts}>{t('page.loading')}</p>;
  const isWall = place.name === '' && collection.items > 0;
  return (
    <div className={styles.facts}>
      <Link to={{ screen: 'collection', collection: collection.name }} className={styles.count}>
        {t(collection.folder === null ? 'home.items' : 'home.facts', { count: collection.items, name: collection.name })}
      </Link>
      {isWall && (
        <span className={styles.choices}>
          <button type="button" className="button" onClick={() => void goToRandom(client, collection.name)}>
            <Dices aria-hidden />
            {t('home.random')}
          </button>
          <button
            type="button"
            className="icon-button"
            title={t('home.shuffle')}
            aria-label={t('home.shuffle')}
            onClick={() => become({ ...place, seed: newSeed() })}
          >
            <RefreshCw aria-hidden />
          </button>
          <button
            type="button"
            className="icon-button"
            title={t(isStill ? 'home.play' : 'home.pause')}
            aria-label={t(isStill ? 'home.play' : 'home.pause')}
            onClick={() => choose({ isStill: !isStill })}
          >
            {isStill ? <Play aria-hidden /> : <Pause aria-hidden />}
          </button>
        </span>
      )}
    </div>
  );
}
