import { useEffect } from 'react';
import { useText } from '../text/text';

/** Names the document, and so the entry of the history. */
export function useTitle(name: string | null): void {
  const { t } = useText();
  useEffect(() => {
    if (name !== null) document.title = name === '' ? 'sokkuri' : t('page.titled', { name });
  }, [name, t]);
}
