// The search box: type a file name, choose a file, drop a picture or a result on it. Pasting works anywhere
// (drop-layer.tsx), so also here.
import { useQueryClient } from '@tanstack/react-query';
import { Camera, ImageUp, Search, X } from 'lucide-react';
import { useEffect, useRef, useState, type ChangeEvent, type DragEvent, type FormEvent } from 'react';
import { home, placeOf } from '../address';
import { become, current, go } from '../navigation';
import { useText } from '../text/text';
import { searchWithFiles } from '../upload';
import { draggedPlace } from './dragged';
import styles from './search-box.module.css';

const typingPauseMs = 250;

interface Props {
  readonly wanted: string | null;
  /** The name that is searched for now. */
  readonly name?: string;
  readonly isLarge?: boolean;
}

export function SearchBox({ wanted, name = '', isLarge = false }: Props) {
  const { t } = useText();
  const [text, setText] = useState(name);
  const [isOver, setIsOver] = useState(false);
  useEffect(() => setText(name), [name]);
  useNamesAsTyped(text, name, wanted, isLarge);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() !== '') searchName(wanted, text.trim());
  };
  const drop = (event: DragEvent) => {
    setIsOver(false);
    const address = event.dataTransfer.getData(draggedPlace);
    if (address === '') return;
    event.preventDefault();
    go(placeOf(address));
  };
  return (
    <form
      role="search"
      className={styles.box}
      data-large={isLarge || undefined}
      data-over={isOver || undefined}
      onSubmit={submit}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes(draggedPlace)) return;
        event.preventDefault();
        setIsOver(true);
      }}
      onDragLeave={() => setIsOver(false)}
      onDrop={drop}
    >
      <Search aria-hidden className={styles.glass} />
      <input
        type="search"
        className={styles.text}
        data-search-text
        aria-label={t('search.label')}
        placeholder={isOver ? t('search.drop_here') : isLarge ? t('search.hint') : t('search.hint_short')}
        title={t('search.hint')}
        autoComplete="off"
        spellCheck={false}
        maxLength={160}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      {text !== '' && (
        <button
          type="button"
          className="icon-button"
          aria-label={t('search.clear')}
          title={t('search.clear')}
          onClick={() => {
            setText('');
            if (name !== '') searchName(wanted, '');
          }}
        >
          <X aria-hidden />
        </button>
      )}
      <FileButton wanted={wanted} kind="choose" />
      {isLarge && <FileButton wanted={wanted} kind="camera" />}
    </form>
  );
}

/** On the start page, names are looked for while one types. */
function useNamesAsTyped(text: string, name: string, wanted: string | null, isOn: boolean): void {
  useEffect(() => {
    const next = text.trim();
    if (!isOn || next === name) return undefined;
    const timer = setTimeout(() => searchName(wanted, next), typingPauseMs);
    return () => clearTimeout(timer);
  }, [text, name, wanted, isOn]);
}

/** The first letters are a step of the way; those after them change it. */
function searchName(wanted: string | null, name: string): void {
  const { place } = current();
  const isTyping = place.screen === 'home' && (place.name !== '' || name === '');
  const next = { ...(place.screen === 'home' ? place : home(wanted)), name };
  if (isTyping) become(next);
  else go(next);
}

function FileButton({ wanted, kind }: { readonly wanted: string | null; readonly kind: 'choose' | 'camera' }) {
  const { t } = useText();
  const client = useQueryClient();
  const input = useRef<HTMLInputElement>(null);
  const chosen = (event: ChangeEvent<HTMLInputElement>) => {
    const files = [...(event.target.files ?? [])];
    // So that the same file can be chosen once more.
    event.target.value = '';
    if (files.length > 0) void searchWithFiles(client, wanted, files);
  };
  return (
    <span className={kind === 'camera' ? styles.camera : undefined}>
      <button
        type="button"
        className="icon-button"
        title={t(`search.${kind}`)}
        aria-label={t(`search.${kind}`)}
        onClick={() => input.current?.click()}
      >
        {kind === 'camera' ? <Camera aria-hidden /> : <ImageUp aria-hidden />}
      </button>
      <input
        ref={input}
        type="file"
        accept="image/*"
        hidden
        data-picture-file={kind}
        {...(kind === 'camera' && { capture: 'environment' as const })}
        onChange={chosen}
      />
    </span>
  );
}
