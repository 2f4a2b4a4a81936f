// A picture of the collection and its neighbors: the screen that the page is about.
import { useQuery } from '@tanstack/react-query';
import { ImageOff } from 'lucide-react';
import { useEffect } from 'react';
import { addressOf, group, home, type GroupPlace, type ItemPlace } from '../address';
import type { Collection, Item } from '../api/model';
import { paths } from '../api/paths';
import { itemQuery } from '../api/queries';
import { useCollection } from '../collections';
import { folderAttribute, folderOf, groupsOf } from '../groups/attributes';
import { isFolder } from '../groups/group-name';
import { arrive } from '../navigation';
import { Link } from '../parts/link';
import { Notice } from '../parts/notice';
import { useTitle } from '../parts/title';
import { HomeButton, isMissing, Trouble } from '../parts/trouble';
import { attributesOf, pictureOf, type Picture } from '../picture/document';
import { glimpseOf } from '../picture/seen';
import { RecordCard } from '../picture/record-card';
import { Thumbnail } from '../picture/thumbnail';
import { useText, type Text } from '../text/text';
import { LookAlikes } from './look-alikes';
import { PictureLayout } from './picture-layout';
import { PicturePanel, type Attribute } from './picture-panel';

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
      folder={folderPlace(collection, picture)}
    />
  );
  return (
    <PictureLayout panel={panel}>
      <LookAlikes
        place={place}
        collection={collection}
        label={t('hits.of', { name: picture?.name ?? '' })}
        none={{ title: t('hits.none'), text: t('hits.none_text', { name }) }}
        leftOut={1}
      />
    </PictureLayout>
  );
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

/** The group of the folder that the file lies in. */
function folderPlace(collection: Collection | undefined, { path }: Picture): GroupPlace | null {
  if (!collection || path === null || !isFolder(folderAttribute, collection)) return null;
  return group(collection.name, folderAttribute, folderOf(path));
}

function attributes({ id, document }: Item, picture: Picture, { t }: Text): Attribute[] {
  const own: [string, string | null][] = [
    [t('picture.format'), picture.format],
    [t('picture.id'), id],
    [t('picture.content'), picture.content],
  ];
  const known = own.filter((row): row is [string, string] => row[1] !== null && row[1] !== '');
  const groups = groupsOf(document).filter(({ value }) => value !== '');
  return [
    ...known.map(([name, text]) => ({ name, text, groups: [] })),
    ...attributesOf(document).map(([name, text]) => ({ name, text, groups: groups.filter(({ by }) => by === name) })),
  ];
}

/** CSS pixels of the panel's picture, near enough to choose a file. */
function mainWidth(): number {
  return innerWidth < 800 ? innerWidth - 16 : Math.max(280, innerWidth * 0.26);
}
