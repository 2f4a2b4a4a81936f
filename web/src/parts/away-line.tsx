// A line at the foot of the page while the server does not answer, and a word when it is back.
import { CloudOff, PlugZap } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useConnection } from '../api/connection';
import { useText } from '../text/text';
import styles from './away-line.module.css';

const welcomeMs = 2_500;

export function AwayLine() {
  const { t } = useText();
  const { isAway, returns } = useConnection();
  const [welcomed, setWelcomed] = useState(returns);
  useEffect(() => {
    const timer = setTimeout(() => setWelcomed(returns), welcomeMs);
    return () => clearTimeout(timer);
  }, [returns]);
  const isBack = !isAway && welcomed !== returns;
  return (
    <div role="status" className={styles.place}>
      {isAway && (
        <p className={styles.line} data-away>
          <CloudOff aria-hidden />
          {t('away.text')}
        </p>
      )}
      {isBack && (
        <p className={styles.line}>
          <PlugZap aria-hidden />
          {t('away.back')}
        </p>
      )}
    </div>
  );
}
