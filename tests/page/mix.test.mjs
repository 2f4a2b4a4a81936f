// More like these, less like those: pictures are picked for and against, and what goes with them is seen at once.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { accessibilityFaults, arrived, collection, drop, idOf, jump, phone, shown, tiles, visit } from './browser.mjs';
import { picture } from './pictures.mjs';

const results = (page) => page.locator('[data-picking] [data-tile]');
const picked = (page, side) => page.locator(`[data-picked=${side}]`);
const order = (page) => results(page).evaluateAll((all) => all.slice(0, 8).map((tile) => tile.dataset.tile));
const parameters = (page) => [...new URL(page.url()).searchParams];

/** Rests on the results that the server itself gives. */
async function settled(page) {
  const [positive, negative] = ['more', 'less'].map((side) =>
    parameters(page).filter(([name]) => name === side).map(([, id]) => id),
  );
  const answer = await page.request.post(`/v1/collections/${collection}/recommend?k=60`, { data: { positive, negative } });
  const wanted = (await answer.json()).hits.slice(0, 3).map(({ id }) => id);
  await page.waitForFunction((ids) => {
    const all = [...document.querySelectorAll('[data-picking] [data-tile]')].map((tile) => tile.dataset.tile);
    return ids.every((id, i) => all[i] === id);
  }, wanted);
}

async function pick(page, position, side) {
  const tile = page.locator('[data-rows] [data-tile]').nth(position);
  const id = await idOf(tile);
  await tile.hover();
  await tile.locator('xpath=..').locator(`[data-pick=${side}]`).click();
  await page.locator(`[data-picked] a[href$="/i/${id}"]`).waitFor();
  return id;
}

suite('A mix', () => {
  test('grows by picks, each of which back takes away again', visit({}, async (page) => {
    await page.goto('/?name=rings-07.png');
    const first = await jump(page, 0);
    const second = await pick(page, 1, 'more');
    assert.deepEqual(parameters(page), [['more', first], ['more', second]]);
    await settled(page);
    const before = await order(page);
    const third = await pick(page, 0, 'less');
    assert.deepEqual(parameters(page), [['more', first], ['more', second], ['less', third]]);
    await settled(page);
    assert.equal(await picked(page, 'more').count(), 2);
    assert.equal(await picked(page, 'less').count(), 1);
    await page.goBack();
    await page.waitForFunction(() => document.querySelectorAll('[data-picked=less]').length === 0);
    assert.deepEqual(await order(page), before);
    // However often it changes, a mix is one stop of the trail.
    const id = await idOf(results(page).nth(4));
    await results(page).nth(4).click();
    await arrived(page, id);
    assert.equal(await page.locator('nav ol li a').count(), 2);
    await page.goBack();
    await page.waitForFunction((own) => document.activeElement?.dataset.tile === own, id);
  }));

  test('turns and drops what was picked, and is the same for who gets its link', visit({}, async (page, context) => {
    const { items } = await (await page.request.get(`/v1/collections/${collection}/items?name=waves-0`)).json();
    const [a, b, c] = items.map(({ id }) => id);
    await page.goto(`/c/${collection}/mix?more=${a}&more=${b}&less=${c}`);
    await settled(page);
    await page.getByRole('button', { name: 'Less like waves-02.png' }).first().click();
    await page.waitForURL(`**/mix?more=${a}&less=${b}&less=${c}`);
    await settled(page);
    await page.getByRole('button', { name: 'Take out waves-03.png' }).click();
    await page.waitForURL(`**/mix?more=${a}&less=${b}`);
    await settled(page);
    assert.equal(await page.title(), 'More like 1, less like 1 · sokkuri');
    const seen = await order(page);
    const other = await context.newPage();
    await other.goto(page.url());
    await settled(other);
    assert.deepEqual(await order(other), seen);
    await other.close();
    assert.deepEqual(await accessibilityFaults(page), []);
    await page.goto(`${page.url()}&more=0123456789abcdef`);
    await page.getByText('Something that you picked is not there any more').waitFor();
    for (const name of ['waves-01.png', 'waves-02.png', '0123456789abcdef']) {
      await page.getByRole('button', { name: `Take out ${name}` }).click();
      await page.getByRole('button', { name: `Take out ${name}` }).waitFor({ state: 'detached' });
    }
    await page.getByRole('heading', { name: 'Nothing is picked' }).waitFor();
  }));

  test('is made by keys alone', visit({}, async (page) => {
    await page.goto('/?seed=5');
    await tiles(page).first().waitFor();
    await page.keyboard.press('ArrowDown');
    await page.waitForFunction(() => document.activeElement?.dataset.tile !== undefined);
    const first = await page.evaluate(() => document.activeElement.dataset.tile);
    await page.keyboard.press('+');
    await page.waitForURL(`**/mix?more=${first}`);
    await settled(page);
    await page.keyboard.press('ArrowDown');
    await page.waitForFunction(() => document.activeElement?.dataset.tile !== undefined);
    const second = await page.evaluate(() => document.activeElement.dataset.tile);
    await page.keyboard.press('-');
    await page.waitForURL(`**/mix?more=${first}&less=${second}`);
    await page.keyboard.press('Backspace');
    await page.waitForURL(`**/mix?more=${first}`);
    await page.waitForFunction((own) => document.activeElement?.dataset.tile === own, second);
  }));

  test('takes in a picture that was brought', visit({}, async (page) => {
    await page.goto('/?seed=5');
    await tiles(page).first().waitFor();
    await drop(page, [{ name: 'fresh.png', type: 'image/png', bytes: picture('checks', 6, { brighter: 9 }) }]);
    await page.waitForURL('**/q/*');
    await tiles(page).nth(2).waitFor();
    const query = page.url().split('/').at(-1);
    await page.getByRole('link', { name: 'Refine' }).click();
    await page.waitForURL(`**/mix?more_query=${query}`);
    const id = await pick(page, 1, 'less');
    assert.deepEqual(parameters(page), [['more_query', query], ['less', id]]);
    await shown(page);
    await page.getByRole('link', { name: 'Your picture', exact: true }).click();
    await page.waitForURL(`**/q/${query}`);
  }));

  test('is picked with a finger', visit(phone, async (page) => {
    await page.goto('/?name=boxes-04.png');
    await tiles(page).first().tap();
    await page.waitForURL('**/i/*');
    await tiles(page).nth(3).waitFor();
    assert.equal(await page.locator('[data-pick]:visible').count(), 0);
    await page.getByRole('link', { name: 'Refine' }).tap();
    await results(page).nth(2).waitFor();
    const before = await results(page).first().getAttribute('data-tile');
    await page.locator('[data-pick=less]:visible').first().tap();
    await page.locator(`[data-picked=less] a[href$="/i/${before}"]`).waitFor();
    const box = await page.locator('[data-pick]:visible').first().boundingBox();
    assert.ok(box.width >= 36 && box.height >= 36);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(overflow <= 0, `${overflow} pixels too wide`);
  }));
});
