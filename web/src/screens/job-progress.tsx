// How far an indexing job is.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ask } from '../api/client';
import type { Job } from '../api/model';
import { paths } from '../api/paths';
import { refresh } from '../collections';
import { useText, type Text } from '../text/text';
import styles from './job-progress.module.css';

export function JobProgress({ job }: { readonly job: Job }) {
  const text = useText();
  const { t } = text;
  const client = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => ask<{ job: Job }>(paths.job(job.id), { method: 'DELETE' }),
    onSettled: () => refresh(client, job.collection),
  });
  const { found, walk_is_done: isCounted, done, failed } = job.progress;
  return (
    <div className={styles.progress} data-job={job.state}>
      <progress
        className={styles.line}
        aria-label={t('status.indexing')}
        max={Math.max(1, found)}
        {...(isCounted && { value: done })}
      />
      <p className={styles.words}>
        <span>{wordsOf(job, text)}</span>
        <span>{rateOf(job, text)}</span>
      </p>
      {failed > 0 && <p className={styles.failed}>{t('status.failures_so_far', { count: failed })}</p>}
      <button type="button" className="button" disabled={cancel.isPending} onClick={() => cancel.mutate()}>
        {t('status.cancel')}
      </button>
    </div>
  );
}

function wordsOf({ state, progress }: Job, { t, count }: Text): string {
  if (state === 'queued') return t('status.queued');
  const found = count(progress.found);
  return progress.walk_is_done
    ? t('status.progress', { done: count(progress.done), found })
    : t('status.walking', { found });
}

/** Nothing before a rate can be told. */
function rateOf({ progress }: Job, { t, count, duration }: Text): string {
  const { embedded, seconds, found, done, walk_is_done: isCounted } = progress;
  const rate = seconds > 2 ? embedded / seconds : 0;
  if (!isCounted || rate < 0.1 || found <= done) return '';
  return t('status.rate', { rate: count(Math.round(rate)), time: duration((found - done) / rate) });
}
