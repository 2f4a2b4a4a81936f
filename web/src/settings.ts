// What a person chose on this browser: language, colors, shortcuts. Kept in the browser's storage where it
// has one; a setting that was never chosen follows the browser.
import { useSyncExternalStore } from 'react';

export const languages = ['en', 'ja'] as const;
export const themes = ['auto', 'light', 'dark'] as const;
export type Language = (typeof languages)[number];
export type Theme = (typeof themes)[number];

export interface Settings {
  readonly language: Language;
  readonly theme: Theme;
  /** Single keys act (arrows, Enter and Esc always do). */
  readonly hasShortcuts: boolean;
  /** The wall of the start page does not change by itself. */
  readonly isStill: boolean;
}

const storageKey = 'sokkuri';
const listeners = new Set<() => void>();
let chosen: Partial<Settings> = stored();
let settings: Settings = { ...preferred(), ...chosen };

export function useSettings(): Settings {
  return useSyncExternalStore(subscribe, currentSettings);
}

export function currentSettings(): Settings {
  return settings;
}

export function choose(change: Partial<Settings>): void {
  chosen = { ...chosen, ...change };
  settings = { ...settings, ...change };
  try {
    localStorage.setItem(storageKey, JSON.stringify(chosen));
  } catch {
    // Private windows may have no storage; the choice then lasts as long as the page.
  }
  for (const listener of listeners) listener();
}

export function onSettings(listener: () => void): () => void {
  return subscribe(listener);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function preferred(): Settings {
  const language = navigator.languages
    .map((tag) => languages.find((each) => tag.toLowerCase().split('-')[0] === each))
    .find((each) => each !== undefined);
  return { language: language ?? 'en', theme: 'auto', hasShortcuts: true, isStill: false };
}

function stored(): Partial<Settings> {
  try {
    const kept = JSON.parse(localStorage.getItem(storageKey) ?? '{}') as Partial<Record<keyof Settings, unknown>>;
    const language = languages.find((each) => each === kept.language);
    const theme = themes.find((each) => each === kept.theme);
    const { hasShortcuts, isStill } = kept;
    return {
      ...(language && { language }),
      ...(theme && { theme }),
      ...(typeof hasShortcuts === 'boolean' && { hasShortcuts }),
      ...(typeof isStill === 'boolean' && { isStill }),
    };
  } catch {
    return {};
  }
}
