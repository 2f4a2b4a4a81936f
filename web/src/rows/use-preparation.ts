// Pointing at something prepares the jump there: after a moment its answers are asked for, and are here then.
import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';

const delayMs = 150;

export interface Preparation {
  start(): void;
  stop(): void;
}

/** `ask` is called once for every time that somebody lingers. */
export function usePreparation(ask: (client: QueryClient) => Promise<unknown>): Preparation {
  const client = useQueryClient();
  const [isPointed, setIsPointed] = useState(false);
  const latest = useRef(ask);
  latest.current = ask;
  useEffect(() => {
    if (!isPointed) return undefined;
    const timer = setTimeout(() => void latest.current(client), delayMs);
    return () => clearTimeout(timer);
  }, [client, isPointed]);
  return { start: () => setIsPointed(true), stop: () => setIsPointed(false) };
}
