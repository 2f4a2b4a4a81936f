// A change of the page that the browser animates, where it can and the person likes motion.
import { flushSync } from 'react-dom';

export function prefersStillness(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}

/** Draws `change` at once, or as a transition from what is seen now. */
export function transit(change: () => void): void {
  if (prefersStillness() || !('startViewTransition' in document)) {
    change();
    return;
  }
  const { ready } = document.startViewTransition(() => flushSync(change));
  // A transition that another one overtakes is no fault; the change is made all the same.
  ready.catch(() => undefined);
}
