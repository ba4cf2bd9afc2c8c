// What is fetched and what stays: the calls of a list downloaded, one kept, a search kept, the cache looked after.
import assert from 'node:assert/strict';
import { startSandbox } from '../sandbox.mjs';
import { until } from '../until.mjs';
import { KEY } from '../webdriver.mjs';

export const empty = true;
export const start = () => startSandbox('elevenlabs-backend');

const settings = (page) => page.text('dialog[open]');

export const tests = {
  'the calls of the list are downloaded, and say why where that is not possible': async ({ page, started, picture }) => {
    const { kind, url, secret } = started;
    await page.command('add_source', { kind: kind ?? 'elevenlabs-backend', name: 'Sandbox', path: null, url, set: {}, secret: JSON.parse(secret) });
    await until('all ten calls of the server are in the list', async () => (await page.callCount()) === 10);
    await until('none of its audio is here', () => page.has('button', 'not yet here 10', 'nav'));
    await (await page.find('button', 'download or keep these calls')).click();
    await (await page.find('button', 'download 10 calls not here yet')).click();
    await until('audio arrives', async () => (await page.command('overview', {})).downloaded > 0);
    await until('the queue has been worked off', async () => !(await page.command('download_status', {})).running);
    const { downloaded, not_yet } = await page.command('overview', {});
    await until('the navigation says the same', () => page.has('button', `downloaded ${downloaded}`, 'nav'));
    await picture('downloaded-from-the-server');
    return `${downloaded} of 10 came, ${not_yet} may still come`;
  },

  'a call is kept by a key, and the settings count it': async ({ page, window }) => {
    await (await page.call('2:34')).click();
    await until('the call is shown', async () => (await page.turns()).length > 0);
    await window.press('p');
    await page.find('button', '^kept here', 'main');
    await window.press([KEY.Ctrl, ',']);
    await until('the settings count it', async () => /1 call kept here/.test(await settings(page)));
    await window.press(KEY.Escape);
    await window.press('p');
    await page.find('button', '^keep here$', 'main');
  },

  'a search is kept under the name that is proposed, and let go': async ({ page, window, picture }) => {
    await window.press([KEY.Ctrl, 'f']);
    await window.type('please');
    await until('turns are found', async () => (await page.hits()).length > 0);
    await window.press(KEY.Enter);
    await until('a call is open at a hit', async () => (await page.turns()).length > 0);
    await (await page.find('button', 'download or keep these calls', '[aria-label="Search results"]')).click();
    await (await page.find('button', 'keep these calls here', '[aria-label="Search results"]')).click();
    await page.find('textbox', '^name$', 'dialog[open]');
    await (await page.find('button', '^keep here$', 'dialog[open]')).click();
    await until('the dialog has closed', async () => !(await page.has('dialog', '.')));
    assert.deepEqual((await page.command('cache', {})).searches, ['please']);
    await window.press([KEY.Ctrl, ',']);
    await page.find('button', 'no longer keep .please', 'dialog[open]');
    await picture('storage');
    await (await page.find('button', 'no longer keep .please', 'dialog[open]')).click();
    await until('it is gone', async () => (await page.command('cache', {})).searches.length === 0);
    await window.press(KEY.Escape);
    await window.press(KEY.Escape);
  },

  'tidying says what it would do before it does anything': async ({ page, window }) => {
    await window.press([KEY.Ctrl, ',']);
    await (await page.find('button', '^tidy', 'dialog[open]')).click();
    await until('the rehearsal has its words', async () => /there is nothing to tidy|this would leave/i.test(await settings(page)));
    await window.press(KEY.Escape);
    await until('the settings have closed', async () => !(await page.has('dialog', '.')));
  },
};
