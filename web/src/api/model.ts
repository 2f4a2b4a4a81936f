// The server's answers, by the names that the page uses.

export type Band = 'identical' | 'near' | 'similar' | 'weak';

/** A record's own JSON: pictures have the members of docs/formats/picture-document.md, others may not. */
export type Document = Readonly<Record<string, unknown>>;

export interface Item {
  readonly id: string;
  readonly version: number;
  readonly seq: number;
  readonly document: Document;
}

export interface Hit {
  readonly rank: number;
  readonly id: string;
  readonly score: number;
  readonly distance: number;
  readonly band: Band;
  readonly path: string | null;
  readonly document: Document;
}

export interface SearchAnswer {
  readonly hits: readonly Hit[];
  readonly query: { readonly item: string | null; readonly query_id: string | null };
  readonly model: string;
  readonly items: number;
  readonly k: number;
  readonly offset: number;
}

export interface Job {
  readonly id: string;
  readonly kind: string;
  readonly collection: string;
  readonly state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled';
  readonly progress: {
    readonly found: number;
    readonly walk_is_done: boolean;
    readonly done: number;
    readonly embedded: number;
    readonly failed: number;
    readonly seconds: number;
  };
  readonly error: string | null;
  readonly created: string;
  readonly finished: string | null;
  readonly revision: number;
}

export interface Collection {
  readonly name: string;
  readonly folder: string;
  readonly items: number;
  readonly failed: number;
  readonly model: string;
  readonly dimension: number;
  readonly metric: string;
  readonly bytes: number;
  readonly bands: { readonly identical: number; readonly near: number; readonly similar: number } | null;
  readonly jobs: readonly Job[];
}

export interface Failure {
  readonly path: string;
  readonly reason: string;
}

export interface QueryHandle {
  readonly query_id: string;
  readonly created: string;
  readonly expires: string;
  readonly width: number;
  readonly height: number;
  readonly item: string | null;
  readonly model: string;
}
