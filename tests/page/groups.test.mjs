// Groups of pictures: folders, and whatever else pictures have in common. Jumping from one to the next is like
// jumping from picture to picture.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { accessibilityFaults, arrived, collection, heading, idOf, jump, shot, shown, tiles, visit } from './browser.mjs';
import { drawFew, nameOf } from './pictures.mjs';
import { index, Server, temporaryFolder } from './server.mjs';

// Two pictures of each: what is hard to put into an address, and what is not the text that it looks like.
const makers = ['a/b', '"quoted"', '7', 7, '..', '🍣 & #1 100%?'];
const shop = join(temporaryFolder(), 'shop');
drawFew(shop, 2 * makers.length);
writeFileSync(
  join(shop, 'made.jsonl'),
  makers
    .flatMap((maker, i) => [1, 2].map((which) => ({ maker, which: nameOf('suns', 2 * i + which) })))
    .map(({ maker, which }) => ({ path: which, maker, title: `about ${which}`, tags: ['all'] }))
    .map((line) => JSON.stringify(line))
    .join('\n'),
);
index(shop, '--metadata', join(shop, 'made.jsonl'));
const server = new Server(shop, '--data', temporaryFolder());
await server.start();
after(() => server.kill());
const at = { origin: server.origin };

const cards = (page) => page.locator('[data-strip] [data-tile]');
const pictures = (page) => page.locator('[data-rows] [data-tile]');
const names = (page) => pictures(page).evaluateAll((all) => all.map((tile) => tile.title.split('\n')[0]));
const folder = (name) => `/c/${collection}/groups/folder/${name}`;
const total = (page, words) => page.getByRole('status').filter({ hasText: words }).waitFor();
const focusedKey = (page) => page.evaluate(() => document.activeElement?.dataset.tile ?? null);

async function look(page, name) {
  await heading(page).filter({ hasText: name }).waitFor();
  await cards(page).first().waitFor();
  await pictures(page).first().waitFor();
}

suite('A group', () => {
  test('is one step from a picture, and one from the next group; back brings each with its focus', visit({}, async (page) => {
    await page.goto('/?name=rings-07.png');
    await jump(page, 0);
    const picture = page.url();
    await page.getByRole('link', { name: 'Folder', exact: true }).click();
    await look(page, 'rings');
    const first = page.url();
    const card = cards(page).nth(2);
    const key = await idOf(card);
    const name = key.slice('group '.length);
    await card.click();
    await page.waitForURL(`**/groups/folder/${name}`);
    await look(page, name);
    assert.equal(await page.locator('nav ol li a').count(), 2);
    const id = await idOf(pictures(page).nth(3));
    await pictures(page).nth(3).click();
    await arrived(page, id);
    assert.equal(await page.locator('nav ol li a').count(), 3);
    await page.goBack();
    await look(page, name);
    await page.waitForFunction((own) => document.activeElement?.dataset.tile === own, id);
    await page.goBack();
    await page.waitForURL(first);
    await page.waitForFunction((own) => document.activeElement?.dataset.tile === own, key);
    await page.reload();
    await look(page, 'rings');
    await page.goBack();
    await page.waitForURL(picture);
  }));

  test('shows its own pictures, and on a click those elsewhere that look like them', visit({}, async (page) => {
    await page.goto(folder('rings'));
    await look(page, 'rings');
    await page.getByText('Folder · 20 pictures').waitFor();
    assert.ok((await names(page)).every((name) => name.startsWith('rings-')));
    assert.match(await pictures(page).first().getAttribute('aria-label'), /^Picture 1 of 20, rings-\d\d\.png$/);
    assert.equal(await cards(page).count(), 8);
    assert.match(await cards(page).first().getAttribute('aria-label'), /^Group 1 of 8, \w+, \d+ pictures, \d\.\d\d$/);
    await page.getByRole('link', { name: 'Like it, elsewhere' }).click();
    await page.waitForURL('**?show=elsewhere');
    await page.locator('[data-rows] [data-band]').first().waitFor();
    assert.ok((await names(page)).every((name) => !/^rings-\d\d\.png$/.test(name) || name.includes('copy')));
    await page.reload();
    await page.getByRole('link', { name: 'Like it, elsewhere' }).and(page.locator('[aria-current]')).waitFor();
  }));

  test('is asked for while one points at it, and moves nothing when it comes', visit({}, async (page) => {
    await page.addInitScript(() => {
      globalThis.shifts = [];
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) globalThis.shifts.push(entry.hadRecentInput ? 0 : entry.value);
      }).observe({ type: 'layout-shift', buffered: true });
    });
    await page.goto(folder('waves'));
    await look(page, 'waves');
    await shown(page);
    const card = cards(page).nth(1);
    const name = (await idOf(card)).slice('group '.length);
    const own = (url) => url.includes(`/groups/folder/%22${name}%22/`);
    const prefetched = page.waitForResponse((answer) => own(answer.url()) && answer.url().includes('/items'));
    await card.hover();
    await prefetched;
    const asked = [];
    page.on('request', (request) => own(request.url()) && asked.push(request.url()));
    await card.click();
    await look(page, name);
    await shown(page);
    assert.deepEqual(asked, []);
    const sum = await page.evaluate(() => globalThis.shifts.reduce((total, shift) => total + shift, 0));
    assert.ok(sum < 0.02, `cumulative layout shift ${sum}`);
  }));

  test('is reached by keys alone', visit({}, async (page) => {
    await page.goto('/?seed=3');
    await tiles(page).first().waitFor();
    await page.keyboard.press('g');
    await page.waitForURL('**/groups/folder');
    await tiles(page).nth(8).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.waitForFunction(() => document.activeElement?.dataset.tile !== undefined);
    await page.keyboard.press('ArrowRight');
    await page.waitForFunction(() => document.activeElement === document.querySelectorAll('[data-tile]')[1]);
    const key = await focusedKey(page);
    await page.keyboard.press('Enter');
    await look(page, key.slice('group '.length));
    // The focus goes on from the name; the first card is one Tab behind the buttons.
    await page.waitForFunction(() => document.activeElement?.tagName === 'H1');
    for (let i = 0; i < 3; ++i) await page.keyboard.press('Tab');
    assert.equal(await focusedKey(page), await idOf(cards(page).first()));
    await page.keyboard.press('ArrowRight');
    assert.equal(await focusedKey(page), await idOf(cards(page).nth(1)));
    await page.keyboard.press('ArrowDown');
    await page.waitForFunction(() => document.activeElement?.closest('[data-rows]') !== null);
    await page.keyboard.press('Backspace');
    await page.waitForFunction((own) => document.activeElement?.dataset.tile === own, key);
  }));

  test('of any value has an address that leads to it, and is one click from a picture that has it', visit({}, async (page) => {
    await page.goto('/c/shop/groups/maker');
    await tiles(page).nth(makers.length - 1).waitFor();
    const addresses = await tiles(page).evaluateAll((all) => all.map((tile) => tile.getAttribute('href')));
    assert.equal(new Set(addresses).size, makers.length);
    const seen = [];
    for (const address of addresses) {
      await page.goto(address);
      await pictures(page).first().waitFor();
      seen.push([await heading(page).textContent(), ...(await names(page)).sort()]);
    }
    const made = makers.map((maker, i) => [String(maker), nameOf('suns', 2 * i + 1), nameOf('suns', 2 * i + 2)]);
    assert.deepEqual(seen.sort(), made.sort());
    // From a picture's own attributes, too.
    await pictures(page).first().click();
    await page.waitForURL('**/i/*');
    await page.locator('summary').click();
    await page.locator('dd').getByRole('link', { name: 'all', exact: true }).click();
    await page.waitForURL('**/groups/tags/all');
    await page.getByText(`tags · ${2 * makers.length} pictures`).waitFor();
  }, at));

  test('that is gone, or cannot be had, is said with a way out', visit({}, async (page) => {
    await page.goto('/c/shop/groups/maker/nobody');
    await heading(page).filter({ hasText: 'There is no group “nobody”' }).waitFor();
    assert.deepEqual(await accessibilityFaults(page), []);
    const broken = { status: 500, contentType: 'application/problem+json', body: '{"code":"internal","detail":"it broke"}' };
    await page.route('**/v1/collections/shop/groups/**', (route) => route.fulfill(broken));
    await page.getByRole('link', { name: 'All groups' }).click();
    await page.getByText('it broke').waitFor();
    await page.unroute('**/v1/collections/shop/groups/**');
    await page.getByRole('button', { name: 'Try again' }).click();
    await tiles(page).first().waitFor();
    await page.goto('/c/nowhere/groups/maker');
    await heading(page).filter({ hasText: 'There is no collection called “nowhere”' }).waitFor();
  }, at));
});

suite('All groups', () => {
  test('are those by an attribute that pictures have in common', visit({}, async (page) => {
    await page.goto('/c/shop/groups');
    await page.waitForURL('**/groups/folder');
    await total(page, '1 group');
    assert.match(await tiles(page).first().textContent(), /shop \(top folder\) 12 pictures/);
    const choice = page.getByLabel('Group by');
    // A title is each picture's own, and no group.
    await page.waitForFunction(() => document.querySelectorAll('main option').length > 1);
    assert.deepEqual((await choice.locator('option').allTextContents()).sort(), ['Folder', 'format', 'maker', 'tags']);
    await choice.selectOption('maker');
    await page.waitForURL('**/groups/maker');
    await total(page, `${makers.length} groups`);
    await page.goBack();
    await page.waitForURL('**/groups/folder');
    await page.goto('/c/shop/groups/color');
    await page.getByText('Nothing here has a value of “color”').waitFor();
    assert.equal(await choice.inputValue(), 'color');
  }, at));

  test('of records without pictures are cards of words', visit({}, async (page) => {
    const ask = async (method, path, body) => {
      const headers = { 'Content-Type': 'application/json' };
      const answer = await fetch(server.origin + path, { method, headers, body: JSON.stringify(body) });
      assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
    };
    await ask('PUT', '/v1/collections/points', { fields: [{ name: 'v', dimension: 2, metric: 'l2' }] });
    await page.goto('/c/points/groups');
    await page.getByText('No items yet').waitFor();
    await ask('PUT', '/v1/collections/points/items/lonely', { vector: [0, 0], document: {} });
    await page.reload();
    await page.getByText('There is nothing to group by').waitFor();
    for (let i = 0; i < 9; ++i) {
      const document = { kind: ['near', 'far', 'farther'][i % 3], name: `point ${i}` };
      await ask('PUT', `/v1/collections/points/items/p${i}`, { vector: [(i % 3) * 10, i], document });
    }
    await page.reload();
    await total(page, '3 groups');
    assert.equal(await page.locator('main img').count(), 0);
    await page.locator('[data-tile="group near"]').click();
    await page.getByText('kind · 3 items').waitFor();
    assert.equal(await idOf(cards(page).first()), 'group far');
    await pictures(page).nth(2).waitFor();
    assert.deepEqual(await accessibilityFaults(page), []);
    await shot(page, 'group-records-wide-light-en');
  }, at));
});
