// The picture as large as the window, and on a click in its own pixels.
import { X } from 'lucide-react';
import { useImperativeHandle, useRef, useState, type Ref } from 'react';
import { useText } from '../text/text';
import styles from './zoom.module.css';

export interface ZoomHandle {
  open(): void;
}

interface Props {
  readonly ref: Ref<ZoomHandle>;
  readonly image: string;
  readonly name: string;
}

export function Zoom({ ref, image, name }: Props) {
  const { t } = useText();
  const dialog = useRef<HTMLDialogElement>(null);
  const [isOpen, setIsOpen] = useState(false);
  const [isFull, setIsFull] = useState(false);
  useImperativeHandle(ref, () => ({
    open: () => {
      setIsFull(false);
      setIsOpen(true);
      dialog.current?.showModal();
    },
  }));
  return (
    <dialog ref={dialog} className={styles.zoom} aria-label={name} onClose={() => setIsOpen(false)}>
      <div
        className={styles.stage}
        data-full={isFull || undefined}
        onClick={(event) => event.target === event.currentTarget && dialog.current?.close()}
      >
        {isOpen && <img src={image} alt={name} onClick={() => setIsFull(!isFull)} />}
      </div>
      <button
        type="button"
        className={styles.close}
        aria-label={t('picture.close')}
        title={t('picture.close')}
        onClick={() => dialog.current?.close()}
      >
        <X aria-hidden />
      </button>
    </dialog>
  );
}
