// When something is not there: the server, a picture, a file, a fast line.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { arrived, drop, idOf, jump, server, shot, shown, tiles, visit, wall } from './browser.mjs';
import { drawFew, picture } from './pictures.mjs';
import { index, Server, temporaryFolder } from './server.mjs';

const away = (page) => page.getByText('sokkuri does not answer. Trying again');
const refusedConnections = /ERR_|Failed to load|NetworkError/;

suite('Trouble', () => {
  test('with the server is said, and ends by itself when it is back', visit({}, async (page) => {
    await wall(page);
    await jump(page, 2);
    await jump(page, 4);
    await server.kill();
    const next = tiles(page).nth(5);
    const id = await idOf(next);
    await next.click();
    await away(page).waitFor();
    await shot(page, 'away-wide-light-en');
    // What was seen before is still there.
    await page.goBack();
    await tiles(page).first().waitFor();
    await page.goForward();
    await server.start();
    await away(page).waitFor({ state: 'detached' });
    await arrived(page, id);
    await shown(page);
    await page.waitForFunction(() => [...document.querySelectorAll('main img')].every((image) => image.naturalWidth > 0));
  }, { expects: refusedConnections }));

  test('with the server while a picture is brought leaves the picture to be tried again', visit({}, async (page) => {
    await wall(page);
    await server.kill();
    await drop(page, [{ name: 'fresh.png', type: 'image/png', bytes: picture('boxes', 3, { brighter: 9 }) }]);
    await page.getByRole('alert').filter({ hasText: 'sokkuri does not answer' }).waitFor();
    await server.start();
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.waitForURL('**/q/*');
    await tiles(page).first().waitFor();
  }, { expects: refusedConnections }));

  test('with the line leaves sizes and previews in place of the pictures', visit({}, async (page) => {
    await page.goto('/?name=waves-02.png');
    await tiles(page).first().waitFor();
    const session = await page.context().newCDPSession(page);
    await session.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 400,
      downloadThroughput: 60_000,
      uploadThroughput: 30_000,
    });
    await tiles(page).first().click();
    await page.waitForURL('**/i/*');
    await page.locator('[data-rows] [data-tile]').nth(6).waitFor();
    const previews = await tiles(page).evaluateAll((all) =>
      all.map((tile) =>
        [...tile.querySelectorAll('span')].some((span) => getComputedStyle(span).backgroundImage.startsWith('url("data:image/bmp')),
      ),
    );
    assert.ok(previews.length > 6 && previews.every(Boolean));
    await shot(page, 'slow-wide-light-en');
    const before = await tiles(page).evaluateAll((all) => all.slice(0, 6).map((tile) => tile.getBoundingClientRect().toJSON()));
    await shown(page);
    const after = await tiles(page).evaluateAll((all) => all.slice(0, 6).map((tile) => tile.getBoundingClientRect().toJSON()));
    assert.deepEqual(after, before);
  }));

  test('with a file that has vanished is said where the picture was', async (context) => {
    const thinned = join(temporaryFolder(), 'thinned');
    drawFew(thinned, 12);
    index(thinned);
    rmSync(join(thinned, 'suns-07.png'));
    const own = new Server(thinned);
    await own.start();
    context.after(() => own.kill());
    const look = async (page) => {
      const { items } = await (await page.request.get('/v1/collections/thinned/items?name=suns-07')).json();
      await page.goto(`/c/thinned/i/${items[0].id}`);
      await page.getByText('The file is not there any more').waitFor();
      await tiles(page).first().waitFor();
      await shot(page, 'vanished-wide-light-en');
    };
    await visit({}, look, { origin: own.origin })();
  });
});
