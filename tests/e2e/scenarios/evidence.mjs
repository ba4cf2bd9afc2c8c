// The auditor's way: from a filter into a case, from the case to a verified bag, and the log that tells of it. The system's
// folder dialog cannot be driven: the folder is the one the window remembers from the export before.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from '../until.mjs';
import { KEY } from '../webdriver.mjs';

const execute = promisify(execFile);

/** An unencrypted key for this run only, as a machine without a keychain is given one. */
export const environment = {
  TURNSTONE_SECRET_SIGNING_KEY:
    'RWQAAEIyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABWdqEOJXyN0ckNYrX5PEOrFyuJcaP641OIjq0Q3pf/b9W1ID1l1m8HJU3qveh20C7xtUUahr34UjWUhONwyOo4QDuMRULrIvAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=',
};
const FINGERPRINT = 'DDC857E2106A6705';

const dialog = (page) => page.text('dialog[open]');
const plain = (text) => text.replace(/\s+/g, '');

/** The one bag in a folder. */
async function bagIn(folder) {
  const names = await readdir(folder);
  assert.equal(names.length, 1, `one export and nothing beside it: ${names.join(', ')}`);
  return join(folder, names[0]);
}

/** The first file of a bag with such a name. */
async function fileIn(bag, name) {
  const files = await readdir(bag, { recursive: true });
  const found = files.find((file) => name.test(file));
  assert.ok(found, `${name} is in the bag: ${files.join(', ')}`);
  return join(bag, found);
}

const shared = {};

export const tests = {
  'what a filter leaves goes into a new case by the keyboard': async ({ page, window, picture }) => {
    await (await page.find('button', '^source$', '[aria-label=Filters]')).click();
    await (await page.find('radio', 'demo calls')).click();
    await until('eight calls are shown', async () => (await page.callCount()) === 8);
    await window.press([KEY.Ctrl, 'l']);
    await window.press([KEY.Ctrl, 'a']);
    await window.press('e');
    await page.find('combobox', 'case', 'dialog[open]');
    await window.type('Billing complaints');
    await window.press(KEY.Enter);
    await (await page.find('textbox', '^number$', 'dialog[open]')).type('2026-17');
    await (await page.find('textbox', '^purpose$', 'dialog[open]')).type('Request of the regulator');
    await picture('case-new');
    await window.press(KEY.Enter);
    await until('the case holds the eight calls', async () => (await page.command('list_cases', {}))[0]?.calls === 8);
  },

  'the case is exported, and the recipient checks it without Turnstone': async ({ page, window, library, picture }) => {
    shared.folder = `${library.folder}-handed-over`;
    await mkdir(shared.folder);
    await (await page.find('button', 'billing complaints', 'nav')).click();
    await until('its calls are shown', async () => (await page.callCount()) === 8);
    await (await page.find('button', '^export', '[aria-label=Case]')).click();
    await until('the first export only lacks a folder', async () => /8 calls, all with audio here[^]*Choose a folder to put it into/.test(await dialog(page)));
    await window.press(KEY.Escape);
    await window.evaluate((to) => localStorage.setItem('turnstone.export.to', to), `${shared.folder}-on-a-stick`);
    await (await page.find('button', '^export', '[aria-label=Case]')).click();
    await until('a drive that is gone is not taken for a folder', async () => /That folder is not there/.test(await dialog(page)));
    await window.press(KEY.Escape);
    await window.evaluate((to) => localStorage.setItem('turnstone.export.to', to), shared.folder);
    await (await page.find('button', '^export', '[aria-label=Case]')).click();
    await until('the plan is there', async () => /8 calls, all with audio here/.test(await dialog(page)));
    await until('it would be signed', async () => plain(await dialog(page)).includes(FINGERPRINT));
    await picture('export');
    await window.press(KEY.Enter);
    await until('it is verified after writing', async () => /8 calls exported, read again and verified/.test(await dialog(page)));
    await picture('exported');
    shared.bag = await bagIn(shared.folder);
    const sums = await execute('sha512sum', ['tagmanifest-sha512.txt'], { cwd: shared.bag });
    const [hash] = sums.stdout.split(' ');
    assert.ok(plain(await dialog(page)).includes(hash), 'the window shows the hash that sha512sum finds');
    for (const of of ['tagmanifest-sha512.txt', 'manifest-sha512.txt', 'manifest-sha256.txt']) {
      await execute(of.includes('512') ? 'sha512sum' : 'sha256sum', ['--check', '--quiet', of], { cwd: shared.bag });
    }
    const info = await readFile(join(shared.bag, 'bag-info.txt'), 'utf8');
    assert.match(info, /2026-17/, 'the case’s number');
    assert.match(info, /Request of the regulator/, 'its purpose is the reason');
    await library.run('verify', shared.bag);
  },

  'one changed byte is found, and the file is named': async ({ page, picture }) => {
    const file = await fileIn(shared.bag, /audio-1\.\w+$/);
    const bytes = await readFile(file);
    const middle = bytes.length >> 1;
    bytes[middle] ^= 1;
    await writeFile(file, bytes);
    await (await page.find('button', '^verify again$', 'dialog[open]')).click();
    await until('it is not valid', async () => /\d+ problems?/.test(await dialog(page)));
    assert.ok((await dialog(page)).includes(file.slice(shared.bag.length + 1)), 'the file is named');
    await picture('tampered');
    bytes[middle] ^= 1;
    await writeFile(file, bytes);
  },

  'the audit log tells it all, is whole, and leads back to the call': async ({ page, window, library, picture }) => {
    await window.press(KEY.Escape);
    await (await page.find('button', '^audit log$', 'nav')).click();
    const log = () => page.text('main');
    await until('the log is whole and signed', async () => /entries · whole · signed by/.test(await log()));
    const words = await log();
    assert.match(words, /Completed an export/, 'the export’s end');
    assert.match(words, /Exported/, 'each call of it');
    assert.match(words, /because: Request of the regulator/, 'the reason');
    assert.match(words, /Changed a case/, 'the case');
    await picture('audit');
    await (await page.find('searchbox', 'person or words', 'main')).type('demo bridge');
    await until('the log is narrowed', async () => !/Completed an export/.test(await log()));
    await (await page.find('button', '^clear$', 'main')).click();
    await until('all of it is back', async () => /Completed an export/.test(await log()));
    await (await page.find('button', '.', '[aria-label="Entries of the audit log"]')).click();
    await until('the call is open', async () => (await page.turns()).length > 0);
    await library.run('audit', 'verify');
  },
};
