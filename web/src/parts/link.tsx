// A link to a place of the page: a real address, so that it can be opened in another tab, followed without
// loading the page anew.
import type { AnchorHTMLAttributes, MouseEvent } from 'react';
import { addressOf, type Place } from '../address';
import { go } from '../navigation';

interface Props extends AnchorHTMLAttributes<HTMLAnchorElement> {
  readonly to: Place;
}

export function Link({ to, onClick, ...rest }: Props) {
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    if (event.defaultPrevented || !isPlain(event)) return;
    event.preventDefault();
    go(to);
  };
  return <a {...rest} href={addressOf(to)} onClick={follow} />;
}

/** A click that asks for nothing but to follow. */
export function isPlain(event: MouseEvent): boolean {
  return event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
}
