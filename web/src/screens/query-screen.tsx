// The look-alikes of a picture that somebody brought. The server keeps its vector and a small preview for a
// while, so that this address survives a reload and can be sent.
import { useQuery } from '@tanstack/react-query';
import { Hourglass } from 'lucide-react';
import { useEffect } from 'react';
import { addressOf, item, type QueryPlace } from '../address';
import { useConnection } from '../api/connection';
import { paths } from '../api/paths';
import { handleQuery } from '../api/queries';
import { useCollection } from '../collections';
import { arrive } from '../navigation';
import { Link } from '../parts/link';
import { Notice } from '../parts/notice';
import { PickButton } from '../parts/pick-button';
import { useTitle } from '../parts/title';
import { HomeButton, isMissing, Trouble } from '../parts/trouble';
import { unknownPicture, type Picture } from '../picture/document';
import { useText } from '../text/text';
import { LookAlikes } from './look-alikes';
import { PictureLayout } from './picture-layout';
import { PicturePanel } from './picture-panel';
import styles from './query-screen.module.css';

export function QueryScreen({ place }: { readonly place: QueryPlace }) {
  const { t, moment } = useText();
  const { collection: name, query } = place;
  const { data: handle, error, refetch } = useQuery(handleQuery(name, query));
  const collection = useCollection(name);
  const { returns } = useConnection();
  const preview = paths.queryPreview(name, query);
  const hasPicture = handle !== undefined && handle.width > 0;
  const title = t('picture.yours');
  useTitle(title);
  useEffect(() => {
    if (handle) arrive({ name: title, image: hasPicture ? preview : '', address: addressOf(place) });
  }, [handle, hasPicture, preview, place, title]);

  if (isMissing(error)) {
    return (
      <Notice icon={Hourglass} title={t('query.expired')} text={t('query.expired_text')} isScreen>
        <PickButton wanted={name} label={t('search.choose')} />
        <HomeButton />
      </Notice>
    );
  }
  if (error) return <Trouble error={error} onAgain={() => void refetch()} isScreen />;
  const panel = handle && (
    <PicturePanel
      place={place}
      name={title}
      picture={pictureOfQuery(handle)}
      image={hasPicture && <img key={returns} className={styles.image} src={preview} alt="" />}
      large={preview}
      original={null}
      attributes={[]}
    >
      <p className={styles.note}>{t('picture.expires', { time: moment(handle.expires) })}</p>
      {handle.item !== null && (
        <p className={styles.note}>
          <Link to={item(name, handle.item)}>{t('picture.indexed_as')}</Link>
        </p>
      )}
    </PicturePanel>
  );
  return (
    <PictureLayout panel={panel}>
      <LookAlikes
        place={place}
        collection={collection}
        label={t('hits.of', { name: title })}
        none={{ title: t('hits.none'), text: t('upload.empty_collection') }}
      />
    </PictureLayout>
  );
}

function pictureOfQuery({ width, height }: { readonly width: number; readonly height: number }): Picture {
  const isKnown = width > 0 && height > 0;
  return isKnown ? { ...unknownPicture, width, height } : unknownPicture;
}
