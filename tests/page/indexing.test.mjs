// A folder that is not indexed yet, and indexing as one watches it.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { collection, heading, shot, tiles, visit } from './browser.mjs';
import { drawFew } from './pictures.mjs';
import { Server, temporaryFolder } from './server.mjs';

// Collections are named after their folder.
const name = 'album';
const empty = join(temporaryFolder(), name);
mkdirSync(empty);
const busy = new Server(empty);
await busy.start();
after(() => busy.kill());

suite('Indexing', () => {
  test('starts from the empty page, and the pictures appear by themselves', (context) =>
    visit({}, async (page) => {
      await page.goto('/');
      await page.getByText('No pictures yet').waitFor();
      await shot(page, 'empty-wide-light-en');
      drawFew(empty, 40);
      await page.getByRole('button', { name: 'Index this folder' }).click();
      await tiles(page).first().waitFor();
      await page.getByRole('link', { name: `40 pictures in ${name}` }).waitFor();
    }, { origin: busy.origin })(context));

  test('tells how far it is, and what could not be read', (context) =>
    visit({}, async (page) => {
      drawFew(empty, 90);
      writeFileSync(`${empty}/broken.jpg`, 'no picture');
      await page.goto(`/c/${name}`);
      await page.getByRole('button', { name: 'Look for new pictures' }).click();
      await page.locator('[data-job]').waitFor();
      await page.getByText('The index is up to date.').waitFor();
      await page.locator('main li').filter({ hasText: 'broken.jpg' }).waitFor();
      await page.locator('dd').filter({ hasText: /^90$/ }).waitFor();
    }, { origin: busy.origin })(context));

  test('left what could not be read in the status of the other collection', visit({}, async (page) => {
    await page.goto(`/c/${collection}`);
    assert.equal(await heading(page).textContent(), `Status of ${collection}`);
    await page.locator('main li').filter({ hasText: 'broken/こわれた画像.jpg' }).waitFor();
    await page.locator('main li').filter({ hasText: 'broken/cut-off.png' }).waitFor();
  }));
});
