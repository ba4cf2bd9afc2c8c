// A library with nothing in it yet, and its first source.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { until } from '../until.mjs';
import { demo } from '../library.mjs';

export const empty = true;

export const tests = {
  'an empty library says what to do first': async ({ page, picture }) => {
    await page.find('button', 'add a folder');
    assert.equal((await page.calls()).length, 0, 'there are no calls yet');
    await picture('first-run');
  },

  'a folder becomes a library while one looks on': async ({ page, picture }) => {
    // The system's folder dialog cannot be driven from here; this is the command its answer is handed to.
    await page.command('add_source', { kind: 'folder', name: 'My calls', path: join(demo, 'calls'), url: null, set: {}, secret: {} });
    await until('the list has all eight calls of the folder', async () => (await page.callCount()) === 8);
    await until('their source is named beside them', () => page.has('button', '^my calls', 'nav'));
    await picture('first-source');
  },

  'the sources say how the folder was read': async ({ page, picture }) => {
    await (await page.find('button', 'manage sources', 'nav')).click();
    await page.find('heading', '^sources$', 'main');
    await until('the result of the first sync is told', async () => /8 new|8 calls/i.test(await page.text('main')));
    await picture('sources-after-first-sync');
  },
};
