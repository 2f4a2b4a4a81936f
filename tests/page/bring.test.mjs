// Getting a picture in: dropped, pasted, chosen, dragged; and what is said when it is none.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { arrived, drop, folder, heading, idOf, jump, paste, still, tiles, visit, wall } from './browser.mjs';
import { picture } from './pictures.mjs';

const fresh = (number) => ({ name: 'fresh.png', type: 'image/png', bytes: picture('rings', number, { brighter: 9 }) });
const known = { name: 'x.png', type: 'image/png', bytes: readFileSync(join(folder, 'suns/suns-04.png')) };

async function results(page) {
  await page.waitForURL('**/q/*');
  await tiles(page).first().waitFor();
  assert.equal(await heading(page).textContent(), 'Your picture');
}

suite('A picture that is brought', () => {
  test('is searched when it is dropped anywhere, and its results survive a reload', visit({}, async (page) => {
    await wall(page);
    await jump(page, 3);
    await drop(page, [fresh(2)]);
    await results(page);
    const first = await idOf(tiles(page).first());
    assert.match(await tiles(page).first().getAttribute('title'), /rings-02/);
    await page.reload();
    await results(page);
    assert.equal(await idOf(tiles(page).first()), first);
    await page.locator('[data-subject] img').evaluate((image) => image.decode());
    await page.goBack();
    await page.waitForURL('**/i/*');
  }));

  test('is searched when it is pasted', visit({}, async (page) => {
    await wall(page);
    await paste(page, [{ ...fresh(5), name: 'image.png' }]);
    await results(page);
    await jump(page, 2);
    await page.goBack();
    await results(page);
  }));

  test('is searched when it is chosen', visit({}, async (page) => {
    await wall(page);
    await page.locator('[data-picture-file=choose]').setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: fresh(7).bytes });
    await results(page);
  }));

  test('is recognized when the collection has that very file', visit({}, async (page) => {
    await wall(page);
    await drop(page, [known]);
    await results(page);
    await page.getByRole('link', { name: 'This very picture is in the collection' }).click();
    await page.waitForURL('**/i/*');
    assert.equal(await heading(page).textContent(), 'suns-04.png');
  }));

  test('may be a result that is dragged into the box', visit({}, async (page) => {
    await wall(page);
    await jump(page, 1);
    // What is dragged is what lies under the pressed point when the mouse moves on, be it another tile by then.
    await still(page);
    const tile = tiles(page).nth(4);
    const id = await idOf(tile);
    await tile.dragTo(page.getByRole('search'));
    await arrived(page, id);
  }));

  test('says what is wrong with a file that is no picture, and offers another', visit({}, async (page) => {
    await wall(page);
    await drop(page, [{ name: 'notes.txt', type: 'text/plain', bytes: Buffer.from('dear diary') }]);
    const alert = page.getByRole('alert');
    await alert.filter({ hasText: 'This file is not a picture sokkuri can read (' }).waitFor();
    assert.match(await alert.textContent(), /JPEG, PNG, WebP/);
    const chooser = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Choose another picture' }).click();
    await (await chooser).setFiles({ name: 'a.png', mimeType: 'image/png', buffer: fresh(3).bytes });
    await results(page);
  }));

  test('says that a picture is cut off', visit({}, async (page) => {
    await wall(page);
    const bytes = picture('boxes', 4);
    await drop(page, [{ name: 'half.png', type: 'image/png', bytes: bytes.subarray(0, bytes.length / 2) }]);
    await page.getByRole('alert').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('alert').waitFor({ state: 'detached' });
    await tiles(page).first().waitFor();
  }));

  test('of several files is the first, and the page says so', visit({}, async (page) => {
    await wall(page);
    await slowly(page);
    await drop(page, [fresh(1), fresh(2), fresh(3)]);
    await page.getByText('the first of 3 files').waitFor();
  }));

  test('is shown at once on a slow line, with its progress, and can be cancelled', visit({}, async (page) => {
    await wall(page);
    await slowly(page);
    const large = { ...fresh(2), bytes: picture('waves', 2, { large: 4 }) };
    await drop(page, [large]);
    const card = page.locator('[data-upload=sending]');
    await card.waitFor();
    await card.locator('img').evaluate((image) => image.decode());
    await page.waitForFunction(() => document.querySelector('[data-upload] progress')?.value > 0);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await card.waitFor({ state: 'detached' });
    assert.doesNotMatch(page.url(), /\/q\//);
    await tiles(page).first().waitFor();
  }));
});

/** 30 kB a second, 200 ms to everywhere. */
async function slowly(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 200,
    downloadThroughput: 30_000,
    uploadThroughput: 30_000,
  });
}
