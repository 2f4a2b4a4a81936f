// The page in the reader's language: i18next with both tables in the bundle, and numbers, sizes and times as
// that language writes them.
import i18next from 'i18next';
import { useMemo } from 'react';
import { initReactI18next, useTranslation } from 'react-i18next';
import { currentSettings, onSettings, type Language } from '../settings';
import { en } from './en';
import { ja } from './ja';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'page';
    keySeparator: false;
    nsSeparator: false;
    resources: { page: typeof en };
  }
}

void i18next.use(initReactI18next).init({
  lng: currentSettings().language,
  fallbackLng: 'en',
  defaultNS: 'page',
  resources: { en: { page: en }, ja: { page: ja } },
  keySeparator: false,
  nsSeparator: false,
  initAsync: false,
  interpolation: { escapeValue: false },
});

onSettings(() => void i18next.changeLanguage(currentSettings().language));

export type Text = ReturnType<typeof useText>;

/** `t` gives a sentence; the others write values as the language does. The same object until the language changes. */
export function useText() {
  const { t, i18n } = useTranslation();
  const language = i18n.language as Language;
  return useMemo(() => ({ t, language, ...writersOf(language) }), [t, language]);
}

type Writers = ReturnType<typeof makeWriters>;
const writers = new Map<Language, Writers>();

/** Made once: a formatter of Intl takes a millisecond or more. */
function writersOf(language: Language): Writers {
  const known = writers.get(language) ?? makeWriters(language);
  writers.set(language, known);
  return known;
}

function makeWriters(language: Language) {
  const digits = (count: number) => ({ minimumFractionDigits: count, maximumFractionDigits: count });
  const count = once(() => new Intl.NumberFormat(language));
  const score = once(() => new Intl.NumberFormat(language, digits(2)));
  const exact = once(() => new Intl.NumberFormat(language, digits(4)));
  const day = once(() => new Intl.DateTimeFormat(language, { dateStyle: 'medium' }));
  const moment = once(() => new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }));
  return {
    count: (value: number) => count().format(value),
    score: (value: number) => score().format(value),
    exact: (value: number) => exact().format(value),
    bytes: (value: number) => bytesIn(language, value),
    day: (time: string) => written(day(), time),
    moment: (time: string) => written(moment(), time),
    duration: (seconds: number) => durationIn(language, seconds),
  };
}

/** `make` at the first call, its value from then on. */
function once<Value>(make: () => Value): () => Value {
  let made: Value | undefined;
  return () => (made ??= make());
}

/** Nothing is written of a time that is none. */
function written(format: Intl.DateTimeFormat, time: string): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? '' : format.format(date);
}

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

function bytesIn(language: Language, bytes: number): string {
  const power = Math.min(units.length - 1, bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  const unit = units[power] ?? 'byte';
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit,
    unitDisplay: power === 0 ? 'long' : 'short',
    maximumFractionDigits: value < 10 && power > 0 ? 1 : 0,
  }).format(value);
}

function durationIn(language: Language, seconds: number): string {
  const whole = Math.max(1, Math.round(seconds));
  const [value, unit] = whole < 90 ? [whole, 'second'] : whole < 5400 ? [whole / 60, 'minute'] : [whole / 3600, 'hour'];
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long', maximumFractionDigits: 0 }).format(value);
}
