// How far a job is: of files for those that read pictures, else the stage that goes on.
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
  const { failed } = job.progress;
  return (
    <div className={styles.progress} data-job={job.state}>
      <progress className={styles.line} aria-label={t(workOf(job))} {...lengthOf(job)} />
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

/** What a job does, as the name of a text. */
export function workOf({ kind }: Job) {
  if (kind === 'compact') return 'status.compacting';
  return kind === 'verify' ? 'status.verifying' : 'status.indexing';
}

/** Without a value: nobody knows yet. */
function lengthOf({ progress }: Job) {
  const { found, walk_is_done: isCounted, done, stage, share } = progress;
  if (stage !== null) return { max: 1, ...(share > 0 && { value: share }) };
  return { max: Math.max(1, found), ...(isCounted && { value: done }) };
}

function wordsOf({ state, progress }: Job, { t, count }: Text): string {
  if (state === 'queued') return t('status.queued');
  if (progress.stage !== null) return progress.stage;
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
