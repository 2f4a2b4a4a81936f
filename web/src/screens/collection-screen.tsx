// A collection's status: what is in it, how it is indexed, what could not be read and why.
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { home, type CollectionPlace } from '../address';
import type { Collection, Job } from '../api/model';
import { collectionQuery, failuresQuery } from '../api/queries';
import { useActiveJob, useEndedJob } from '../collections';
import { Link } from '../parts/link';
import { useTitle } from '../parts/title';
import { isMissing, NoCollection, Trouble } from '../parts/trouble';
import { useText, type Text } from '../text/text';
import styles from './collection-screen.module.css';
import { IndexButton } from './empty-collection';
import { JobProgress, workOf } from './job-progress';

const lookMs = 5_000;

export function CollectionScreen({ place }: { readonly place: CollectionPlace }) {
  const { t } = useText();
  const { collection: name } = place;
  const { data: collection, error, refetch } = useQuery({ ...collectionQuery(name), refetchInterval: lookMs });
  useTitle(name);
  if (isMissing(error)) return <NoCollection name={name} />;
  if (error) return <Trouble error={error} onAgain={() => void refetch()} isScreen />;
  return (
    <div className={styles.screen}>
      <h1 className={styles.title}>{t('status.title', { name })}</h1>
      {collection && (
        <>
          <Counts collection={collection} />
          <Indexing collection={collection} />
          {collection.folder !== null && <Failures collection={collection} />}
        </>
      )}
    </div>
  );
}

function Counts({ collection }: { readonly collection: Collection }) {
  const { t, count, bytes } = useText();
  const facts: [string, string][] = [
    [t('status.model'), modelOf(collection, t)],
    [t('status.dimension'), collection.dimension > 0 ? count(collection.dimension) : t('status.none')],
    [t('status.metric'), collection.metric || t('status.none')],
    [t('status.size'), bytes(collection.bytes)],
    [t(collection.folder === null ? 'status.home' : 'status.folder'), collection.folder ?? collection.home],
  ];
  return (
    <section className={styles.counts}>
      <dl className={styles.large}>
        <div>
          <dt>{t(collection.folder === null ? 'status.items' : 'status.pictures')}</dt>
          <dd>{count(collection.items)}</dd>
        </div>
        {collection.folder !== null && (
          <div>
            <dt>{t('status.failed')}</dt>
            <dd>{count(collection.failed)}</dd>
          </div>
        )}
      </dl>
      <dl className={styles.facts}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function modelOf({ model, field }: Collection, t: Text['t']): string {
  if (model !== null) return model;
  return t(field === null ? 'status.none' : 'status.own_vectors');
}

function Indexing({ collection }: { readonly collection: Collection }) {
  const { t } = useText();
  const job = useActiveJob(collection);
  const ended = useEndedJob(collection.name);
  return (
    <section className={styles.indexing}>
      {job ? (
        <>
          <h2>{t(workOf(job))}</h2>
          <JobProgress job={job} />
        </>
      ) : (
        <div className={styles.ways}>
          {ended && <p role="status">{endOf(ended, t)}</p>}
          {collection.folder !== null && <IndexButton name={collection.name} label={t('status.index')} />}
          <Link className="button" to={home(collection.name)}>
            {t('status.see_pictures')}
          </Link>
        </div>
      )}
    </section>
  );
}

function endOf({ kind, state, error }: Job, t: Text['t']): string {
  if (kind === 'compact' || kind === 'verify') return endOfUpkeep(state, error, t);
  if (state === 'failed') return t('status.job_failed', { reason: error ?? '' });
  return t(state === 'cancelled' ? 'status.job_cancelled' : 'status.done');
}

function endOfUpkeep(state: Job['state'], error: Job['error'], t: Text['t']): string {
  if (state === 'failed') return t('status.work_failed', { reason: error ?? '' });
  return t(state === 'cancelled' ? 'status.work_cancelled' : 'status.work_done');
}

function Failures({ collection }: { readonly collection: Collection }) {
  const { t } = useText();
  const { data, error, hasNextPage, fetchNextPage, isFetchingNextPage, refetch } = useInfiniteQuery(
    failuresQuery(collection.name),
  );
  const failures = data?.pages.flatMap((page) => page.failures) ?? [];
  if (error) return <Trouble error={error} onAgain={() => void refetch()} />;
  if (failures.length === 0) return data && collection.items > 0 && <p>{t('status.failures_none')}</p>;
  return (
    <section>
      <h2>{t('status.failures')}</h2>
      <ul className={styles.failures}>
        {failures.map(({ path, reason }) => (
          <li key={path}>
            <span>{path}</span>
            <span className={styles.reason}>{reason}</span>
          </li>
        ))}
      </ul>
      {hasNextPage && (
        <button type="button" className="button" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t('status.more_failures')}
        </button>
      )}
    </section>
  );
}
