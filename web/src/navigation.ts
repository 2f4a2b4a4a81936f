// The browser's history as the page's memory: each entry holds a place, the trail that led there, and
// where one was on it (scroll, focus), so that back, forward and reload bring all of it again. Nothing
// here lives in memory alone.
import { useSyncExternalStore } from 'react';
import { addressOf, placeOf, type Place } from './address';
import { transit } from './transition';

/** A picture on the trail: enough to draw it. */
export interface Stop {
  readonly name: string;
  /** A small picture of it; empty: none. */
  readonly image: string;
  readonly address: string;
}

export interface Passed extends Stop {
  /** Of its entry in the history. */
  readonly depth: number;
}

/** Where one was on a screen. */
export interface Spot {
  readonly scroll: number;
  /** How many results were loaded. */
  readonly loaded: number;
  /** Id of the tile that had the focus; empty: none. */
  readonly focus: string;
}

export interface Entry {
  readonly place: Place;
  /** Entries before this one in this tab, as far as we made them. */
  readonly depth: number;
  /** Pictures visited before this entry, oldest first. */
  readonly trail: readonly Passed[];
  /** The picture of this entry, once it is known. */
  readonly stop: Stop | null;
  readonly spot: Spot;
}

type Memory = Omit<Entry, 'place'>;

const trailMax = 24;
const start: Spot = { scroll: 0, loaded: 0, focus: '' };
const listeners = new Set<() => void>();
let entry: Entry = read();

history.scrollRestoration = 'manual';
addEventListener('popstate', () => {
  entry = read();
  announce();
});
// A reload or a closed tab tells the last place too.
addEventListener('pagehide', () => remember({ scroll: Math.round(scrollY) }));

export function useEntry(): Entry {
  return useSyncExternalStore(subscribe, current);
}

export function current(): Entry {
  return entry;
}

/** Goes to a place: a new entry of the history. `morph`: what is seen now grows into what comes. */
export function go(place: Place, { morph = false }: { morph?: boolean } = {}): void {
  if (addressOf(place) === addressOf(entry.place)) return;
  remember({ scroll: Math.round(scrollY) });
  const { stop, depth } = entry;
  // A mix that changes is one stop, however often.
  const isPassed = stop !== null && !(entry.place.screen === 'mix' && place.screen === 'mix');
  const trail = !isPassed ? entry.trail : [...entry.trail, { ...stop, depth }].slice(-trailMax);
  const next: Entry = { place, depth: depth + 1, trail, stop: null, spot: start };
  const change = () => {
    entry = next;
    history.pushState(memoryOf(entry), '', addressOf(place));
    announce();
  };
  if (morph) transit(change);
  else change();
}

/** The same entry shows another place: a choice that is no step of the way, such as unfolding copies. */
export function become(place: Place): void {
  entry = { ...entry, place };
  history.replaceState(memoryOf(entry), '', addressOf(place));
  announce();
}

/** Tells which picture this entry is, for the trail. */
export function arrive(stop: Stop): void {
  const known = entry.stop;
  if (stop.address !== addressOf(entry.place)) return;
  if (known?.address === stop.address && known.image === stop.image && known.name === stop.name) return;
  entry = { ...entry, stop };
  history.replaceState(memoryOf(entry), '');
  announce();
}

/** Keeps where one is on this screen. Nothing is drawn anew for it. */
export function remember(spot: Partial<Spot>): void {
  entry = { ...entry, spot: { ...entry.spot, ...spot } };
  history.replaceState(memoryOf(entry), '');
}

export function back(): void {
  if (entry.depth > 0) history.back();
}

/** Back to a picture of the trail. */
export function returnTo(passed: Passed): void {
  history.go(passed.depth - entry.depth);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function announce(): void {
  for (const listener of listeners) listener();
}

function memoryOf({ depth, trail, stop, spot }: Entry): Memory {
  return { depth, trail, stop, spot };
}

function read(): Entry {
  const place = placeOf(location.pathname + location.search);
  const memory = history.state as Partial<Memory> | null;
  return {
    place,
    depth: memory?.depth ?? 0,
    trail: memory?.trail ?? [],
    stop: memory?.stop ?? null,
    spot: memory?.spot ?? start,
  };
}
