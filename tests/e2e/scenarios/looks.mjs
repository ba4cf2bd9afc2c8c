// Light and dark, and that nothing is named for the eye alone.
import assert from 'node:assert/strict';
import { until } from '../until.mjs';
import { KEY } from '../webdriver.mjs';

const lightness = () => {
  const canvas = document.createElement('canvas').getContext('2d');
  canvas.fillStyle = getComputedStyle(document.body).backgroundColor;
  canvas.fillRect(0, 0, 1, 1);
  const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data;
  return (red + green + blue) / 765;
};

export const tests = {
  'light and dark differ as day and night': async ({ page, window, picture, truth }) => {
    await (await page.call('2:34')).click();
    const first = truth.get('broken heating').turns[0].text;
    await until('the transcript is shown', async () => (await page.turns())[0]?.text === first);
    const theme = async (name) => {
      await window.press([KEY.Ctrl, ',']);
      await (await page.find('radio', name, 'dialog[open]')).click();
      await window.press(KEY.Escape);
      await until('the settings have closed', async () => !(await page.has('dialog', '.')));
    };
    await theme('light');
    await until('the page is light', async () => (await window.evaluate(lightness)) > 0.8);
    await picture('light');
    await theme('dark');
    await until('the page is dark', async () => (await window.evaluate(lightness)) < 0.3);
    await picture('dark');
  },

  'every button and field has a name for the screen reader': async ({ window }) => {
    const nameless = await window.evaluate(() =>
      [...document.querySelectorAll('button, input, select, [role=button], [role=slider], [role=tab]')]
        .filter((e) => e.getClientRects().length > 0)
        .filter((e) => !(e.getAttribute('aria-label') || e.getAttribute('aria-labelledby') || e.labels?.length || e.textContent.trim()))
        .map((e) => e.outerHTML.slice(0, 120)));
    assert.deepEqual(nameless, [], 'a control without a name is silent');
  },
};
