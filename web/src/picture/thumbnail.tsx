// A picture in some size: its blurred preview at once, then the thumbnail that suits the place and the
// screen's pixels. Says when the file is gone, and loads anew when the server has come back.
import { ImageOff } from 'lucide-react';
import { useMemo, useState, type CSSProperties } from 'react';
import { connection, useConnection } from '../api/connection';
import { paths } from '../api/paths';
import { useText } from '../text/text';
import { aspectOf, type Picture } from './document';
import { previewImage } from './preview';
import { seen } from './seen';
import styles from './thumbnail.module.css';

const againMs = 1_500;
const sizes = [160, 320, 640, 1280] as const;

interface Props {
  readonly collection: string;
  readonly id: string;
  readonly picture: Picture;
  /** CSS pixels that it will take. */
  readonly width: number;
  /** It stands before all others: the picture that one looks at. */
  readonly isMain?: boolean;
  /** It may lie out of sight: loaded when it comes near. */
  readonly isLazy?: boolean;
}

export function Thumbnail({ collection, id, picture, width, isMain = false, isLazy = false }: Props) {
  const { returns } = useConnection();
  const [isShown, setIsShown] = useState(false);
  const [failedAt, setFailedAt] = useState<{ readonly returns: number; readonly tries: number } | null>(null);
  const [isGone, setIsGone] = useState(false);
  const [tries, setTries] = useState(0);
  const under = useMemo(() => underlay(collection, id, picture, isMain), [collection, id, picture, isMain]);
  const hasFailed = failedAt?.returns === returns && failedAt.tries === tries;
  const url = (size: number) => paths.thumbnail(collection, id, size, picture.content);
  const show = (image: HTMLImageElement) => {
    seen.put(`${collection}/${id}`, image.currentSrc);
    setIsShown(true);
  };
  const fail = async () => {
    setIsShown(false);
    setIsGone(false);
    setFailedAt({ returns, tries });
    // Without a server nothing is known of the file: the preview stays, and the thumbnail comes later.
    if (!(await connection.probe())) return;
    // A busy server may have refused: one more try tells.
    if (tries > 0) setIsGone(true);
    else setTimeout(() => setTries(1), againMs);
  };
  return (
    <span className={styles.frame} style={under}>
      {hasFailed ? (
        isGone && <Failed hasFile={picture.path !== null} isMain={isMain} />
      ) : (
        <img
          // Anew after every failure, also one that is told in the same breath as the server's return.
          key={`${failedAt?.returns}/${tries}`}
          ref={(image) => {
            if (!isShown && image?.complete && image.naturalWidth > 0) show(image);
          }}
          className={styles.image}
          data-shown={isShown}
          alt=""
          decoding="async"
          draggable={false}
          {...(isMain && { fetchPriority: 'high' as const })}
          {...(isLazy && { loading: 'lazy' as const })}
          sizes={`${Math.max(1, Math.round(width))}px`}
          srcSet={sizes.map((size) => `${url(size)} ${widthAt(size, picture)}w`).join(', ')}
          src={url(320)}
          onLoad={(event) => show(event.currentTarget)}
          onError={() => void fail()}
        />
      )}
    </span>
  );
}

function Failed({ hasFile, isMain }: { readonly hasFile: boolean; readonly isMain: boolean }) {
  const { t } = useText();
  const why = t(hasFile ? 'picture.vanished' : 'picture.none');
  return (
    <span className={styles.failed} title={why}>
      <ImageOff aria-hidden />
      {isMain && <span>{why}</span>}
    </span>
  );
}

/** A thumbnail's size is that of its longer side; `srcset` wants the width. */
function widthAt(size: number, picture: Picture): number {
  return Math.max(1, Math.round(size * Math.min(1, aspectOf(picture))));
}

/** What fills the place until the thumbnail is there: of the main picture, the tile that was clicked. */
function underlay(collection: string, id: string, picture: Picture, isMain: boolean): CSSProperties {
  const layers = [
    isMain ? seen.get(`${collection}/${id}`) : undefined,
    picture.preview ? previewImage(picture.preview) : undefined,
  ].filter((layer) => layer != null);
  return layers.length === 0 ? {} : { backgroundImage: layers.map((layer) => `url("${layer}")`).join(', ') };
}
