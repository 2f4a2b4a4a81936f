// Whether the server is there. While it is away, queries wait (TanStack's online manager says so), the page
// says it, and one small request goes out every second or two until an answer comes.
import { onlineManager } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';

interface State {
  readonly isAway: boolean;
  /** How often the server came back: what failed to load is loaded anew when it changes. */
  readonly returns: number;
}

const pauseFirstMs = 700;
const pauseMaxMs = 4_000;
const probeTimeMs = 3_000;
const listeners = new Set<() => void>();
let state: State = { isAway: false, returns: 0 };
let probing: Promise<boolean> | null = null;

// The server is mostly on this very machine: being off the network says nothing about it.
onlineManager.setEventListener(() => undefined);

export const connection = {
  /** Tell that a request got no answer. */
  lost(): void {
    if (state.isAway) return;
    become({ ...state, isAway: true });
    void waitForReturn();
  },
  /** Whether the server is there, asked once for all who ask at a time, as after pictures that would not load. */
  async probe(): Promise<boolean> {
    if (state.isAway) return false;
    probing ??= isThere();
    const is = await probing;
    probing = null;
    if (!is) connection.lost();
    return is;
  },
};

export function useConnection(): State {
  return useSyncExternalStore(subscribe, () => state);
}

async function waitForReturn(): Promise<void> {
  for (let pause = pauseFirstMs; ; pause = Math.min(pause * 1.4, pauseMaxMs)) {
    await new Promise((resume) => setTimeout(resume, pause));
    if (await isThere()) break;
  }
  become({ isAway: false, returns: state.returns + 1 });
}

async function isThere(): Promise<boolean> {
  try {
    const answer = await fetch('/readyz', { cache: 'no-store', signal: AbortSignal.timeout(probeTimeMs) });
    return answer.ok;
  } catch {
    return false;
  }
}

function become(next: State): void {
  state = next;
  onlineManager.setOnline(!next.isAway);
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
