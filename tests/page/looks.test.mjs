// How the page looks and reads: every screen on a phone and a wide window, light and dark, in both languages, as
// pictures for people (build/…/page-shots) and as axe judges it.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { accessibilityFaults, collection, drop, phone, server, shot, shown, tiles, visit, wall, wide } from './browser.mjs';
import { picture } from './pictures.mjs';

const windows = { phone, wide };
const readers = { 'light-en': { colorScheme: 'light', locale: 'en-US' }, 'dark-ja': { colorScheme: 'dark', locale: 'ja-JP' } };

const mainScreens = new Set(['home', 'item', 'query', 'status']);
const screens = {
  async home(page) {
    await wall(page, '/?seed=11');
  },
  async item(page) {
    await page.goto('/?name=hills-05.png');
    await tiles(page).first().click();
    await page.waitForURL('**/i/*');
    await tiles(page).nth(2).waitFor();
    await shown(page);
  },
  async query(page) {
    await page.goto('/');
    await tiles(page).first().waitFor();
    await drop(page, [{ name: 'fresh.png', type: 'image/png', bytes: picture('drops', 3, { brighter: 9 }) }]);
    await page.waitForURL('**/q/*');
    await tiles(page).nth(2).waitFor();
    await shown(page);
  },
  async groups(page) {
    await page.goto(`/c/${collection}/groups/folder`);
    await tiles(page).nth(5).waitFor();
    await shown(page);
  },
  async group(page) {
    await page.goto(`/c/${collection}/groups/folder/hills`);
    await page.locator('[data-strip] [data-tile]').first().waitFor();
    await page.locator('[data-rows] [data-tile]').nth(3).waitFor();
    await shown(page);
  },
  async mix(page) {
    const { items } = await (await page.request.get(`/v1/collections/${collection}/items?name=hills-0`)).json();
    await page.goto(`/c/${collection}/mix?more=${items[0].id}&more=${items[1].id}&less=${items[2].id}`);
    await tiles(page).nth(3).waitFor();
    await shown(page);
  },
  async status(page) {
    await page.goto(`/c/${collection}`);
    await page.locator('main li').first().waitFor();
  },
  async keys(page) {
    await wall(page, '/?seed=11');
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
  },
  async refusal(page) {
    await wall(page, '/?seed=11');
    await drop(page, [{ name: 'notes.txt', type: 'text/plain', bytes: Buffer.from('no') }]);
    await page.getByRole('alert').waitFor();
  },
  async unnamed(page) {
    await page.goto('/?name=no%20such%20name');
    await page.locator('main section h1, main section h2').waitFor();
  },
  async expired(page) {
    await page.goto(`/c/${collection}/q/0123456789abcdef`);
    await page.locator('main section h1, main section h2').waitFor();
  },
  async gone(page) {
    await page.goto(`/c/${collection}/i/0123456789abcdef`);
    await page.locator('main section h1, main section h2').waitFor();
  },
  async nowhere(page) {
    await page.goto('/c/');
    await page.locator('main section h1, main section h2').waitFor();
  },
};

suite('Every screen', () => {
  for (const [size, window] of Object.entries(windows)) {
    for (const [reader, choice] of Object.entries(readers)) {
      test(`is fit to be read: ${size} ${reader}`, visit({ ...window, ...choice }, async (page) => {
        const faults = [];
        for (const [name, go] of Object.entries(screens)) {
          // The other screens are the same in each: once on a phone, once on a wide window.
          if (!mainScreens.has(name) && (size === 'phone') !== (reader === 'dark-ja')) continue;
          await go(page);
          // Colors in the middle of a transition are nobody's.
          await page.waitForFunction(() => document.getAnimations().every(({ playState }) => playState !== 'running'));
          await shot(page, `${name}-${size}-${reader}`);
          faults.push(...(await accessibilityFaults(page)).map((fault) => `${name}: ${fault}`));
          const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          if (overflow > 0) faults.push(`${name}: ${overflow} pixels too wide`);
          assert.equal(await page.evaluate(() => document.documentElement.lang), choice.locale.slice(0, 2));
        }
        assert.deepEqual(faults, []);
      }));
    }
  }
});

suite('The looks', () => {
  test('are two columns at least at 360 pixels', visit(phone, async (page) => {
    await wall(page);
    await tiles(page).first().click();
    await page.waitForURL('**/i/*');
    await tiles(page).nth(6).waitFor();
    const rows = await tiles(page).evaluateAll((all) => {
      const counts = new Map();
      for (const tile of all) {
        const { top } = tile.getBoundingClientRect();
        counts.set(Math.round(top), (counts.get(Math.round(top)) ?? 0) + 1);
      }
      return [...counts.values()];
    });
    // The last row in the document may be cut off by what is drawn.
    assert.ok(rows.slice(0, -1).every((count) => count >= 2), `rows of ${rows}`);
  }));

  test('follow the system, and a choice that is kept', visit({ colorScheme: 'dark' }, async (page) => {
    await wall(page);
    const surface = (color) =>
      page.waitForFunction((wanted) => getComputedStyle(document.documentElement).backgroundColor === wanted, color);
    const [light, dark] = ['rgb(250, 250, 250)', 'rgb(17, 17, 17)'];
    await surface(dark);
    await page.emulateMedia({ colorScheme: 'light' });
    await surface(light);
    await page.getByRole('button', { name: 'Colors: as the system' }).click();
    await page.getByRole('button', { name: 'Colors: light' }).click();
    await surface(dark);
    await page.reload();
    await surface(dark);
  }));

  test('change the language at once and keep it', visit({ locale: 'ja-JP' }, async (page) => {
    await wall(page);
    await page.getByRole('button', { name: 'おまかせ' }).last().waitFor();
    await page.getByRole('button', { name: 'EN', exact: true }).click();
    await page.getByRole('button', { name: 'Surprise me' }).last().waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'Surprise me' }).last().waitFor();
  }));

  test('hold still for those who want less motion', visit({ reducedMotion: 'reduce' }, async (page) => {
    await page.addInitScript(() => {
      globalThis.transitions = 0;
      document.startViewTransition = (change) => {
        ++globalThis.transitions;
        change();
      };
    });
    await wall(page);
    await tiles(page).nth(2).click();
    await page.waitForURL('**/i/*');
    assert.equal(await page.evaluate(() => globalThis.transitions), 0);
  }));

  test('are light: script, stylesheet and nothing from elsewhere', visit({}, async (page) => {
    const session = await page.context().newCDPSession(page);
    await session.send('Network.enable');
    const kinds = new Map();
    let script = 0;
    session.on('Network.responseReceived', ({ requestId, type }) => kinds.set(requestId, type));
    session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
      if (kinds.get(requestId) === 'Script') script += encodedDataLength;
    });
    await wall(page);
    assert.ok(script > 20_000 && script <= 150_000, `${script} bytes of script`);
    const policy = (await page.request.get('/')).headers()['content-security-policy'];
    assert.match(policy, /default-src 'self'/);
    assert.match(server.origin, /^http:\/\/127\.0\.0\.1:/);
  }));
});
