// The library in the window: what the list shows, filters, and search.
import assert from 'node:assert/strict';
import { until } from '../until.mjs';
import { KEY } from '../webdriver.mjs';

export const tests = {
  'the list shows every call, newest first': async ({ page, library, picture }) => {
    const rows = (await library.json('list', '--limit', '100')).filter((row) => row.id);
    await until('the list has all ten calls', async () => (await page.callCount()) === 10);
    assert.equal(rows.length, 10, 'the command line and the window show the same library');
    assert.match((await page.calls())[0], /2:34/, 'the newest call is the one about the heating');
    await picture('library');
  },

  'a filter narrows the list, and clearing it brings all calls back': async ({ page, picture }) => {
    await (await page.find('button', '^source$', '[aria-label=Filters]')).click();
    await (await page.find('radio', 'demo bridge')).click();
    await until('the two calls of the bridge are shown', async () => (await page.callCount()) === 2);
    await picture('filtered');
    await (await page.find('button', '^clear$', '[aria-label=Filters]')).click();
    await until('all calls are back', async () => (await page.callCount()) === 10);
  },

  'a search finds the turn in which something was said, and Enter opens the call at that moment': async ({ page, window, truth, picture }) => {
    await window.press([KEY.Ctrl, 'f']);
    await window.type('radiators');
    await until('one turn is found', async () => (await page.hits()).length === 1);
    assert.match((await page.hits())[0], /radiators/, 'the hit shows what was said');
    await picture('search');
    await window.press(KEY.Enter);
    const turns = truth.get('broken heating').turns;
    const said = turns.findIndex((turn) => turn.text.includes('radiators'));
    await until('the transcript stands at that turn', async () =>
      (await page.turns()).some((turn) => turn.index === said && turn.text === turns[said].text));
    await until('the player stands at that moment', async () => Math.abs((await page.position()) - turns[said].start_ms) < 1000);
  },
};
