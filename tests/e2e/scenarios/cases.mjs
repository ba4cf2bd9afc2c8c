// An auditor's calls: several are selected by mouse and by keyboard, put into a case, counted, fetched and let go again.
import assert from 'node:assert/strict';
import { startSandbox } from '../sandbox.mjs';
import { until } from '../until.mjs';
import { KEY } from '../webdriver.mjs';

export const empty = true;
export const start = () => startSandbox('elevenlabs-backend');

const CALLS = '[aria-label=Calls]';

/** What the window says at a place comes to fit. */
const says = (page, where, words) => until(`${where} says ${words}`, async () => words.test((await page.text(where)).replace(/\s+/g, ' ')));
const row = (window, place) => window.element((index) => document.querySelector(`[aria-label=Calls] [role=option][aria-posinset="${index}"]`), place);
/** The places of the rows that are selected. */
const selected = (window) => window.evaluate(() =>
  [...document.querySelectorAll('[aria-label=Calls] [role=option][aria-selected=true]')].map((e) => Number(e.ariaPosInSet)).toSorted((a, b) => a - b));
/** The places of the rows that are marked as in a case. */
const marked = (window) => window.evaluate(() =>
  [...document.querySelectorAll('[aria-label=Calls] [role=option][aria-label*="in a case"]')].map((e) => Number(e.ariaPosInSet)).toSorted((a, b) => a - b));

export const tests = {
  'calls are selected by mouse, one by one and up to a row': async ({ page, window, started, picture }) => {
    const { kind, url, secret } = started;
    await page.command('add_source', { kind: kind ?? 'elevenlabs-backend', name: 'Sandbox', path: null, url, set: {}, secret: JSON.parse(secret) });
    await until('all ten calls of the server are in the list', async () => (await page.callCount()) === 10);
    await (await row(window, 2)).click();
    await until('a click opens', async () => (await page.turns()).length > 0);
    assert.deepEqual(await selected(window), [], 'and selects nothing');
    await window.clickHolding(KEY.Ctrl, await row(window, 4));
    await window.clickHolding(KEY.Shift, await row(window, 6));
    await until('the open one, one more and a range are selected', async () => String(await selected(window)) === '2,4,5,6');
    await says(page, `${CALLS} header`, /4 calls selected/);
    await picture('several-selected');
    await window.press(KEY.Escape);
    await until('Escape lets go', async () => (await selected(window)).length === 0);
  },

  'calls are selected by keyboard alone': async ({ page, window }) => {
    await window.press([KEY.Ctrl, 'l'], KEY.Home);
    await window.press([KEY.Shift, KEY.Down], [KEY.Shift, KEY.Down]);
    await until('a range', async () => String(await selected(window)) === '1,2,3');
    await window.press([KEY.Shift, KEY.Up], KEY.Down, KEY.Down, [KEY.Ctrl, KEY.Space]);
    await until('a smaller one and a row apart', async () => String(await selected(window)) === '1,2,4');
    await window.press([KEY.Ctrl, 'a']);
    await says(page, `${CALLS} header`, /10 calls selected/);
    await window.press(KEY.Escape);
  },

  'E makes the first case out of the selected calls and marks them': async ({ page, window, picture }) => {
    await window.press(KEY.Home, [KEY.Shift, KEY.Down], [KEY.Shift, KEY.Down], 'e');
    await page.find('combobox', 'put 3 calls into case', 'dialog[open]');
    await window.press(KEY.Enter);
    await (await page.find('textbox', '^name$', 'dialog[open]')).type('Refunds withheld in autumn');
    await (await page.find('textbox', '^number$', 'dialog[open]')).type('2026-17');
    await window.press(KEY.Enter);
    await says(page, '[aria-label=Browse]', /3 calls put into case 2026-17 · 3 calls in all/);
    await until('the three rows are marked', async () => String(await marked(window)) === '1,2,3');
    await until('the navigation counts them', () => page.has('button', '2026-17 · Refunds withheld in autumn.* 3$', 'nav'));
    await picture('put-into-a-case');
    await window.press('e');
    await says(page, '[aria-label=Browse]', /All of them are in case 2026-17 already/);
    await window.press(KEY.Escape);
  },

  'the open call goes into the case used last, and comes out by undoing': async ({ page, window }) => {
    await (await row(window, 7)).click();
    await until('it is open', () => page.has('button', '^play this call$', 'main'));
    await window.press('e');
    await says(page, '[aria-label=Browse]', /In case 2026-17 · 4 calls in all/);
    await until('its header names the case', () => page.has('button', '2026-17', 'main'));
    await window.press([KEY.Ctrl, 'z']);
    await until('it is out again', async () => String(await marked(window)) === '1,2,3');
    const [made] = await page.command('list_cases', {});
    assert.equal(made.calls, 3);
  },

  'all of a filter goes in without a call being named, and comes out again': async ({ page, window }) => {
    await window.press([KEY.Ctrl, 'l'], [KEY.Ctrl, 'a'], 'e');
    await says(page, '[aria-label=Browse]', /7 calls put into case 2026-17 · 10 calls in all/);
    await (await page.find('button', '^undo$')).click();
    await until('what was in it before stays in it', async () => String(await marked(window)) === '1,2,3');
    await window.press(KEY.Escape);
  },

  'a case says how complete it is and fetches what is missing': async ({ page, window, picture }) => {
    await (await page.find('button', '2026-17', 'nav')).click();
    await until('the list shows its calls', async () => (await page.callCount()) === 3);
    await says(page, '[aria-label=Case]', /3 calls: .*not fetched yet/);
    await picture('a-case');
    const [{ id }] = await page.command('list_cases', {});
    const others = async () => (await page.command('overview', {})).downloaded - (await page.command('count_calls', { case: id, audio: 'cached' }));
    const before = await others();
    await (await page.find('button', '^fetch what is missing$', '[aria-label=Case]')).click();
    await until('audio of the case arrives', async () => (await page.command('count_calls', { case: id, audio: 'cached' })) > 0);
    await until('the queue has been worked off', async () => !(await page.command('download_status', {})).running);
    assert.equal(await others(), before, 'only the case’s calls were fetched');
    const { here } = await page.command('completeness', { calls: null, filter: { case: id } });
    await says(page, '[aria-label=Case]', here === 3 ? /3 calls, all with audio here/ : new RegExp(`3 calls: ${here} with audio here`));
    await picture('a-case-fetched');
    return `${here} of 3 came`;
  },

  'the export is opened for the whole case': async ({ page, window }) => {
    await (await page.find('button', '^export…$', '[aria-label=Case]')).click();
    await page.find('dialog', '.');
    await window.press(KEY.Escape);
    await until('it has closed', async () => !(await page.has('dialog', '.')));
  },

  'removing the case says what that means and keeps the calls': async ({ page }) => {
    await (await page.find('button', '^more about this case$', '[aria-label=Case]')).click();
    await (await page.find('button', '^remove…$', '[aria-label=Case]')).click();
    assert.match(await page.text('dialog[open]'), /3 calls stay in the library, but are held no longer/);
    await (await page.find('button', '^remove case$', 'dialog[open]')).click();
    await until('all calls are shown, none marked', async () => (await page.callCount()) === 10);
    assert.deepEqual(await page.command('list_cases', {}), []);
  },
};
