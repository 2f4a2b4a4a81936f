// The page: a bar on top, the screen of the place one is at, and what floats above any screen.
import { useEffect, useLayoutEffect, useRef } from 'react';
import { collectionOf } from './address';
import { AwayLine } from './parts/away-line';
import { Bar } from './parts/bar';
import { DropLayer } from './parts/drop-layer';
import { Keys } from './parts/keys';
import { current, useEntry } from './navigation';
import { CollectionScreen } from './screens/collection-screen';
import { GroupScreen } from './screens/group-screen';
import { GroupsScreen } from './screens/groups-screen';
import { HomeScreen } from './screens/home-screen';
import { ItemScreen } from './screens/item-screen';
import { MixScreen } from './screens/mix-screen';
import { NowhereScreen } from './screens/nowhere-screen';
import { QueryScreen } from './screens/query-screen';
import { useText } from './text/text';

export function App() {
  const { t } = useText();
  const { place, depth } = useEntry();
  const collection = collectionOf(place);
  const drawn = useRef(depth);
  useLayoutEffect(() => {
    // A place that one comes to for the first time is seen from its top; others scroll when they are drawn.
    if (drawn.current !== depth && current().spot.scroll === 0) scrollTo({ top: 0, behavior: 'instant' });
    drawn.current = depth;
  }, [depth]);
  return (
    <>
      <button type="button" className="button skip" onClick={() => document.getElementById('pictures')?.focus()}>
        {t('page.skip')}
      </button>
      <Bar place={place} />
      <main id="pictures" tabIndex={-1}>
        {/* What is typed in the start page's box stays while results come and go, as what is picked does. */}
        <Screen key={place.screen === 'home' || place.screen === 'mix' ? place.screen : depth} />
      </main>
      <AwayLine />
      <DropLayer wanted={collection} />
      <Keys wanted={collection} />
      <Announcer />
    </>
  );
}

function Screen() {
  const { place } = useEntry();
  switch (place.screen) {
    case 'home':
      return <HomeScreen place={place} />;
    case 'collection':
      return <CollectionScreen place={place} />;
    case 'item':
      return <ItemScreen place={place} />;
    case 'query':
      return <QueryScreen place={place} />;
    case 'groups':
      return <GroupsScreen place={place} />;
    case 'group':
      return <GroupScreen place={place} />;
    case 'mix':
      return <MixScreen place={place} />;
    case 'nowhere':
      return <NowhereScreen />;
  }
}

/** Tells screen readers where a jump has led: the title, as it changes. */
function Announcer() {
  const line = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const title = document.querySelector('title');
    if (!title) return undefined;
    const observer = new MutationObserver(() => {
      if (line.current) line.current.textContent = document.title;
    });
    observer.observe(title, { childList: true });
    return () => observer.disconnect();
  }, []);
  return <div ref={line} className="unseen" role="status" />;
}
