// A collection without pictures: what it waits for, or the button that starts it.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { FolderOpen, Loader, PackageOpen } from 'lucide-react';
import { ask } from '../api/client';
import type { Collection, Job } from '../api/model';
import { paths } from '../api/paths';
import { refresh, useActiveJob } from '../collections';
import { Notice } from '../parts/notice';
import { useText } from '../text/text';
import { JobProgress } from './job-progress';

interface Props {
  readonly collection: Collection;
  readonly isIndexing: boolean;
}

export function EmptyCollection({ collection, isIndexing }: Props) {
  const { t } = useText();
  const job = useActiveJob(collection);
  if (isIndexing && job) {
    return (
      <Notice icon={Loader} title={t('empty.indexing')} text={t('empty.indexing_text')}>
        <JobProgress job={job} />
      </Notice>
    );
  }
  if (collection.folder === null) {
    return (
      <Notice icon={PackageOpen} title={t('empty.items')} text={t('empty.items_text')}>
        <code>PUT {paths.item(collection.name, 'ID')}</code>
      </Notice>
    );
  }
  return (
    <Notice icon={FolderOpen} title={t('empty.title')} text={t('empty.text', { folder: collection.folder })}>
      <IndexButton name={collection.name} label={t('empty.start')} />
    </Notice>
  );
}

export function IndexButton({ name, label }: { readonly name: string; readonly label: string }) {
  const { t } = useText();
  const client = useQueryClient();
  const start = useMutation({
    mutationFn: () =>
      ask<{ job: Job }>(paths.index(name), {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: '{}',
      }),
    onSettled: () => refresh(client, name),
  });
  return (
    <>
      <button type="button" className="button strong" disabled={start.isPending} onClick={() => start.mutate()}>
        {label}
      </button>
      {start.error && <p role="alert">{t('status.job_failed', { reason: start.error.message })}</p>}
    </>
  );
}
