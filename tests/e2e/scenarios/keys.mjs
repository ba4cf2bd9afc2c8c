// Everything by keyboard.
import assert from 'node:assert/strict';
import { until } from '../until.mjs';
import { KEY } from '../webdriver.mjs';

export const tests = {
  'the list is moved through and a call opened without the mouse': async ({ page, window, truth }) => {
    await until('the list is there', async () => (await page.callCount()) === 10);
    await (await page.call('2:34')).click();
    const first = truth.get('broken heating').turns[0].text;
    await until('the transcript is shown', async () => (await page.turns())[0]?.text === first);
    await window.press(KEY.Down, KEY.Enter);
    const second = truth.get('internet outage').turns[0].text;
    await until('the next call is open', async () => (await page.turns())[0]?.text === second);
  },

  'Space plays and pauses': async ({ page, window }) => {
    await window.press(' ');
    await until('it plays', () => page.playing());
    await window.press(' ');
    await until('it pauses', async () => !(await page.playing()));
  },

  'L and J move ten seconds, the arrows five, with Shift one': async ({ page, window }) => {
    let at = await page.position();
    const moves = [['l', 10], ['l', 10], ['j', -10], [KEY.Right, 5], [[KEY.Shift, KEY.Left], -1], [KEY.Left, -5]];
    for (const [key, seconds] of moves) {
      at += seconds * 1000;
      await window.press(key);
      await until(`the position is near ${at} ms`, async () => Math.abs((await page.position()) - at) <= 1000);
    }
  },

  'full stop and comma go from turn to turn': async ({ page, window }) => {
    const before = await page.activeTurn();
    await window.press('.');
    await until('the next turn is highlighted', async () => (await page.activeTurn()) === before + 1);
    await window.press(',');
    await until('the turn before is highlighted', async () => (await page.activeTurn()) === before);
  },

  'the question mark shows the keys and Escape puts them away': async ({ page, window, picture }) => {
    await window.press('?');
    await page.find('dialog', '^keys$');
    await picture('keys');
    await window.press(KEY.Escape);
    await until('the dialog is gone', async () => !(await page.has('dialog', '.')));
  },

  'Ctrl+K opens the palette, and a command chosen there is carried out': async ({ page, window, picture }) => {
    const command = async (words) => {
      await window.press([KEY.Ctrl, 'k']);
      await page.find('dialog', '^all commands$');
      await window.type(words);
      await picture(`palette ${words}`.replace(' ', '-'));
      await window.press(KEY.Enter);
      await until('the palette has closed', async () => !(await page.has('dialog', '.')));
    };
    await command('sources');
    await page.find('heading', '^sources$', 'main');
    await picture('sources');
    await command('all calls');
    await until('the list is back', async () => (await page.callCount()) === 10);
    assert.equal(await page.has('heading', '^sources$', 'main'), false, 'the sources made room');
  },
};
