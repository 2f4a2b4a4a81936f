// Searching with a picture that somebody brought: sends it, shows how far it is, and goes to the results. One
// at a time: a new one takes the place of one under way.
import type { QueryClient } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { query } from './address';
import { answerOf, Problem, Unreachable } from './api/client';
import { connection } from './api/connection';
import type { SearchAnswer } from './api/model';
import { paths } from './api/paths';
import { collectionsQuery, keepFirstHits } from './api/queries';
import { go } from './navigation';

/** Why a picture was not searched: a sentence, and what it says. */
export interface Refusal {
  readonly kind:
    | 'unreadable'
    | 'too_large'
    | 'empty_collection'
    | 'no_model'
    | 'foreign_link'
    | 'no_picture'
    | 'no_collection'
    | 'busy'
    | 'away'
    | 'failed';
  readonly reason: string;
}

export interface Upload {
  readonly phase: 'sending' | 'searching' | 'refused';
  readonly name: string;
  /** How many files were brought; the first is searched. */
  readonly files: number;
  /** blob: URL of the picture itself; null: there is none to show. */
  readonly preview: string | null;
  /** 0 to 1. */
  readonly sent: number;
  readonly refusal: Refusal | null;
  /** Does the same once more; null: there is nothing to do again. */
  readonly again: (() => void) | null;
}

const listeners = new Set<() => void>();
let upload: Upload | null = null;
let request: XMLHttpRequest | null = null;
/** Grows with each upload that begins or ends, so that a late answer knows that it is too late. */
let turn = 0;

export function useUpload(): Upload | null {
  return useSyncExternalStore(subscribe, () => upload);
}

/** `wanted`: the collection; null: the first. Never throws: what goes wrong is in the upload. */
export async function searchWithFiles(client: QueryClient, wanted: string | null, files: readonly File[]): Promise<void> {
  const [file] = files;
  if (!file) return refuse('no_picture');
  const again = () => void searchWithFiles(client, wanted, files);
  begin({ name: file.name, files: files.length, preview: URL.createObjectURL(file), again });
  const mine = turn;
  let isWithoutModel = false;
  try {
    const listed = await client.fetchQuery({ ...collectionsQuery, retry: false });
    const meant = wanted === null ? listed[0] : listed.find(({ name }) => name === wanted);
    const collection = wanted ?? meant?.name;
    isWithoutModel = meant !== undefined && meant.field !== null && meant.model === null;
    if (turn !== mine) return;
    if (collection === undefined) return change({ phase: 'refused', refusal: { kind: 'no_collection', reason: '' } });
    const answer = await send(paths.search(collection), file);
    if (answer === null || turn !== mine) return;
    finish(client, collection, answer);
  } catch (error) {
    if (turn !== mine) return;
    const isUnsupported = error instanceof Problem && (error.status === 415 || error.status === 422);
    const refusal: Refusal =
      isWithoutModel && isUnsupported ? { kind: 'no_model', reason: '' } : refusalOf(error);
    change({ phase: 'refused', refusal });
  }
}

/** Says that what was brought can't be searched. */
export function refuse(kind: Refusal['kind']): void {
  begin({ name: '', files: 0, preview: null, again: null });
  change({ phase: 'refused', refusal: { kind, reason: '' } });
}

/** Cancels what is under way, or closes what was said. */
export function dismissUpload(): void {
  ++turn;
  request?.abort();
  request = null;
  if (upload?.preview) URL.revokeObjectURL(upload.preview);
  become(null);
}

function begin(start: Pick<Upload, 'name' | 'files' | 'preview' | 'again'>): void {
  dismissUpload();
  become({ ...start, phase: 'sending', sent: 0, refusal: null });
}

function finish(client: QueryClient, collection: string, answer: SearchAnswer): void {
  const handle = answer.query.query_id;
  if (handle === null) throw new Problem(200, 'unknown', 'no query_id');
  const place = query(collection, handle);
  keepFirstHits(client, place, answer);
  dismissUpload();
  go(place, { morph: true });
}

/** The answer; null: cancelled. fetch can't tell how much was sent, XMLHttpRequest can. */
function send(path: string, file: File): Promise<SearchAnswer | null> {
  return new Promise((resolve, reject) => {
    const own = new XMLHttpRequest();
    request = own;
    own.upload.onprogress = ({ loaded, total }) => change({ sent: total > 0 ? loaded / total : 0 });
    own.upload.onload = () => change({ phase: 'searching', sent: 1 });
    own.onabort = () => resolve(null);
    own.onerror = () => {
      void connection.probe();
      reject(new Unreachable());
    };
    own.onload = () => {
      try {
        resolve(answerOf<SearchAnswer>(own.status, own.responseText, own.getResponseHeader('Retry-After')));
      } catch (error) {
        reject(error as Error);
      }
    };
    const form = new FormData();
    form.append('picture', file, file.name || 'picture');
    own.open('POST', path);
    own.send(form);
  });
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof Unreachable) return { kind: 'away', reason: '' };
  if (!(error instanceof Problem)) return { kind: 'failed', reason: String(error) };
  // The sentence around it speaks of the picture and names the formats.
  const reason = error.detail.replace(/^picture: /, '').replace(/: JPEG,.*$/, '').replace(/\.$/, '');
  if (error.status === 413) return { kind: 'too_large', reason };
  if (error.status === 400 || error.status === 415 || error.status === 422) return { kind: 'unreadable', reason };
  if (error.status === 409) return { kind: 'empty_collection', reason };
  if (error.isBusy) return { kind: 'busy', reason };
  return { kind: 'failed', reason };
}

function change(part: Partial<Upload>): void {
  if (upload) become({ ...upload, ...part });
}

function become(next: Upload | null): void {
  upload = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
