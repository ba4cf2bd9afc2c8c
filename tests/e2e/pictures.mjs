#!/usr/bin/env node
// Takes the pictures of the README anew: the real window on the demo library, at its usual size.
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { openSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { environment as signing } from './scenarios/evidence.mjs';
import { isolated } from './isolated.mjs';
import { demo, Library, programs } from './library.mjs';
import { Page } from './page.mjs';
import { SoundCard } from './sound.mjs';
import { until } from './until.mjs';
import { KEY, Window } from './webdriver.mjs';

const execute = promisify(execFile);
const screenshots = join(import.meta.dirname, 'screenshots');
const folder = await mkdtemp(join(tmpdir(), 'turnstone-pictures-'));
const quiet = openSync('/dev/null', 'w');
const env = { ...(await isolated(folder)), ...signing, TZ: 'UTC' };
/** Where the demo calls are for the pictures, which show the path. */
const recordings = join(tmpdir(), 'Recordings');
const evidence = join(tmpdir(), 'Evidence');
const card = await SoundCard.start(env.XDG_RUNTIME_DIR, env, quiet);
let window;
try {
  await mkdir(screenshots, { recursive: true });
  await mkdir(recordings);
  await cp(demo, recordings, { recursive: true });
  const library = await Library.ofDemoCalls(join(folder, 'library'), card.environment, recordings);
  window = await Window.open(join(programs, 'turnstone-desktop'), ['--library', library.folder], card.environment, quiet);
  const page = new Page(window);
  const theme = async (name) => {
    await window.press([KEY.Ctrl, ',']);
    await (await page.find('radio', name, 'dialog[open]')).click();
    await window.press(KEY.Escape);
    await until('the settings have closed', async () => !(await page.has('dialog', '.')));
  };
  const take = async (name) => {
    const path = join(screenshots, `${name}.png`);
    await window.picture(path);
    // A picture of few colours loses nothing the eye can see and half its bytes.
    await execute('convert', [path, '-dither', 'None', '-colors', '256', '-strip', `PNG8:${path}`]);
  };

  await (await page.call('2:34')).click();
  await theme('light');
  await (await page.turn(6)).click();
  await until('the turn after is spoken', async () => (await page.activeTurn()) >= 7, 60_000);
  await take('playing-light');
  await window.press(' ');
  await (await page.find('button', 'manage sources', 'nav')).click();
  await page.find('heading', '^sources$', 'main');
  await take('sources-light');
  await mkdir(evidence);
  await window.evaluate((to) => localStorage.setItem('turnstone.export.to', to), evidence);
  await (await page.find('button', '^all calls', 'nav')).click();
  await window.press([KEY.Ctrl, 'l']);
  await window.press([KEY.Ctrl, 'a']);
  await window.press('e');
  await page.find('combobox', 'case', 'dialog[open]');
  await window.type('Billing complaints');
  await window.press(KEY.Enter);
  await (await page.find('textbox', '^number$', 'dialog[open]')).type('2026-17');
  await (await page.find('textbox', '^purpose$', 'dialog[open]')).type('Request of the regulator');
  await window.press(KEY.Enter);
  await (await page.find('button', 'billing complaints', 'nav')).click();
  await (await page.find('button', '^export', '[aria-label=Case]')).click();
  await until('it would be signed', async () => /signed with your key/i.test(await page.text('dialog[open]')));
  await window.press(KEY.Enter);
  await until('it is exported', async () => /calls exported, read again/.test(await page.text('dialog[open]')));
  await take('exported-light');
  await window.press(KEY.Escape);
  await window.press([KEY.Ctrl, 'l']);
  await window.press(KEY.Escape);
  await theme('dark');
  await (await page.find('button', '^all calls', 'nav')).click();
  await until('the list is back', async () => (await page.callCount()) > 0);
  await window.press([KEY.Ctrl, 'f']);
  await window.type('please');
  await until('turns are found', async () => (await page.hits()).length >= 2);
  await window.press(KEY.Enter);
  await until('a call is open at a hit', async () => (await page.turns()).length > 3);
  await take('search-dark');
} finally {
  await window?.close();
  await card.stop();
  await rm(recordings, { recursive: true, force: true });
  await rm(evidence, { recursive: true, force: true });
  await rm(folder, { recursive: true, force: true });
}
