// A server as a source: added in the window, its calls read, a recording fetched because it is played, and the same again
// with the network off.
import assert from 'node:assert/strict';
import { startSandbox } from '../sandbox.mjs';
import { until } from '../until.mjs';

export const empty = true;
export const start = () => startSandbox('elevenlabs-backend');

const details = (page) => page.text('[role=tabpanel]');

export const tests = {
  'a server is added, signed in to and read': async ({ page, window, started, picture }) => {
    await (await page.find('button', 'other kinds of source')).click();
    await (await page.find('radio', 'elevenlabs server', 'dialog')).click();
    const { email, password } = JSON.parse(started.secret);
    for (const [name, value] of [['address', started.url], ['e-mail', email], ['password', password], ['name', 'Sandbox']]) {
      await (await page.find('textbox', `^${name}$`, 'dialog')).type(value);
    }
    await picture('adding-a-server');
    await (await page.find('button', 'add and sync', 'dialog')).click();
    await until('all ten calls of the server are in the list', async () => (await page.callCount()) === 10);
    await until('none of its audio is here', () => page.has('button', 'not yet here 10', 'nav'));
    await until('the window shows the first call', async () => (await page.turns()).length > 0);
    assert.ok(!(await window.evaluate(() => document.documentElement.outerHTML)).includes(password), 'the password is shown nowhere');
  },

  'playing a call that is not here fetches it from the server': async ({ page, window, picture }) => {
    await (await page.call('2:34')).click();
    await window.press('k');
    await until('it plays', () => page.playing());
    await (await page.find('tab', 'details')).click();
    await until('the details tell that it was found at the source', async () => /(from|found at) the source/i.test(await details(page)));
    await picture('fetched-from-the-server');
    await window.press('k');
    await until('it pauses', async () => !(await page.playing()));
  },

  'what is here is played with the network off, and the rest says why it is not': async ({ page, window, picture }) => {
    await (await page.find('button', 'work offline', 'nav')).click();
    await until('the window says that it is offline', async () => /nothing is asked over the network/i.test(await page.text('nav')));
    await (await page.call('2:34')).click();
    await window.press('k');
    await until('it plays', () => page.playing());
    await window.press('k');
    await until('it pauses', async () => !(await page.playing()));
    await (await page.call('0:48')).click();
    await window.press('k');
    await until('another call says that it is not here', async () => /offline/i.test(await page.text('[aria-label=Player]')));
    await until('and nothing plays', async () => !(await page.playing()));
    await picture('offline');
    await (await page.find('button', 'go online', 'nav')).click();
  },
};
