// Copying a text, and saying that it was copied.
import { Check, type LucideIcon } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useText } from '../text/text';

const wordMs = 1_800;

/** Also where the browser gives no clipboard: pages that came over plain HTTP from another machine. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

interface Props {
  readonly text: string;
  readonly label: string;
  readonly icon: LucideIcon;
  readonly isSmall?: boolean;
}

export function CopyButton({ text, label, icon: Icon, isSmall = false }: Props) {
  const { t } = useText();
  const [result, setResult] = useState<boolean | null>(null);
  useEffect(() => {
    if (result === null) return undefined;
    const timer = setTimeout(() => setResult(null), wordMs);
    return () => clearTimeout(timer);
  }, [result]);
  const word = result === null ? label : t(result ? 'picture.copied' : 'picture.not_copied');
  const Shown = result ? Check : Icon;
  return (
    <button
      type="button"
      className={isSmall ? 'icon-button' : 'button'}
      title={word}
      aria-label={word}
      onClick={() => void copyText(text).then(setResult)}
    >
      <Shown aria-hidden />
      {!isSmall && <span className="wide">{word}</span>}
      <span className="unseen" role="status">
        {result !== null && word}
      </span>
    </button>
  );
}

function copyBySelection(text: string): boolean {
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'unseen';
  document.body.append(field);
  field.select();
  const isDone = document.execCommand('copy');
  field.remove();
  return isDone;
}
