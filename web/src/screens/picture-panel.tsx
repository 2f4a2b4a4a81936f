// The picture that one looks at, and what is known of it.
import { Clipboard, ExternalLink, FolderOpen, Globe, Link2, SlidersHorizontal, ZoomIn } from 'lucide-react';
import { Fragment, useRef, type CSSProperties, type ReactNode } from 'react';
import { addressOf, group, type GroupPlace, type PicturePlace } from '../address';
import type { GroupName } from '../groups/attributes';
import { mixAt } from '../mix';
import { useArrival } from '../parts/arrival';
import { CopyButton } from '../parts/copy';
import { Link } from '../parts/link';
import { aspectOf, linkIn, type Picture } from '../picture/document';
import { useText } from '../text/text';
import styles from './picture-panel.module.css';
import { Zoom, type ZoomHandle } from './zoom';

export interface Attribute {
  readonly name: string;
  readonly text: string;
  /** What it has in common with others; none: it is the picture's alone. */
  readonly groups: readonly GroupName[];
}

interface Props {
  readonly place: PicturePlace;
  readonly name: string;
  readonly picture: Picture;
  /** The picture, as it is drawn in the panel. */
  readonly image: ReactNode;
  /** Its file as a browser shows it; null: there is no picture. */
  readonly large: string | null;
  /** Its file as it is; null: it is not kept. */
  readonly original: string | null;
  readonly attributes: readonly Attribute[];
  /** That its file lies in. */
  readonly folder?: GroupPlace | null;
  /** Further lines about it. */
  readonly children?: ReactNode;
}

export function PicturePanel(props: Props) {
  const { place, name, picture, image, large, original, attributes, folder = null, children } = props;
  const { t } = useText();
  const zoom = useRef<ZoomHandle>(null);
  const heading = useArrival();
  return (
    <article className={styles.panel}>
      {large === null ? (
        <div className={styles.record} data-subject>
          {image}
        </div>
      ) : (
        <a
          className={styles.picture}
          style={frameOf(picture)}
          href={large}
          title={t('picture.zoom')}
          aria-label={`${t('picture.zoom')}: ${name}`}
          data-subject
          data-original={original ?? large}
          onClick={(event) => {
            if (event.ctrlKey || event.metaKey || event.shiftKey) return;
            event.preventDefault();
            zoom.current?.open();
          }}
        >
          {image}
          <ZoomIn aria-hidden className={styles.glass} />
        </a>
      )}
      <div className={styles.facts}>
        <div className={styles.head}>
          <h1 ref={heading} tabIndex={-1} className={styles.name}>
            {name}
          </h1>
          <Measures picture={picture} />
        </div>
        {picture.path !== null && (
          <p className={styles.path}>
            <span>{picture.path}</span>
            <CopyButton text={picture.path} label={t('picture.copy_path')} icon={Clipboard} isSmall />
          </p>
        )}
        {children}
        <Ways place={place} picture={picture} original={original} folder={folder} />
      </div>
      <Attributes collection={place.collection} path={picture.path} rows={attributes} />
      {large !== null && <Zoom ref={zoom} image={large} name={name} />}
    </article>
  );
}

/** Where one can go from it. */
function Ways({ place, picture, original, folder }: Pick<Required<Props>, 'place' | 'picture' | 'original' | 'folder'>) {
  const { t } = useText();
  return (
    <div className={styles.buttons}>
      <Link className="button" to={mixAt(place, place.collection)} title={t('mix.title')} aria-label={t('mix.open')}>
        <SlidersHorizontal aria-hidden />
        <span className="wide">{t('mix.open')}</span>
      </Link>
      {folder !== null && (
        <Link className="button" to={folder} title={t('picture.folder_title')} aria-label={t('groups.folder')}>
          <FolderOpen aria-hidden />
          <span className="wide">{t('groups.folder')}</span>
        </Link>
      )}
      {picture.link !== null && (
        <a className="button" href={picture.link} target="_blank" rel="noopener noreferrer" title={picture.link} data-link>
          <Globe aria-hidden />
          <span>{t('picture.open_link')}</span>
        </a>
      )}
      {original !== null && (
        <a className="button" href={original} target="_blank" rel="noopener" aria-label={t('picture.open')}>
          <ExternalLink aria-hidden />
          <span className="wide">{t('picture.open')}</span>
        </a>
      )}
      <CopyButton text={new URL(addressOf(place), location.href).href} label={t('picture.copy_link')} icon={Link2} />
    </div>
  );
}

function Measures({ picture }: { readonly picture: Picture }) {
  const { t, count, bytes, day } = useText();
  const { width, height } = picture;
  const parts = [
    width !== null && height !== null && t('picture.pixels', { width: count(width), height: count(height) }),
    picture.bytes !== null && bytes(picture.bytes),
    picture.modified !== null && day(picture.modified),
  ].filter((part) => part !== false && part !== '');
  return <p className={styles.measures}>{parts.join(' · ')}</p>;
}

interface AttributesProps {
  readonly collection: string;
  readonly path: string | null;
  readonly rows: readonly Attribute[];
}

function Attributes({ collection, path, rows }: AttributesProps) {
  const { t } = useText();
  if (path === null && rows.length === 0) return null;
  return (
    <details className={styles.attributes}>
      <summary>{t('picture.attributes')}</summary>
      <dl>
        {path !== null && (
          // On a phone the path has no line of its own.
          <div className={styles.folded}>
            <dt>{t('picture.path')}</dt>
            <dd>{path}</dd>
          </div>
        )}
        {rows.map((row) => (
          <div key={row.name}>
            <dt>{row.name}</dt>
            <dd>
              <Value collection={collection} attribute={row} />
            </dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

/** An address on the web can be followed; any other value leads to all that have it. */
function Value({ collection, attribute }: { readonly collection: string; readonly attribute: Attribute }) {
  const { t } = useText();
  const { text, groups } = attribute;
  const link = linkIn(text);
  if (link !== null) {
    return (
      <a href={link} target="_blank" rel="noopener noreferrer">
        {text}
      </a>
    );
  }
  if (groups.length === 0) return text;
  return groups.map(({ by, value }, i) => (
    <Fragment key={String(value)}>
      {i > 0 && ', '}
      <Link className={styles.value} to={group(collection, by, value)} title={t('group.see')}>
        {String(value)}
      </Link>
    </Fragment>
  ));
}

/** The picture's place is known before the picture is: as wide as the panel, but not taller than is good. */
function frameOf(picture: Picture): CSSProperties {
  const aspect = Math.min(4, Math.max(0.3, aspectOf(picture)));
  return { aspectRatio: String(aspect), inlineSize: `min(var(--widest), var(--tallest) * ${aspect})` };
}
