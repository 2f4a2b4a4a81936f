// What is said when something that the page asked for did not come.
import { SearchX, TriangleAlert } from 'lucide-react';
import { home } from '../address';
import { Problem } from '../api/client';
import { useText } from '../text/text';
import { Link } from './link';
import { Notice } from './notice';

interface Props {
  readonly error: Error;
  readonly onAgain: () => void;
  readonly isScreen?: boolean;
}

export function Trouble({ error, onAgain, isScreen = false }: Props) {
  const { t } = useText();
  return (
    <Notice icon={TriangleAlert} title={t('trouble.title')} text={error.message} isScreen={isScreen}>
      <button type="button" className="button" onClick={onAgain}>
        {t('trouble.again')}
      </button>
      <HomeButton />
    </Notice>
  );
}

export function NoCollection({ name }: { readonly name: string }) {
  const { t } = useText();
  return (
    <Notice icon={SearchX} title={t('trouble.collection', { name })} text={t('trouble.collection_text')} isScreen>
      <HomeButton />
    </Notice>
  );
}

export function HomeButton() {
  const { t } = useText();
  return (
    <Link className="button" to={home()}>
      {t('trouble.home')}
    </Link>
  );
}

export function isMissing(error: Error | null): boolean {
  return error instanceof Problem && error.status === 404;
}
