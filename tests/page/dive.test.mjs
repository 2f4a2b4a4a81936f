// The jump: this picture, its look-alikes, that one, and so on; back, forward, reload, and links for others.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { arrived, collection, heading, idOf, jump, settled, shown, tiles, visit, wall, wide } from './browser.mjs';

const trail = (page) => page.locator('nav ol li a');
const scrolled = (page) => page.evaluate(() => Math.round(scrollY));

suite('The dive', () => {
  test('jumps three times, and back brings each place with its scroll and focus', visit({}, async (page) => {
    await wall(page);
    const places = [];
    for (const position of [7, 5, 9]) {
      await page.mouse.wheel(0, 300);
      await page.waitForFunction(() => scrollY > 100);
      await settled(page);
      const url = page.url();
      const tile = tiles(page).nth(position);
      await tile.scrollIntoViewIfNeeded();
      const from = await scrolled(page);
      const id = await idOf(tile);
      await tile.click();
      await arrived(page, id);
      assert.equal(await scrolled(page), 0);
      places.push({ url, id, from });
    }
    assert.equal(await trail(page).count(), 2);
    for (const { url, id, from } of places.reverse()) {
      await page.goBack();
      assert.equal(page.url(), url);
      await page.waitForFunction((top) => Math.abs(scrollY - top) < 3, from);
      await page.waitForFunction((focused) => document.activeElement?.dataset.tile === focused, id);
    }
    await page.goForward();
    await arrived(page, places.at(-1).id);
  }));

  test('comes back to picture, scroll and trail after a reload', visit({}, async (page) => {
    await wall(page);
    await jump(page, 3);
    const id = await jump(page, 6);
    await page.mouse.wheel(0, 900);
    await page.waitForFunction(() => scrollY > 800);
    await page.waitForFunction(() => history.state.spot.scroll > 800);
    const top = await scrolled(page);
    await page.reload();
    await arrived(page, id);
    await page.waitForFunction((before) => Math.abs(scrollY - before) < 3, top);
    assert.equal(await trail(page).count(), 1);
  }));

  test('goes back to a picture of the trail, and keeps the way ahead', visit({}, async (page) => {
    await wall(page);
    const first = await jump(page, 2);
    await jump(page, 4);
    const last = await jump(page, 8);
    await trail(page).first().click();
    await arrived(page, first);
    assert.equal(await trail(page).count(), 0);
    await page.goForward();
    await page.goForward();
    await arrived(page, last);
    assert.equal(await trail(page).count(), 2);
  }));

  test('keeps a long dive bounded', visit({ reducedMotion: 'reduce' }, async (page) => {
    await wall(page);
    for (let i = 0; i < 30; ++i) await jump(page, 1 + (i % 7));
    assert.ok((await trail(page).count()) <= 24);
    assert.ok((await page.evaluate(() => JSON.stringify(history.state).length)) < 20_000);
  }));

  test('shows somebody else the same by its link', visit({}, async (page, context) => {
    await wall(page);
    const id = await jump(page, 5);
    const neighbors = await tiles(page).evaluateAll((all) => all.slice(0, 8).map((tile) => tile.dataset.tile));
    const other = await context.browser().newPage();
    await other.goto(page.url());
    await arrived(other, id);
    const seen = await tiles(other).evaluateAll((all) => all.slice(0, 8).map((tile) => tile.dataset.tile));
    assert.deepEqual(seen, neighbors);
    await other.close();
  }));

  test('asks for the neighbors of a tile that one points at, so that the jump asks for nothing', visit({}, async (page) => {
    await wall(page);
    const tile = tiles(page).nth(4);
    const id = await idOf(tile);
    const similar = (url) => url.includes(`/items/${id}/similar`);
    const prefetched = page.waitForResponse((response) => similar(response.url()));
    await tile.hover();
    await prefetched;
    const asked = [];
    page.on('request', (request) => similar(request.url()) && asked.push(request.url()));
    await tile.click();
    await arrived(page, id);
    assert.deepEqual(asked, []);
  }));

  test('folds copies into one tile, and the unfolded ones into the link', visit({}, async (page) => {
    await page.goto('/?name=rings-03.png');
    await jump(page, 0);
    const fold = page.getByRole('button', { name: /^\+\d+ copies$/ });
    assert.ok(Number((await fold.textContent()).match(/\d+/)[0]) >= 3);
    const folded = await tiles(page).count();
    await fold.click();
    await page.waitForURL('**?copies=all');
    await page.waitForFunction((before) => document.querySelectorAll('[data-tile]').length > before, folded);
    await page.reload();
    await page.getByRole('button', { name: 'Fold copies' }).click();
    await fold.waitFor();
  }));

  test('reaches every neighbor by scrolling, with few tiles in the document', visit({}, async (page) => {
    await page.goto('/?name=waves-07.png');
    await jump(page, 0);
    const seen = new Set();
    const atEnd = () => page.evaluate(() => scrollY + innerHeight >= document.documentElement.scrollHeight - 1);
    for (let i = 0; i < 60 && !((await atEnd()) && (await page.getByText('That was all.').isVisible())); ++i) {
      const ids = await tiles(page).evaluateAll((all) => all.map((tile) => tile.dataset.tile));
      assert.ok(ids.length < 120, `${ids.length} tiles`);
      for (const id of ids) seen.add(id);
      await page.mouse.wheel(0, 600);
      await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
    }
    const { items } = await (await page.request.get(`/v1/collections/${collection}`)).json();
    for (const id of await tiles(page).evaluateAll((all) => all.map((tile) => tile.dataset.tile))) seen.add(id);
    const copies = await page.evaluate(() => Number(document.querySelector('[data-fold]')?.textContent.match(/\d+/)?.[0] ?? 0));
    assert.equal(seen.size + copies, items - 1);
  }));

  test('moves nothing while pictures come', visit({}, async (page) => {
    await page.addInitScript(() => {
      globalThis.shifts = [];
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) globalThis.shifts.push(entry.hadRecentInput ? 0 : entry.value);
      }).observe({ type: 'layout-shift', buffered: true });
    });
    await page.goto('/?seed=7');
    await tiles(page).first().waitFor();
    await shown(page);
    await page.goto(await tiles(page).nth(3).getAttribute('href'));
    await tiles(page).first().waitFor();
    await page.mouse.wheel(0, 1500);
    await shown(page);
    const sum = await page.evaluate(() => globalThis.shifts.reduce((total, shift) => total + shift, 0));
    assert.ok(sum < 0.02, `cumulative layout shift ${sum}`);
  }));

  test('surprises, and shows the same wall for the same seed', visit(wide, async (page) => {
    await wall(page, '/?seed=42');
    const order = () => tiles(page).evaluateAll((all) => all.slice(0, 10).map((tile) => tile.dataset.tile));
    const before = await order();
    await page.reload();
    await tiles(page).first().waitFor();
    assert.deepEqual(await order(), before);
    await page.getByRole('button', { name: 'Surprise me' }).last().click();
    await page.waitForURL('**/i/*');
    await heading(page).waitFor();
  }));

  test('changes the wall slowly, unless somebody looks closer or stops it', visit({}, async (page) => {
    await page.clock.install();
    await wall(page, '/?seed=42');
    const seed = () => new URL(page.url()).searchParams.get('seed');
    await page.clock.runFor(41_000);
    await page.waitForURL('**seed=43');
    await tiles(page).nth(3).hover();
    await page.clock.runFor(90_000);
    assert.equal(seed(), '43');
    await page.getByRole('button', { name: 'Stop changing' }).click();
    await page.mouse.move(5, 5);
    await page.clock.runFor(90_000);
    assert.equal(seed(), '43');
  }));

  test('finds pictures by a part of their name while one types', visit({}, async (page) => {
    await wall(page);
    const box = page.getByRole('searchbox');
    await box.pressSequentially('hills-1', { delay: 30 });
    await page.getByRole('status').filter({ hasText: '10 pictures named like' }).waitFor();
    assert.ok(await box.evaluate((element) => element === document.activeElement));
    await box.fill('nothing like it');
    await page.getByText('No picture is named like').waitFor();
    await page.goBack();
    await page.waitForURL((url) => !url.searchParams.has('name'));
    assert.equal(await box.inputValue(), '');
  }));
});
