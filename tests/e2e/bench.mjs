#!/usr/bin/env node
// The window's figures on a library it is given: first frame, memory, processor time while playing, click to first sample. Each
// beside a peer in the same run. `turnstone-bench window` makes the library and runs this; nothing is asserted.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, openSync, readdirSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { isolated } from './isolated.mjs';
import { Library, demo, programs, truth } from './library.mjs';
import { Display } from './display.mjs';
import { Page } from './page.mjs';
import { family, memoryMiB, processorMs } from './processes.mjs';
import { SoundCard } from './sound.mjs';
import { until } from './until.mjs';
import { readWav } from './wave.mjs';
import { Window } from './webdriver.mjs';

const folder = process.argv[2];
const STARTS = 7;
const CLICKS = 24;
const PLAYED_MS = 20_000;
const COLOUR = [18, 171, 52];
const BLANK = 'data:text/html,<body style="background:rgb(18,171,52)">';
const quiet = openSync('/dev/null', 'w');

const env = await isolated(join(folder, 'home'));
const card = await SoundCard.start(env.XDG_RUNTIME_DIR, env, quiet);
const library = new Library(join(folder, 'library'), card.environment);
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

function start(program, args, more = {}) {
  const child = spawn(program, args, { env: { ...card.environment, ...more }, stdio: ['ignore', quiet, quiet] });
  child.on('error', (error) => console.log(`  ${program}: ${error.message}`));
  return child;
}

async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const all = family(child.pid);
  child.kill();
  await Promise.race([once(child, 'exit'), pause(5000)]);
  for (const pid of all) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It went with its parent.
    }
  }
  await pause(300);
}

const ourWindow = (...args) => start(join(programs, 'turnstone-desktop'), ['--library', library.folder, ...args]);
const chromium = () =>
  start('chromium', [`--app=${BLANK}`, '--no-sandbox', '--no-first-run', `--user-data-dir=${join(folder, 'chromium')}`, '--window-size=1280,800']);

/** WebKitGTK's own example browser, where the distribution ships it. */
function miniBrowser() {
  for (const triple of existsSync('/usr/lib') ? readdirSync('/usr/lib') : []) {
    const path = `/usr/lib/${triple}/webkit2gtk-4.1/MiniBrowser`;
    if (existsSync(path)) return path;
  }
  return null;
}

async function firstFrame() {
  const display = await Display.open();
  const browser = miniBrowser();
  // The window stands in the middle of a screen of 1440 by 900; this is where its third row has its day, time and number.
  const rows = async () => {
    const light = (await display.pixels(285, 244, 240, 20)).map(([r, g, b]) => r + g + b);
    return light.filter((sum) => sum > 690).length > 2400 && light.filter((sum) => sum < 330).length > 30;
  };
  const colour = async () => (await display.pixels(700, 400, 1, 1))[0].every((value, at) => Math.abs(value - COLOUR[at]) < 3);
  const kinds = { 'our window with its rows': [() => ourWindow(), rows] };
  if (browser) kinds['empty WebKitGTK window'] = [() => start(browser, ['--geometry=1280x800', BLANK]), colour];
  if (hasChromium()) kinds['empty Chromium --app'] = [chromium, colour];
  const times = new Map(Object.keys(kinds).map((kind) => [kind, []]));
  for (let turn = 0; turn <= STARTS; turn++) {
    for (const [kind, [open, seen]] of Object.entries(kinds)) {
      const begun = performance.now();
      const child = open();
      try {
        while (!(await seen())) {
          if (performance.now() - begun > 20_000) throw new Error(`${kind}: nothing appeared within 20 s`);
          await pause(2);
        }
        if (turn > 0) times.get(kind).push(performance.now() - begun); // The first start warms the disk cache.
      } catch (error) {
        console.log(`  ${error.message}`);
      } finally {
        await end(child);
      }
    }
  }
  display.close();
  console.log(`start to first frame, ${STARTS} starts in turns, ms p50 (all):`);
  const [ours] = times.values();
  for (const [kind, all] of times) {
    console.log(`  ${kind}: ${ms(at(all, 0.5))} (${all.map(ms).join(' ')})${all === ours ? '' : `, we take ${(at(ours, 0.5) / at(all, 0.5)).toFixed(2)}×`}`);
  }
  if (!browser) console.log('  not measured: an empty WebKitGTK window; its MiniBrowser is not installed');
}

async function memoryAndProcessor() {
  const ear = await card.listen();
  const child = ourWindow('--open', 'first', '--play');
  const used = {};
  try {
    await until('the call is heard', () => ear.hears(), 30_000);
    await pause(3000);
    const server = [card.pid];
    const [before, served, begun] = [processorMs(family(child.pid)), processorMs(server), performance.now()];
    await pause(PLAYED_MS);
    const took = performance.now() - begun;
    used.share = ((processorMs(family(child.pid)) - before) / took) * 100;
    used.server = ((processorMs(server) - served) / took) * 100;
    used.ours = family(child.pid).map((pid) => memoryMiB([pid]));
  } finally {
    await end(child);
    await ear.stop();
  }
  const sum = used.ours.reduce((total, one) => total + one, 0);
  console.log(`processor while playing for ${PLAYED_MS / 1000} s, all our processes: ${used.share.toFixed(1)} % of a core (the sound server beside them: ${used.server.toFixed(1)} %)`);
  let peer = 'not measured beside Chromium: it is not installed';
  if (hasChromium()) {
    const other = chromium();
    await pause(6000);
    const theirs = memoryMiB(family(other.pid));
    await end(other);
    peer = `an empty Chromium --app window ${theirs.toFixed(0)} MiB, ratio ${(sum / theirs).toFixed(2)}`;
  }
  console.log(`memory while playing (PSS): ${sum.toFixed(0)} MiB (${used.ours.map((one) => one.toFixed(0)).join(' + ')}); ${peer}`);
}

async function clickToSound(call) {
  const path = join(folder, 'reference.wav');
  await library.run('render', call.id, '--out', path);
  const places = loudPlaces(await readWav(path), CLICKS);
  const window = await Window.open(join(programs, 'turnstone-desktop'), ['--library', library.folder], card.environment, quiet);
  const ear = await card.listen();
  const clicks = [];
  try {
    const page = new Page(window);
    await page.command('change_settings', { ...(await page.command('settings', {})), resume_back_ms: 0 });
    await (await page.call('2:34')).click();
    await until('its transcript is shown', async () => (await page.turns()).length > 5);
    await window.evaluate(() => {
      window.clicks = [];
      document.addEventListener('click', () => window.clicks.push(performance.timeOrigin + performance.now()), true);
    });
    const button = await page.find('button', '^play$', '[aria-label=Player]');
    for (const place of places) {
      await page.command('player', { do: 'seek', to_ms: place });
      await until('it is silent', () => !ear.hears(200));
      await button.click();
      await until('it is heard', () => ear.hears(200));
      await page.command('player', { do: 'pause' });
    }
    clicks.push(...(await window.evaluate(() => window.clicks)));
  } finally {
    await ear.stop();
    await window.close();
  }
  const ours = onsets(ear.recording(), clicks);
  console.log(`click to first sample, cached MP3, ${ours.length} clicks, ms p50/p95: ${pair(ours)}`);
  const theirs = await mpv(places, call);
  // No ratio: mpv opens the file and its stream for each, while our recording is open and stands at the place.
  if (theirs) console.log(`  for scale, mpv idle told to load the file at the same places, which is more work: ${pair(theirs)}`);
  else console.log('  not measured: mpv; it is not installed');
}

/** mpv waiting for orders, told to play the same file from the same places. */
async function mpv(places) {
  if (!has('mpv')) return null;
  const file = join(demo, (await truth()).get('broken heating').file);
  const socket = join(folder, 'mpv');
  const player = start('mpv', ['--idle=yes', '--no-video', '--ao=pulse', '--no-config', '--hr-seek=yes', `--input-ipc-server=${socket}`]);
  const ear = await card.listen();
  const orders = [];
  try {
    await until('mpv listens', () => existsSync(socket));
    const wire = createConnection(socket);
    wire.on('data', () => {});
    await once(wire, 'connect');
    const tell = (...command) => wire.write(`${JSON.stringify({ command })}\n`);
    for (const place of places) {
      await until('it is silent', () => !ear.hears(200));
      orders.push(performance.timeOrigin + performance.now());
      tell('set_property', 'start', `${place / 1000}`);
      tell('loadfile', file, 'replace');
      await until('it is heard', () => ear.hears(200));
      tell('stop');
    }
    wire.destroy();
  } finally {
    await ear.stop();
    await end(player);
  }
  return onsets(ear.recording(), orders);
}

/** For each moment, how long until the first sample that is not silence. */
function onsets({ rate, samples, zero }, moments) {
  return moments.map((moment) => {
    const from = Math.max(0, Math.round(((moment - zero) * rate) / 1000));
    const first = samples.subarray(from).findIndex((sample) => Math.abs(sample) > 0.004);
    return (first * 1000) / rate;
  });
}

/** Milliseconds of a recording at which it is loud at once, spread over it. */
function loudPlaces({ rate, samples }, count) {
  const places = [];
  for (let n = 1; places.length < count && n < 40 * count; n++) {
    const place = Math.round((n * (samples.length / rate) * 1000) / (count + 2) + (n > count ? n * 37 : 0)) % Math.floor((samples.length / rate) * 1000 - 3000);
    const from = Math.round((place * rate) / 1000);
    const loud = (start, end) => samples.subarray(from + start, from + end).some((sample) => Math.abs(sample) > 0.05);
    const every = Array.from({ length: 8 }, (_, k) => loud(k * rate * 0.004, (k + 1) * rate * 0.004)).every(Boolean);
    if (every) places.push(place);
  }
  return places;
}

function has(program) {
  return (process.env.PATH ?? '').split(':').some((place) => existsSync(join(place, program)));
}

function hasChromium() {
  return has('chromium');
}

function at(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
}

function ms(value) {
  return value.toFixed(0);
}

function pair(values) {
  return `${at(values, 0.5).toFixed(1)}/${at(values, 0.95).toFixed(1)}`;
}

try {
  await library.run('source', 'add', 'folder', 'Demo calls', '--path', join(demo, 'calls'));
  await library.run('sync', 'Demo calls');
  const call = await library.callOf((await truth()).get('broken heating').file);
  await library.run('fetch', call.id);
  await firstFrame();
  await memoryAndProcessor();
  await clickToSound(call);
} finally {
  await card.stop();
}
