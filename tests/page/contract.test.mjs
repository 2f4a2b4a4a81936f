// The page's types are made from web/openapi.json: it must be what the server says of itself.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { server } from './browser.mjs';

test('web/openapi.json is the description that the server gives', async () => {
  const given = await (await fetch(`${server.origin}/openapi.json`)).json();
  const kept = JSON.parse(readFileSync(new URL('../../web/openapi.json', import.meta.url), 'utf8'));
  assert.deepEqual(kept, given, 'write the answer of GET /openapi.json to web/openapi.json');
});
