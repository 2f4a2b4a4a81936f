// Brings the scroll position and the focus of a history entry back when one returns to it, and keeps them up
// to date while one is there.
import { useEffect, useLayoutEffect, useRef, type RefObject } from 'react';
import { current, remember } from '../navigation';
import type { Placed } from './tile-rows';

interface Scene {
  readonly tiles: readonly Placed[];
  /** Tiles that are shown. */
  readonly count: number;
  readonly height: number;
  readonly canGrow: boolean;
  readonly isLoading: boolean;
  readonly onMore: () => void;
  readonly setActive: (index: number) => void;
  readonly list: RefObject<HTMLElement | null>;
}

const pauseMs = 150;

export function useSpot(scene: Scene): void {
  const { tiles, count, height, canGrow, isLoading, onMore, setActive, list } = scene;
  const isDone = useRef(false);
  const spot = useRef(current().spot).current;
  const isThere = count > 0 || !canGrow;
  const suffices = !canGrow || tiles.length >= spot.loaded;

  useEffect(() => {
    if (!isDone.current && isThere && !suffices && !isLoading) onMore();
  }, [isThere, suffices, isLoading, onMore]);

  useLayoutEffect(() => {
    if (isDone.current || !isThere || !suffices || height === 0) return;
    isDone.current = true;
    scrollTo({ top: spot.scroll, behavior: 'instant' });
    const index = spot.focus === '' ? -1 : tiles.findIndex(({ key }) => key === spot.focus);
    if (index < 0) return;
    setActive(index);
    // Once the rows around it are drawn.
    requestAnimationFrame(() => requestAnimationFrame(() => focusTile(list.current, spot.focus)));
  }, [isThere, suffices, height, spot, tiles, setActive, list]);

  useEffect(() => {
    if (isDone.current) remember({ loaded: tiles.length });
  }, [tiles.length, isThere, suffices, height]);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const scrolled = () => {
      if (!isDone.current || timer !== undefined) return;
      timer = setTimeout(() => {
        timer = undefined;
        remember({ scroll: Math.round(scrollY) });
      }, pauseMs);
    };
    const focused = (event: FocusEvent) => {
      const tile = event.target instanceof HTMLElement ? event.target.dataset['tile'] : undefined;
      if (tile !== undefined) remember({ focus: tile });
    };
    const { current: element } = list;
    addEventListener('scroll', scrolled, { passive: true });
    element?.addEventListener('focusin', focused);
    return () => {
      clearTimeout(timer);
      removeEventListener('scroll', scrolled);
      element?.removeEventListener('focusin', focused);
    };
  }, [list]);
}

export function focusTile(list: HTMLElement | null, id: string): void {
  list?.querySelector<HTMLElement>(`[data-tile="${CSS.escape(id)}"]`)?.focus({ preventScroll: true });
}
