// What a source says is text and nothing else, whatever it contains.
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from '../until.mjs';
import { KEY } from '../webdriver.mjs';

export const empty = true;

const SAID = [
  '<img src=x onerror="window.harmed = 1"> good morning',
  '<script>window.harmed = 2</script> and <b onclick="window.harmed = 3">welcome</b>',
  '{@html "<i>harmed</i>"} ${window.harmed = 4} javascript:window.harmed=5',
  'an account \u202Eof nobody\u202C at all',
  '</li></ol><iframe src="https://example.org/"></iframe>',
];
const NAME = '"><svg onload="window.harmed = 6">';

/** A WebVTT with these words, escaped nowhere, and half a minute of silence beside it. */
async function prepare(folder) {
  await mkdir(folder, { recursive: true });
  const turns = SAID.map((text, at) => ({ speaker: at % 2 ? NAME : 'agent', text, start: at * 2, end: at * 2 + 1.5 }));
  const silence = Buffer.alloc(44 + 16_000 * 12);
  silence.write('RIFF', 0, 'latin1');
  silence.writeUInt32LE(silence.length - 8, 4);
  silence.write('WAVEfmt ', 8, 'latin1');
  silence.writeUInt32LE(16, 16);
  silence.writeUInt16LE(1, 20);
  silence.writeUInt16LE(1, 22);
  silence.writeUInt32LE(8_000, 24);
  silence.writeUInt32LE(16_000, 28);
  silence.writeUInt16LE(2, 32);
  silence.writeUInt16LE(16, 34);
  silence.write('data', 36, 'latin1');
  silence.writeUInt32LE(silence.length - 44, 40);
  const stem = join(folder, '2026-11-02_09-00-00_inbound_+12025550110');
  await writeFile(`${stem}.wav`, silence);
  await writeFile(`${stem}.json`, JSON.stringify(turns));
}

export const tests = {
  'markup in a transcript is shown as the characters it is': async ({ page, window, library, picture }) => {
    const folder = join(library.folder, '..', 'hostile-calls');
    await prepare(folder);
    await page.command('add_source', { kind: 'folder', name: '<u onmouseover="window.harmed = 7">calls</u>', path: folder, url: null, set: {}, secret: {} });
    await (await page.call('0:12')).click();
    const shown = await until('all turns are shown', async () => {
      const turns = await page.turns();
      return turns.length === SAID.length ? turns.map((turn) => turn.text) : null;
    });
    assert.deepEqual(shown, SAID, 'every character is there, and none of them is markup');
    await picture('hostile');
    assert.equal(await harm(window), 'none', 'nothing of it was carried out or became an element');
  },

  'markup in what a search finds is text as well': async ({ page, window }) => {
    await window.press([KEY.Ctrl, 'f']);
    await window.type('harmed');
    await until('turns are found', async () => (await page.hits()).length >= 2);
    await until('the found words are text', async () => (await page.hits()).some((hit) => hit.includes('<script>')));
    assert.equal(await harm(window), 'none', 'a hit is as harmless as the turn it comes from');
  },
};

/** What came of it: 'none', or what did. */
function harm(window) {
  return window.evaluate(() => {
    if (window.harmed !== undefined) return `a script ran: ${window.harmed}`;
    const strange = document.querySelector('main img, main iframe, main script, [onerror], [onload], [onclick], [onmouseover]');
    return strange ? strange.outerHTML : 'none';
  });
}
