// The page without a mouse.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { arrived, heading, tiles, visit, wall } from './browser.mjs';

const focusedTile = (page) => page.evaluate(() => document.activeElement?.dataset.tile ?? null);
const box = (page, id) => page.locator(`[data-tile="${id}"]`).boundingBox();

async function press(page, key, wanted = (id) => id !== null) {
  const before = await focusedTile(page);
  await page.keyboard.press(key);
  await page.waitForFunction((old) => (document.activeElement?.dataset.tile ?? null) !== old, before);
  const id = await focusedTile(page);
  assert.ok(wanted(id));
  return id;
}

suite('The keyboard', () => {
  test('dives and comes back alone', visit({}, async (page) => {
    await wall(page);
    await press(page, 'ArrowRight');
    const second = await press(page, 'ArrowRight');
    const below = await press(page, 'ArrowDown');
    assert.ok((await box(page, below)).y > (await box(page, second)).y);
    const up = await press(page, 'ArrowUp');
    assert.ok(Math.abs((await box(page, up)).y - (await box(page, second)).y) < 2);
    await press(page, 'ArrowDown');
    const chosen = await focusedTile(page);
    await page.keyboard.press('Enter');
    await arrived(page, chosen);
    // The focus goes on from the picture's name.
    await page.waitForFunction(() => document.activeElement?.tagName === 'H1');
    const next = await press(page, 'ArrowDown');
    await page.keyboard.press('Enter');
    await arrived(page, next);
    await page.keyboard.press('Backspace');
    await arrived(page, chosen);
    await page.waitForFunction((id) => document.activeElement?.dataset.tile === id, next);
    await page.keyboard.press('Backspace');
    await page.waitForURL((url) => url.pathname === '/');
    await page.waitForFunction((id) => document.activeElement?.dataset.tile === id, chosen);
  }));

  test('walks far down through rows that were never drawn before, always in sight', visit({}, async (page) => {
    await page.goto('/?name=checks-02.png');
    await tiles(page).first().waitFor();
    const chosen = await press(page, 'ArrowDown');
    await page.keyboard.press('Enter');
    // An arrow pressed before the neighbors are there finds no tile to go to.
    await arrived(page, chosen);
    await page.waitForFunction(() => document.activeElement?.tagName === 'H1');
    let id = await press(page, 'ArrowDown');
    for (let i = 0; i < 12; ++i) {
      id = await press(page, 'ArrowDown');
      const { y, height } = await box(page, id);
      assert.ok(y >= 56 && y + height <= 800, `tile from ${y} to ${y + height}`);
    }
  }));

  test('has one tile in the order of Tab, and a visible focus on all that it reaches', visit({}, async (page) => {
    await wall(page);
    const seen = [];
    for (let i = 0; i < 40; ++i) {
      await page.keyboard.press('Tab');
      const found = await page.evaluate(() => {
        const { activeElement: element } = document;
        if (!element || element === document.body) return null;
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
        const around = element.closest('form') ? getComputedStyle(element.closest('form')).boxShadow : 'none';
        const isVisible = (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2) || boxShadow !== 'none' || around !== 'none';
        return { name: element.getAttribute('aria-label') ?? element.textContent, isTile: 'tile' in element.dataset, isVisible };
      });
      if (!found) break;
      seen.push(found);
    }
    assert.ok(seen.length > 6 && seen.length < 40);
    assert.equal(seen.filter(({ isTile }) => isTile).length, 1);
    assert.deepEqual(seen.filter(({ isVisible }) => !isVisible), []);
    assert.deepEqual(seen.filter(({ name }) => !name?.trim()), []);
  }));

  test('opens the search, the list, the original and a random picture, and copies the link', visit({}, async (page, context) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await wall(page);
    await page.keyboard.press('/');
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('type')), 'search');
    // In the box, keys are text.
    await page.keyboard.type('r?o');
    assert.equal(await page.getByRole('searchbox').inputValue(), 'r?o');
    await page.getByText('No picture is named like').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Backspace');
    await tiles(page).first().waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.keyboard.press('r');
    await page.waitForURL('**/i/*');
    await heading(page).waitFor();
    await page.keyboard.press('c');
    await page.getByRole('heading', { level: 1 }).waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), page.url());
    const popup = context.waitForEvent('page');
    await page.keyboard.press('o');
    assert.match((await popup).url(), /\/original$|^about:blank$/);
  }));

  test('leaves single keys alone when told to', visit({}, async (page) => {
    await wall(page);
    await page.keyboard.press('?');
    await page.getByRole('checkbox').uncheck();
    await page.keyboard.press('Escape');
    await page.reload();
    await tiles(page).first().waitFor();
    await page.keyboard.press('r');
    await page.keyboard.press('/');
    await page.keyboard.press('?');
    assert.equal(await page.locator('dialog[open]').count(), 0);
    assert.equal(await page.evaluate(() => document.activeElement?.tagName), 'BODY');
    assert.equal(new URL(page.url()).pathname, '/');
  }));

  test('tells screen readers rank, band and name of every result', visit({}, async (page) => {
    await wall(page, '/?name=hills-05.png');
    const chosen = await press(page, 'ArrowDown');
    await page.keyboard.press('Enter');
    // An arrow pressed before the neighbors are there finds no tile to go to.
    await arrived(page, chosen);
    await page.waitForFunction(() => document.activeElement?.tagName === 'H1');
    await press(page, 'ArrowDown');
    const name = await page.evaluate(() => document.activeElement.getAttribute('aria-label'));
    assert.match(name, /^Result 1 of \d+, (identical|near) \d\.\d\d, hills-05-copy-\d\.png$/);
    assert.equal(await page.locator('[role=status]').filter({ hasText: 'hills-05.png · sokkuri' }).count(), 1);
  }));
});
