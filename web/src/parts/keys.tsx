// Keys that work on every screen, and the list of all of them.
import { useQueryClient } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { groups } from '../address';
import { useCollection } from '../collections';
import { back, go } from '../navigation';
import { goToRandom } from '../random';
import { choose, currentSettings, useSettings } from '../settings';
import { useText, type Text } from '../text/text';
import { dismissUpload } from '../upload';
import { copyText } from './copy';
import styles from './keys.module.css';

const dialogId = 'keys';

export function openKeys(): void {
  const dialog = document.getElementById(dialogId);
  if (dialog instanceof HTMLDialogElement && !dialog.open) dialog.showModal();
}

export function Keys({ wanted }: { readonly wanted: string | null }) {
  const { t } = useText();
  const { hasShortcuts } = useSettings();
  const dialog = useRef<HTMLDialogElement>(null);
  useShortcuts(useCollection(wanted)?.name);
  return (
    <dialog ref={dialog} id={dialogId} className={styles.dialog} aria-labelledby="keys-title">
      <div className={styles.head}>
        <h2 id="keys-title">{t('keys.title')}</h2>
        <button
          type="button"
          className="icon-button"
          aria-label={t('keys.close')}
          onClick={() => dialog.current?.close()}
        >
          <X aria-hidden />
        </button>
      </div>
      <dl className={styles.list}>
        {rows(t).map(([keys, meaning]) => (
          <div key={meaning}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <label className={styles.toggle}>
        <input
          type="checkbox"
          checked={hasShortcuts}
          onChange={(event) => choose({ hasShortcuts: event.target.checked })}
        />
        {t('keys.toggle')}
      </label>
    </dialog>
  );
}

function rows(t: Text['t']): [string[], string][] {
  return [
    [['←', '↑', '→', '↓'], t('keys.arrows')],
    [['Enter'], t('keys.enter')],
    [['Backspace', 'Alt ←'], t('keys.back')],
    [['/'], t('keys.search')],
    [['Ctrl V'], t('keys.paste')],
    [['o'], t('keys.original')],
    [['c'], t('keys.copy')],
    [['+', '-'], t('keys.pick')],
    [['g'], t('keys.groups')],
    [['r'], t('keys.random')],
    [['?'], t('keys.help')],
    [['Esc'], t('keys.escape')],
  ];
}

function useShortcuts(collection: string | undefined): void {
  const client = useQueryClient();
  useEffect(() => {
    const actions: Record<string, () => void> = {
      '/': focusSearch,
      '?': openKeys,
      o: openOriginal,
      c: () => void copyText(subject('address') || location.href),
      '+': () => pickFocused('more'),
      '-': () => pickFocused('less'),
      g: () => {
        if (collection !== undefined) go(groups(collection));
      },
      r: () => {
        if (collection !== undefined) void goToRandom(client, collection);
      },
      Backspace: back,
    };
    const press = (event: KeyboardEvent) => {
      if (event.key === 'Escape') return escape();
      const isModified = event.ctrlKey || event.metaKey || event.altKey;
      if (event.defaultPrevented || isModified || event.isComposing || isWriting(event.target)) return;
      if (document.querySelector('dialog[open]') || !currentSettings().hasShortcuts) return;
      const action = actions[event.key];
      if (!action) return;
      event.preventDefault();
      action();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, [client, collection]);
}

/** Whether keys are text there. */
export function isWriting(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement ||
    (target instanceof HTMLInputElement && target.type !== 'checkbox')
  );
}

function escape(): void {
  dismissUpload();
  const active = document.activeElement;
  if (active instanceof HTMLInputElement) active.blur();
}

function focusSearch(): void {
  const field = document.querySelector<HTMLInputElement>('[data-search-text]');
  field?.focus();
  field?.select();
}

/** Of the tile that has the focus. */
function pickFocused(side: 'more' | 'less'): void {
  const tile = document.activeElement?.closest('[data-tile]')?.parentElement;
  tile?.querySelector<HTMLButtonElement>(`[data-pick="${side}"]`)?.click();
}

function openOriginal(): void {
  const address = subject('original');
  if (address !== '') open(address, '_blank', 'noopener');
}

/** What a key speaks of: the tile that has the focus, or else the picture that one looks at. */
function subject(what: 'address' | 'original'): string {
  const focused = document.activeElement?.closest<HTMLElement>('[data-original]');
  const shown = focused ?? document.querySelector<HTMLElement>('main [data-subject]');
  if (!shown) return '';
  if (what === 'original') return shown.dataset['original'] ?? '';
  return focused instanceof HTMLAnchorElement && focused.dataset['tile'] !== undefined ? focused.href : '';
}
