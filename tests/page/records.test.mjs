// What people and cameras say of a picture, the pages that records lead to, and a collection without any picture.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { accessibilityFaults, drop, heading, idOf, phone, shot, shown, tiles, visit } from './browser.mjs';
import { nameOf, picture, withPhotograph, write, drawFew } from './pictures.mjs';
import { index, Server, temporaryFolder } from './server.mjs';

const shop = join(temporaryFolder(), 'shop');
const [camera, exposure] = [
  { 0x010f: 'Sokkuri Optics', 0x0110: 'Mark II' },
  { 0x829d: [28, 10], 0x9003: '2024:05:01 12:34:56' },
];
const photograph = 'boxes/photograph.png';
const sold = 'https://shop.example/articles/7?from=sokkuri';
drawFew(shop, 8);
write(shop, photograph, withPhotograph(picture('boxes', 3), camera, exposure));
writeFileSync(
  join(shop, 'articles.csv'),
  [
    'path,link,price,maker',
    `${photograph},${sold},1980,https://maker.example/`,
    `${nameOf('suns', 1)},javascript:alert(1),300,`,
    `${nameOf('suns', 2)},file:///etc/hostname,,`,
    `${nameOf('suns', 3)},not an address,,`,
  ].join('\n'),
);
index(shop, '--metadata', join(shop, 'articles.csv'));

const data = temporaryFolder();
const server = new Server(shop, '--data', data);
await server.start();
after(() => server.kill());
const at = { origin: server.origin };

const linkOf = (page) => page.locator('[data-link]');
const rowOf = (page, name) => page.locator('dl > div').filter({ has: page.locator('dt', { hasText: new RegExp(`^${name}$`) }) });

/** The screen of the picture of that name. */
async function look(page, name) {
  await page.goto(`/?collection=shop&name=${encodeURIComponent(name)}`);
  await tiles(page).first().click();
  await page.waitForURL('**/i/*');
  await page.locator('[data-subject]').waitFor();
  await shown(page);
}

async function openAttributes(page) {
  await page.locator('summary', { hasText: 'Attributes' }).click();
}

async function ask(method, path, body) {
  const answer = await fetch(server.origin + path, {
    method,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
}

suite('A picture of which something is known', () => {
  test('says what its camera and its people say', visit({}, async (page) => {
    await look(page, 'photograph');
    await openAttributes(page);
    for (const [name, value] of Object.entries({
      'exif.make': 'Sokkuri Optics',
      'exif.model': 'Mark II',
      'exif.taken': '2024-05-01T12:34:56',
      'exif.f_number': '2.8',
      price: '1980',
    })) {
      assert.equal(await rowOf(page, name).locator('dd').textContent(), value, name);
    }
    assert.equal(await rowOf(page, 'maker').getByRole('link').getAttribute('href'), 'https://maker.example/');
    await shot(page, 'attributes-wide-light-en');
    assert.deepEqual(await accessibilityFaults(page), []);
  }, at));

  test('opens the page it leads to, which learns nothing of this one', visit({}, async (page, context) => {
    const asked = [];
    await context.route('https://shop.example/**', (route, request) => {
      asked.push({ url: request.url(), referer: request.headers().referer });
      return route.fulfill({ contentType: 'text/html', body: '<title>Article 7</title>' });
    });
    await look(page, 'photograph');
    const here = page.url();
    const opened = context.waitForEvent('page');
    await linkOf(page).click();
    const other = await opened;
    await other.waitForLoadState();
    assert.equal(await other.title(), 'Article 7');
    assert.equal(await other.evaluate(() => globalThis.opener), null);
    assert.deepEqual(asked, [{ url: sold, referer: undefined }]);
    assert.equal(page.url(), here);
  }, at));

  test('has no button for what is no address on the web', visit({}, async (page) => {
    for (const [name, value] of [
      [nameOf('suns', 1), 'javascript:alert(1)'],
      [nameOf('suns', 2), 'file:///etc/hostname'],
      [nameOf('suns', 3), 'not an address'],
    ]) {
      await look(page, name);
      await openAttributes(page);
      assert.equal(await rowOf(page, 'link').locator('dd').textContent(), value);
      assert.equal(await rowOf(page, 'link').getByRole('link').count(), 0);
      assert.equal(await linkOf(page).count(), 0);
    }
  }, at));
});

suite('A collection without pictures', () => {
  const count = 12;
  const home = '/?collection=shapes';

  test('says how items come, shows them when they have, and jumps from one to the next', visit({}, async (page) => {
    await ask('PUT', '/v1/collections/shapes', { fields: [{ name: 'shape', dimension: 3, metric: 'l2' }] });
    await page.goto(home);
    await page.getByText('No items yet').waitFor();
    await page.getByText('PUT /v1/collections/shapes/items/ID').waitFor();
    for (let number = 0; number < count; ++number) {
      await ask('PUT', `/v1/collections/shapes/items/item-${number}`, {
        vector: [number * number, 0, 0],
        document: { title: `Shape ${number}`, corners: number + 3, link: `https://shop.example/shapes/${number}` },
      });
    }
    await page.goto(home);
    await page.getByRole('link', { name: `${count} items in shapes` }).waitFor();
    await tiles(page).nth(count - 1).waitFor();
    assert.equal(await page.locator('[data-tile] [data-record]').count(), count);
    assert.equal(await page.locator('main img').count(), 0);
    await shot(page, 'records-wide-light-en');
    assert.deepEqual(await accessibilityFaults(page), []);
    await jump(page, 'item-5');
    assert.equal(await heading(page).textContent(), 'Shape 5');
    assert.equal(await idOf(tiles(page).first()), 'item-4');
    assert.equal(await linkOf(page).getAttribute('href'), 'https://shop.example/shapes/5');
    await shot(page, 'record-wide-light-en');
    assert.deepEqual(await accessibilityFaults(page), []);
    await jump(page, 'item-7');
    assert.equal(await idOf(tiles(page).first()), 'item-6');
    await page.goBack();
    await page.waitForURL('**/i/item-5');
    await openAttributes(page);
    assert.equal(await rowOf(page, 'corners').locator('dd').textContent(), '8');
  }, at));

  test('fits a phone', visit(phone, async (page) => {
    for (const address of [home, '/c/shapes/i/item-3', '/c/shapes']) {
      await page.goto(address);
      await page.locator('[data-rows] [data-tile], main section dd').first().waitFor();
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(overflow <= 0, `${address}: ${overflow} pixels too wide`);
    }
  }, at));

  test('has a status without files', visit({}, async (page) => {
    await page.goto('/c/shapes');
    await page.locator('dd').filter({ hasText: /^12$/ }).waitFor();
    await page.getByText('None: vectors that were given').waitFor();
    assert.equal(await page.getByText('Could not be read').count(), 0);
    assert.equal(await page.getByRole('button', { name: 'Look for new pictures' }).count(), 0);
  }, at));

  test('says that a picture cannot be searched in it', visit({}, async (page) => {
    await page.goto(home);
    await tiles(page).first().waitFor();
    await drop(page, [{ name: 'fresh.png', type: 'image/png', bytes: picture('rings', 2) }]);
    await page.getByRole('alert').filter({ hasText: 'no model that a picture could be searched with' }).waitFor();
  }, at));
});

/** Clicks the card of that id and waits for its neighbors. */
async function jump(page, id) {
  await page.locator(`[data-tile="${id}"]`).click();
  await page.waitForURL(`**/i/${id}`);
  await page.locator(`[data-rows] [data-tile]:not([data-tile="${id}"])`).first().waitFor();
  await page.waitForFunction((own) => document.querySelector('[data-tile]')?.dataset.tile !== own, id);
}
