// A library with nothing in it yet.
import assert from 'node:assert/strict';

export const empty = true;

export const tests = {
  'an empty library says what to do first': async ({ page, picture }) => {
    await page.find('button', 'add a folder');
    assert.equal((await page.calls()).length, 0, 'there are no calls yet');
    await picture('first-run');
  },
};
