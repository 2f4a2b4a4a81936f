// Asking the server: JSON in, JSON out, and three ways to fail: a Problem that the server stated, an
// Unreachable server, and an answer that is no JSON of ours (a Problem too). Knows no React.
import { connection } from './connection';

/** What the server said was wrong: RFC 9457. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    /** Seconds after which it is worth asking again; null: the server did not say. */
    readonly retryAfter: number | null = null,
  ) {
    super(detail);
    this.name = 'Problem';
  }

  /** The server has too much to do right now. */
  get isBusy(): boolean {
    return this.status === 429 || this.status === 503;
  }
}

/** Nobody answered. */
export class Unreachable extends Error {
  constructor() {
    super('the server does not answer');
    this.name = 'Unreachable';
  }
}

const answerTimeMs = 60_000;

export async function ask<Answer>(path: string, init: RequestInit = {}): Promise<Answer> {
  const timeout = AbortSignal.timeout(answerTimeMs);
  const signal = init.signal ? AbortSignal.any([init.signal, timeout]) : timeout;
  let response: Response;
  let text: string;
  try {
    response = await fetch(path, { ...init, signal });
    text = await response.text();
  } catch (error) {
    if (init.signal?.aborted) throw error;
    connection.lost();
    throw new Unreachable();
  }
  return answerOf<Answer>(response.status, text, response.headers.get('Retry-After'));
}

/** The answer's JSON, or what it states as a problem, thrown. */
export function answerOf<Answer>(status: number, text: string, retryAfter: string | null): Answer {
  const json = parsed(text);
  if (status >= 200 && status < 300 && json !== undefined) return json as Answer;
  const stated = (json ?? {}) as { code?: unknown; detail?: unknown; title?: unknown };
  const seconds = retryAfter === null ? NaN : Number(retryAfter);
  throw new Problem(
    status,
    typeof stated.code === 'string' ? stated.code : 'unknown',
    String(stated.detail ?? stated.title ?? `status ${status}`),
    Number.isFinite(seconds) ? seconds : null,
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
