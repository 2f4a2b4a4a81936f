import { useEffect, useRef, type RefObject } from 'react';
import { current, useEntry } from '../navigation';

/** For the heading of a screen: after a jump the focus would be nowhere, and goes on from there. */
export function useArrival(): RefObject<HTMLHeadingElement | null> {
  const heading = useRef<HTMLHeadingElement>(null);
  const { depth } = useEntry();
  useEffect(() => {
    const { spot } = current();
    if (depth > 0 && spot.focus === '' && document.activeElement === document.body) {
      heading.current?.focus({ preventScroll: true });
    }
  }, [depth]);
  return heading;
}
