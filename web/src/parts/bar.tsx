// The bar on top: home, the search box, the collection, and a person's settings.
import { Activity, Dices, EllipsisVertical, Keyboard, Languages, Layers, Moon, Sun, SunMoon } from 'lucide-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { MouseEvent } from 'react';
import { collectionOf, groups, home, type Place } from '../address';
import type { Collection, Job } from '../api/model';
import { collectionsQuery } from '../api/queries';
import { useActiveJob, useCollection, useJobEvents } from '../collections';
import { go } from '../navigation';
import { goToRandom } from '../random';
import { choose, themes, useSettings } from '../settings';
import { workOf } from '../screens/job-progress';
import { useText, type Text } from '../text/text';
import styles from './bar.module.css';
import { openKeys } from './keys';
import { Link } from './link';
import { SearchBox } from './search-box';

const menuId = 'menu';

export function Bar({ place }: { readonly place: Place }) {
  const { t } = useText();
  const collection = useCollection(collectionOf(place));
  const { data: collections } = useQuery(collectionsQuery);
  const names = collections?.map(({ name }) => name) ?? [];
  useJobEvents(collection);
  return (
    <header className={styles.bar} data-home={place.screen === 'home' || undefined}>
      <Link className={styles.home} to={home(collectionOf(place))} aria-label={t('page.home')}>
        <Mark />
        <span className={styles.word}>sokkuri</span>
      </Link>
      <div className={styles.search}>{place.screen !== 'home' && <SearchBox wanted={collectionOf(place)} />}</div>
      <button
        type="button"
        className={`icon-button ${styles.more}`}
        popoverTarget={menuId}
        title={t('bar.menu')}
        aria-label={t('bar.menu')}
      >
        <EllipsisVertical aria-hidden />
      </button>
      {/* On a phone this is a menu that opens; else it lies in the bar. */}
      <div id={menuId} popover="auto" className={styles.controls} onClick={closeMenu}>
        {names.length > 1 && <CollectionChoice names={names} shown={collection?.name} />}
        {collection && <RandomButton collection={collection} />}
        {collection && <GroupsLink name={collection.name} />}
        {collection && <StatusLink name={collection.name} />}
        <LanguageSwitch />
        <ThemeSwitch />
        <button
          type="button"
          className={`icon-button ${styles.keys}`}
          title={t('bar.keys')}
          aria-label={t('bar.keys')}
          onClick={openKeys}
        >
          <Keyboard aria-hidden />
        </button>
      </div>
    </header>
  );
}

/** A choice that leads elsewhere closes the menu; one that changes how the page looks leaves it open. */
function closeMenu(event: MouseEvent<HTMLElement>): void {
  const isStep = event.target instanceof Element && event.target.closest('[data-step]') !== null;
  if (isStep && event.currentTarget.matches(':popover-open')) event.currentTarget.hidePopover();
}

function RandomButton({ collection }: { readonly collection: Collection }) {
  const { t } = useText();
  const client = useQueryClient();
  return (
    <button
      type="button"
      className="icon-button"
      data-step
      title={t('home.random')}
      disabled={collection.items === 0}
      onClick={() => void goToRandom(client, collection.name)}
    >
      <Dices aria-hidden />
      <span className={styles.label}>{t('home.random')}</span>
    </button>
  );
}

function Mark() {
  return (
    <svg viewBox="0 0 32 32" className={styles.mark} aria-hidden>
      <circle cx="11.5" cy="16" r="8" />
      <circle cx="20.5" cy="16" r="8" />
    </svg>
  );
}

interface ChoiceProps {
  readonly names: readonly string[];
  readonly shown: string | undefined;
}

function CollectionChoice({ names, shown }: ChoiceProps) {
  const { t } = useText();
  return (
    <select
      className={`select ${styles.choice}`}
      aria-label={t('bar.collection')}
      value={shown ?? ''}
      onChange={(event) => go(home(event.target.value))}
    >
      {names.map((name) => (
        <option key={name}>{name}</option>
      ))}
    </select>
  );
}

function GroupsLink({ name }: { readonly name: string }) {
  const { t } = useText();
  return (
    <Link className="icon-button" to={groups(name)} title={t('bar.groups')} data-step>
      <Layers aria-hidden />
      <span className={styles.label}>{t('bar.groups')}</span>
    </Link>
  );
}

function StatusLink({ name }: { readonly name: string }) {
  const { t, count } = useText();
  const job = useActiveJob(useCollection(name));
  const label = job ? labelOf(job, t, count) : t('home.status');
  return (
    <Link
      className={`icon-button ${styles.status}`}
      to={{ screen: 'collection', collection: name }}
      title={label}
      data-step
      data-busy={job !== null || undefined}
    >
      <Activity aria-hidden />
      <span className={styles.label}>{label}</span>
    </Link>
  );
}

function labelOf(job: Job, t: Text['t'], count: Text['count']): string {
  if (job.kind === 'compact' || job.kind === 'verify') return t(workOf(job));
  return t('bar.indexing', { done: count(job.progress.done), found: count(job.progress.found) });
}

function LanguageSwitch() {
  const { t, language } = useText();
  const other = language === 'en' ? 'ja' : 'en';
  return (
    <button
      type="button"
      className={`icon-button ${styles.language}`}
      title={t('bar.language_label')}
      onClick={() => choose({ language: other })}
    >
      <Languages aria-hidden className={styles.languages} />
      <span lang={other}>{t('bar.language')}</span>
    </button>
  );
}

const themeIcons = { auto: SunMoon, light: Sun, dark: Moon };

function ThemeSwitch() {
  const { t } = useText();
  const { theme } = useSettings();
  const Icon = themeIcons[theme];
  const next = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'auto';
  return (
    <button
      type="button"
      className="icon-button"
      title={t(`bar.theme_${theme}`)}
      onClick={() => choose({ theme: next })}
    >
      <Icon aria-hidden />
      <span className={styles.label}>{t(`bar.theme_${theme}`)}</span>
    </button>
  );
}
