// A picture that was picked: a way to it, to the other side, and out.
import { useQuery } from '@tanstack/react-query';
import { ImageOff, Minus, Plus, X } from 'lucide-react';
import { item, query, type MixPlace, type Pick } from '../address';
import { paths } from '../api/paths';
import { itemQuery } from '../api/queries';
import { withoutPick, withPick } from '../mix';
import { go } from '../navigation';
import { pictureOf } from '../picture/document';
import { glimpseOf } from '../picture/seen';
import { Thumbnail } from '../picture/thumbnail';
import { useText } from '../text/text';
import { Link } from './link';
import styles from './picked-picture.module.css';

interface Props {
  readonly mix: MixPlace;
  readonly pick: Pick;
}

const width = 96;

export function PickedPicture({ mix, pick }: Props) {
  const { t } = useText();
  const { collection } = mix;
  const { kind, id, isLess } = pick;
  const isItem = kind === 'item';
  const { data, isError } = useQuery({
    ...itemQuery(collection, id),
    placeholderData: () => glimpseOf(collection, id),
    enabled: isItem,
  });
  const picture = data && pictureOf(data.document, id);
  const name = picture?.name ?? (isItem ? id : t('picture.yours'));
  const place = isItem ? item(collection, id) : query(collection, id);
  const turn = t(isLess ? 'mix.add' : 'mix.add_less', { name });
  const Turn = isLess ? Plus : Minus;
  return (
    <li className={styles.pick} data-picked={isLess ? 'less' : 'more'}>
      <Link className={styles.picture} to={place} aria-label={name} title={name}>
        {!isItem && <img className={styles.image} src={paths.queryPreview(collection, id)} alt="" />}
        {picture?.hasPicture && <Thumbnail collection={collection} id={id} picture={picture} width={width} />}
        {picture && !picture.hasPicture && <span className={styles.name}>{name}</span>}
        {isItem && isError && <ImageOff aria-hidden />}
      </Link>
      <span className={styles.buttons}>
        <button
          type="button"
          aria-label={turn}
          title={t(isLess ? 'mix.more' : 'mix.less')}
          onClick={() => go(withPick(mix, { ...pick, isLess: !isLess }))}
        >
          <Turn aria-hidden />
        </button>
        <button
          type="button"
          aria-label={t('mix.remove', { name })}
          title={t('mix.remove', { name })}
          onClick={() => go(withoutPick(mix, pick))}
        >
          <X aria-hidden />
        </button>
      </span>
    </li>
  );
}
