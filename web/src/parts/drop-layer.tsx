// What comes in from outside: a file dropped anywhere, a picture pasted anywhere. The layer over the page says
// where it may fall, then shows the picture itself while it is sent and searched, and what went wrong.
import { useQueryClient } from '@tanstack/react-query';
import { ImageDown, ImageOff, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { placeOf } from '../address';
import { go } from '../navigation';
import { useText } from '../text/text';
import { dismissUpload, refuse, searchWithFiles, useUpload, type Upload } from '../upload';
import { draggedPlace } from './dragged';
import styles from './drop-layer.module.css';
import { PickButton } from './pick-button';

export function DropLayer({ wanted }: { readonly wanted: string | null }) {
  const { t } = useText();
  const isOver = useDropsAndPastes(wanted);
  const upload = useUpload();
  if (isOver) {
    return (
      <div className={styles.veil} data-drop-target>
        <div className={styles.target}>
          <ImageDown aria-hidden />
          <p>{t('search.drop')}</p>
        </div>
      </div>
    );
  }
  return upload && <UploadCard upload={upload} wanted={wanted} />;
}

/** Whether something that may be dropped is held over the page. */
function useDropsAndPastes(wanted: string | null): boolean {
  const client = useQueryClient();
  const [isOver, setIsOver] = useState(false);
  useEffect(() => {
    const take = (data: DataTransfer) => {
      const files = [...data.files];
      const image = files.find((file) => file.type.startsWith('image/')) ?? files[0];
      if (image) void searchWithFiles(client, wanted, [image, ...files.filter((file) => file !== image)]);
      else followLink(data);
    };
    // Links and tiles of this page that are dragged are nothing from outside.
    let isOwn = false;
    const start = () => (isOwn = true);
    const end = () => (isOwn = false);
    const over = (event: DragEvent) => {
      if (isOwn || !event.dataTransfer || !isFromOutside(event.dataTransfer)) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = 'copy';
      setIsOver(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setIsOver(false);
    };
    const drop = (event: DragEvent) => {
      setIsOver(false);
      if (isOwn || !event.dataTransfer || !isFromOutside(event.dataTransfer)) return;
      event.preventDefault();
      take(event.dataTransfer);
    };
    const paste = (event: ClipboardEvent) => {
      if (!event.clipboardData || event.clipboardData.files.length === 0) return;
      event.preventDefault();
      take(event.clipboardData);
    };
    const controller = new AbortController();
    const { signal } = controller;
    addEventListener('dragstart', start, { signal });
    addEventListener('dragend', end, { signal });
    addEventListener('dragover', over, { signal });
    addEventListener('dragleave', leave, { signal });
    addEventListener('drop', drop, { signal });
    addEventListener('paste', paste, { signal });
    return () => controller.abort();
  }, [client, wanted]);
  return isOver;
}

function isFromOutside({ types }: DataTransfer): boolean {
  return !types.includes(draggedPlace) && (types.includes('Files') || types.includes('text/uri-list'));
}

/** A link of ours leads there; nothing is fetched from other sites. */
function followLink(data: DataTransfer): void {
  const text = data.getData('text/uri-list').split('\n')[0]?.trim() ?? '';
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null) return refuse('no_picture');
  const place = placeOf(url.pathname + url.search);
  if (url.origin !== location.origin || place.screen === 'nowhere') return refuse('foreign_link');
  go(place);
}

function UploadCard({ upload, wanted }: { readonly upload: Upload; readonly wanted: string | null }) {
  const { t } = useText();
  const button = useRef<HTMLButtonElement>(null);
  const isRefused = upload.phase === 'refused';
  useEffect(() => {
    const before = document.activeElement;
    button.current?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, []);
  return (
    <div className={styles.veil} onClick={(event) => event.target === event.currentTarget && isRefused && dismissUpload()}>
      <section className={styles.card} role="dialog" aria-label={t('search.label')} data-upload={upload.phase}>
        <OwnPreview key={upload.preview} url={upload.preview} isRefused={isRefused} />
        {isRefused ? <RefusalText upload={upload} /> : <ProgressText upload={upload} />}
        <div className={styles.buttons}>
          {isRefused && <PickButton wanted={wanted} label={t('upload.another')} />}
          {isRefused && upload.again && upload.refusal?.kind !== 'unreadable' && (
            <button type="button" className="button" onClick={upload.again}>
              {t('upload.again')}
            </button>
          )}
          <button ref={button} type="button" className="button" onClick={dismissUpload}>
            <X aria-hidden />
            {t(isRefused ? 'upload.close' : 'upload.cancel')}
          </button>
        </div>
      </section>
    </div>
  );
}

/** The picture as this browser shows it; some formats only the server can read. */
function OwnPreview({ url, isRefused }: { readonly url: string | null; readonly isRefused: boolean }) {
  const [isShown, setIsShown] = useState(true);
  if (url === null || (isRefused && !isShown)) return null;
  return (
    <div className={styles.preview}>
      {isShown ? <img src={url} alt="" onError={() => setIsShown(false)} /> : <ImageOff aria-hidden />}
    </div>
  );
}

function ProgressText({ upload }: { readonly upload: Upload }) {
  const { t } = useText();
  const state = t(upload.phase === 'sending' ? 'upload.sending' : 'upload.searching');
  const { name, files } = upload;
  const about = files > 1 ? t('upload.first', { name, count: files }) : t('upload.only', { name });
  return (
    <>
      <progress
        className={styles.line}
        aria-label={state}
        max={1}
        {...(upload.phase === 'sending' && { value: upload.sent })}
      />
      <p role="status">{state}</p>
      <p className={styles.about}>{about}</p>
    </>
  );
}

function RefusalText({ upload }: { readonly upload: Upload }) {
  const { t } = useText();
  const { kind, reason } = upload.refusal ?? { kind: 'failed' as const, reason: '' };
  return (
    <>
      {upload.name !== '' && <p className={styles.about}>{upload.name}</p>}
      <p role="alert">{t(`upload.${kind}`, { reason })}</p>
    </>
  );
}
