// The two tables say the same things: the type check compares keys, this compares what is filled in.
import { describe, expect, it } from 'vitest';
import { en } from './en';
import { ja } from './ja';

const holes = (sentence: string) => [...sentence.matchAll(/{{\s*(\w+)/g)].map((match) => match[1]).sort();

describe('the tables', () => {
  const english = Object.entries(en).filter(([key]) => !key.endsWith('_one'));

  it('have the same keys', () => {
    expect(Object.keys(ja).sort()).toEqual(english.map(([key]) => key).sort());
  });

  it.each(english)('fill the same into %s', (key, sentence) => {
    expect(holes((ja as Record<string, string>)[key] ?? '')).toEqual(holes(sentence));
  });

  it('have a plural for every singular', () => {
    const singular = Object.keys(en).filter((key) => key.endsWith('_one'));
    for (const key of singular) expect(en).toHaveProperty([key.replace(/_one$/, '_other')]);
  });
});

describe('the page', () => {
  const sources = Object.values(
    import.meta.glob<string>(['../**/*.ts', '../**/*.tsx', '!../text/*', '!../**/*.test.ts'], {
      query: '?raw',
      import: 'default',
      eager: true,
    }),
  ).join('\n');
  // t(`band.${…}`): the part before the hole stands for all keys that begin with it.
  const families = [...sources.matchAll(/t\(`([a-z_.]+)\$\{/g)].map((match) => match[1] ?? '');

  it.each(Object.keys(ja))('says %s somewhere', (key) => {
    const base = key.replace(/_other$/, '');
    expect(sources.includes(`'${base}'`) || families.some((family) => base.startsWith(family))).toBe(true);
  });
});
