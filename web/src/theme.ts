// Light or dark: as chosen, or as the system is, and at once when either changes.
import { currentSettings, onSettings } from './settings';

const prefersDark = matchMedia('(prefers-color-scheme: dark)');

/** Keeps the document's colors and language as they are set, from now on. */
export function applySettings(): void {
  apply();
  onSettings(apply);
  prefersDark.addEventListener('change', apply);
}

function apply(): void {
  const { theme, language } = currentSettings();
  const isDark = theme === 'dark' || (theme === 'auto' && prefersDark.matches);
  document.documentElement.dataset['theme'] = isDark ? 'dark' : 'light';
  document.documentElement.lang = language;
}
