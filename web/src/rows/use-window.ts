// What of a list the window shows, in steps, so that scrolling draws anew only every few hundred pixels.
import { useEffect, useLayoutEffect, useState, type RefObject } from 'react';

/** Pixels from the top of the list. */
export interface Band {
  readonly top: number;
  readonly bottom: number;
}

const stepPixels = 250;
const inTimePixels = 2_000;

/** Of an element; 0 before it is in the document. */
export function useWidth(element: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const { current } = element;
    if (!current) return undefined;
    const measure = () => setWidth(current.clientWidth);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(current);
    return () => observer.disconnect();
  }, [element]);
  return width;
}

/** The part of the list in the window, and `overscan` pixels around it. */
export function useWindowBand(element: RefObject<HTMLElement | null>, overscan: number): Band {
  const [band, setBand] = useState<Band>({ top: 0, bottom: innerHeight });
  useLayoutEffect(() => {
    let frame = 0;
    const look = () => {
      frame = 0;
      see(overscan);
    };
    const see = (around: number) => {
      const { current } = element;
      if (!current) return;
      const above = -current.getBoundingClientRect().top;
      const top = Math.floor((above - around) / stepPixels) * stepPixels;
      const bottom = Math.ceil((above + innerHeight + around) / stepPixels) * stepPixels;
      setBand((known) => (known.top === top && known.bottom === bottom ? known : { top, bottom }));
    };
    const later = () => {
      if (frame === 0) frame = requestAnimationFrame(look);
    };
    // First what is in sight, so that a jump is seen soon; what is around it in the next frame.
    see(0);
    later();
    addEventListener('scroll', later, { passive: true });
    addEventListener('resize', later);
    const observer = new ResizeObserver(later);
    observer.observe(document.body);
    return () => {
      cancelAnimationFrame(frame);
      observer.disconnect();
      removeEventListener('scroll', later);
      removeEventListener('resize', later);
    };
  }, [element, overscan]);
  return band;
}

interface More {
  readonly band: Band;
  readonly height: number;
  readonly hasMore: boolean;
  readonly isLoading: boolean;
  readonly isMeasured: boolean;
  readonly onMore: () => void;
}

/** Asks for more before the end is in sight. */
export function useMoreInTime({ band, height, hasMore, isLoading, isMeasured, onMore }: More): void {
  const isNear = isMeasured && band.bottom + inTimePixels > height;
  useEffect(() => {
    if (isNear && hasMore && !isLoading) onMore();
  }, [isNear, hasMore, isLoading, onMore, height]);
}
