// A picture of the collection and its neighbors: the screen that the page is about.
import { useQuery } from '@tanstack/react-query';
import { ImageOff } from 'lucide-react';
import { useEffect } from 'react';
import { addressOf, home, type ItemPlace } from '../address';
import type { Collection, Item } from '../api/model';
import { paths } from '../api/paths';
import { itemQuery } from '../api/queries';
import { useCollection } from '../collections';
import { arrive } from '../navigation';
import { Link } from '../parts/link';
import { Notice } from '../parts/notice';
import { useTitle } from '../parts/title';
import { HomeButton, isMissing, Trouble } from '../parts/trouble';
import { attributesOf, pictureOf, type Picture } from '../picture/document';
import { glimpses } from '../picture/seen';
import { RecordCard } from '../picture/record-card';
import { Thumbnail } from '../picture/thumbnail';
import { useText, type Text } from '../text/text';
import { LookAlikes } from './look-alikes';
import { PictureLayout } from './picture-layout';
import { PicturePanel } from './picture-panel';

export function ItemScreen({ place }: { readonly place: ItemPlace }) {
  const text = useText();
  const { t } = text;
  const { collection: name, id } = place;
  const { data: item, error, refetch } = useQuery({
    ...itemQuery(name, id),
    placeholderData: () => glimpseOf(name, id),
  });
  const collection = useCollection(name);
  const picture = item && pictureOf(item.document, id);
  useTitle(picture?.name ?? null);
  useStop(place, picture);

  if (isMissing(error)) {
    return (
      <Notice icon={ImageOff} title={t('picture.gone')} text={t('picture.gone_text')} isScreen>
        <Link className="button" to={home(name)}>
          {t('status.see_pictures')}
        </Link>
        <HomeButton />
      </Notice>
    );
  }
  if (error) return <Trouble error={error} onAgain={() => void refetch()} isScreen />;
  const panel = item && picture && (
    <PicturePanel
      place={place}
      name={picture.name}
      picture={picture}
      image={
        picture.hasPicture ? (
          <Thumbnail collection={name} id={id} picture={picture} width={mainWidth()} isMain />
        ) : (
          <RecordCard picture={picture} document={item.document} />
        )
      }
      large={picture.hasPicture ? paths.image(name, id) : null}
      original={picture.hasPicture && !isThumbnailKept(collection, picture) ? paths.original(name, id) : null}
      attributes={attributes(item, picture, text)}
    />
  );
  return (
    <PictureLayout panel={panel}>
      <LookAlikes place={place} collection={collection} name={picture?.name ?? ''} />
    </PictureLayout>
  );
}

/** What the tile knew, until the item has come. */
function glimpseOf(collection: string, id: string): Item | undefined {
  const document = glimpses.get(`${collection}/${id}`);
  return document && { id, version: 0, seq: 0, document };
}

function useStop(place: ItemPlace, picture: Picture | undefined): void {
  const name = picture?.name;
  const content = picture?.content ?? '';
  const hasPicture = picture?.hasPicture ?? false;
  useEffect(() => {
    if (name === undefined) return;
    const image = hasPicture ? paths.thumbnail(place.collection, place.id, 160, content) : '';
    arrive({ name, image, address: addressOf(place) });
  }, [place, name, content, hasPicture]);
}

/** The picture came without a file, and the collection keeps no more than a thumbnail. */
function isThumbnailKept(collection: Collection | undefined, picture: Picture): boolean {
  return picture.path === null && collection?.keep_pictures === false;
}

function attributes(item: Item, picture: Picture, { t }: Text): [string, string][] {
  const own: [string, string | null][] = [
    [t('picture.format'), picture.format],
    [t('picture.id'), item.id],
    [t('picture.content'), picture.content],
  ];
  const known = own.filter((row): row is [string, string] => row[1] !== null && row[1] !== '');
  return [...known, ...attributesOf(item.document)];
}

/** CSS pixels of the panel's picture, near enough to choose a file. */
function mainWidth(): number {
  return innerWidth < 800 ? innerWidth - 16 : Math.max(280, innerWidth * 0.26);
}
