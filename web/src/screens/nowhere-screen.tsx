import { MapPinOff } from 'lucide-react';
import { Notice } from '../parts/notice';
import { useTitle } from '../parts/title';
import { HomeButton } from '../parts/trouble';
import { useText } from '../text/text';

export function NowhereScreen() {
  const { t } = useText();
  useTitle(t('nowhere.title'));
  return (
    <Notice icon={MapPinOff} title={t('nowhere.title')} text={t('nowhere.text')} isScreen>
      <HomeButton />
    </Notice>
  );
}
