// A sound output that goes away and comes back. Runs last: it takes the sound card from under the window.
import assert from 'node:assert/strict';
import { until } from '../until.mjs';

export const tests = {
  'a sound output that goes away is told in words, and the call waits': async ({ page, window, card, picture }) => {
    await (await page.call('2:34')).click();
    await until('its transcript is shown', async () => (await page.turns()).length > 5);
    await window.press(' ');
    await until('it plays', async () => (await page.position()) >= 2000);
    await card.stop();
    await until('the player says what happened', async () => /sound output/i.test(await page.text('[aria-label=Player]')), 30_000);
    const stood = await page.position();
    await picture('no-device');
    assert.ok((await page.turns()).length > 5, 'the transcript is still there to be read');
    await until('the position stands still', async () => {
      const before = await page.position();
      await window.evaluate(() => new Promise((done) => setTimeout(done, 1200)));
      return (await page.position()) === before;
    });
    assert.ok(Math.abs((await page.position()) - stood) <= 2000, 'the call waits where the sound broke off');
  },

  'when an output comes back, the call goes on and is heard': async ({ page, card }) => {
    const stood = await page.position();
    await card.restart();
    const ear = await card.listen();
    try {
      await until('the words are gone', async () => !/sound output/i.test(await page.text('[aria-label=Player]')), 30_000);
      await until('sound arrives', () => ear.hears(), 30_000);
      await until('the position moves on', async () => (await page.position()) > stood + 1000);
    } finally {
      await ear.stop();
    }
  },
};
