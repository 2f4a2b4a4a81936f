// Which collection the page shows, and its indexing as it goes on.
import { useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { connection } from './api/connection';
import type { Collection, Job } from './api/model';
import { paths } from './api/paths';
import { collectionQuery, collectionsQuery } from './api/queries';

const fewPictures = 60;
const lookIntervalMs = 10_000;
const refreshIntervalMs = 3_000;
/** What else the page knows of a collection's pictures: asked for anew when a job has ended. */
const changing = ['failures', 'named', 'hits', 'attributes', 'groups', 'group'];

/** The collection of that name, or the first; undefined: not known yet or none. */
export function useCollection(wanted: string | null): Collection | undefined {
  const { data } = useQuery({ ...collectionsQuery, refetchInterval: lookIntervalMs });
  const listed = wanted === null ? data?.[0] : data?.find(({ name }) => name === wanted);
  const { data: fresh } = useQuery({ ...collectionQuery(listed?.name ?? ''), enabled: listed !== undefined });
  return fresh ?? listed;
}

const jobKey = (id: string) => ['job', id] as const;
const endedKey = (name: string) => ['ended', name] as const;
const isActive = ({ state }: Job) => state === 'running' || state === 'queued';
const noRequest = () => Promise.reject<Job>(new Error('jobs come by events'));

/** The job that runs or waits in a collection, up to date. */
export function useActiveJob(collection: Collection | undefined): Job | null {
  const listed = collection?.jobs.find(isActive) ?? null;
  const { data } = useQuery<Job>({
    queryKey: jobKey(listed?.id ?? ''),
    queryFn: noRequest,
    enabled: false,
  });
  const job = data && listed ? data : listed;
  return job && isActive(job) ? job : null;
}

/** The job that ended last while the page was open. */
export function useEndedJob(name: string): Job | null {
  const { data } = useQuery<Job>({ queryKey: endedKey(name), queryFn: noRequest, enabled: false });
  return data ?? null;
}

/** Listens to the job's events, for everybody who asks useActiveJob. Once on a page. */
export function useJobEvents(collection: Collection | undefined): void {
  const client = useQueryClient();
  const job = useActiveJob(collection);
  const id = job?.id;
  const name = collection?.name;
  useEffect(() => {
    if (id === undefined || name === undefined) return undefined;
    return listen(client, name, id);
  }, [client, id, name]);
}

export function refresh(client: QueryClient, name: string): void {
  void client.invalidateQueries({ queryKey: collectionsQuery.queryKey });
  void client.invalidateQueries({ queryKey: collectionQuery(name).queryKey });
}

function listen(client: QueryClient, name: string, id: string): () => void {
  const events = new EventSource(paths.jobEvents(id));
  let refreshed = 0;
  const keep = (event: MessageEvent<string>) => {
    const job = JSON.parse(event.data) as Job;
    client.setQueryData(jobKey(id), job);
    if (Date.now() - refreshed < refreshIntervalMs) return;
    refreshed = Date.now();
    refresh(client, name);
    void client.invalidateQueries({ predicate: ({ queryKey, state }) => isThinWall(queryKey, state.data, name) });
  };
  const end = (event: MessageEvent<string>) => {
    events.close();
    refreshed = 0;
    keep(event);
    client.setQueryData(endedKey(name), JSON.parse(event.data) as Job);
    for (const key of changing) void client.invalidateQueries({ queryKey: [key, name] });
  };
  events.addEventListener('progress', keep);
  events.addEventListener('done', end);
  events.onerror = () => {
    void connection.probe();
    // The browser gives up when the answer is no stream: the job is not known any more.
    if (events.readyState === EventSource.CLOSED) refresh(client, name);
  };
  return () => events.close();
}

/** A wall with few pictures is filled while more are read; a full one stays as it is. */
function isThinWall(key: readonly unknown[], data: unknown, name: string): boolean {
  return key[0] === 'sample' && key[1] === name && (!Array.isArray(data) || data.length < fewPictures);
}
