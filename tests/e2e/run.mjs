#!/usr/bin/env node
// The end-to-end tests: the real window, driven and listened to from outside. See README.md.
import { mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import { setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBus } from './bus.mjs';
import { isolated } from './isolated.mjs';
import { Library, programs, truth } from './library.mjs';
import { Page } from './page.mjs';
import { SoundCard } from './sound.mjs';
import { until } from './until.mjs';
import { Window } from './webdriver.mjs';
import * as browsing from './scenarios/browsing.mjs';
import * as cases from './scenarios/cases.mjs';
import * as evidence from './scenarios/evidence.mjs';
import * as firstRun from './scenarios/first_run.mjs';
import * as hostile from './scenarios/hostile.mjs';
import * as keeping from './scenarios/keeping.mjs';
import * as keys from './scenarios/keys.mjs';
import * as listening from './scenarios/listening.mjs';
import * as looks from './scenarios/looks.mjs';
import * as noDevice from './scenarios/no_device.mjs';
import * as servers from './scenarios/servers.mjs';

const artefacts = join(import.meta.dirname, 'artefacts');
const only = process.argv[2] ? new RegExp(process.argv[2], 'i') : /./;
const groups = { browsing, listening, keys, looks, 'first run': firstRun, 'what sources say': hostile, servers, keeping, cases, evidence, 'no device': noDevice };

/** One group: its own library, its own window, its tests in order. */
async function runGroup(name, group, folder, base, card, log) {
  const chosen = Object.entries(group.tests).filter(([title]) => only.test(`${name}: ${title}`));
  const count = { passed: 0, failed: 0 };
  if (chosen.length === 0) return count;
  const at = join(folder, name.replaceAll(' ', '-'));
  const library = group.empty ? new Library(at, base) : await Library.ofDemoCalls(at, base);
  let window;
  let started;
  try {
    started = await group.start?.();
    window = await Window.open(join(programs, 'turnstone-desktop'), ['--library', at], { ...card.environment, ...group.environment }, log);
    const stage = {
      window, page: new Page(window), library, card, started, truth: await truth(), artefacts,
      picture: (what) => window.picture(join(artefacts, `${what.replace(/\W+/g, '-')}.png`)),
    };
    await until('the window hears keys', () => stage.page.has('button', '^play$', '[aria-label=Player]'));
    for (const [title, test] of chosen) {
      const begun = performance.now();
      try {
        const note = await test(stage);
        console.log(`ok      ${name}: ${title} (${Math.round(performance.now() - begun)} ms)${note ? `\n        ${note}` : ''}`);
        count.passed += 1;
      } catch (error) {
        console.log(`FAILED  ${name}: ${title}\n        ${String(error.stack).replaceAll('\n', '\n        ')}`);
        await stage.picture(`failed ${name} ${title}`).catch(() => {});
        count.failed += 1;
      }
    }
  } catch (error) {
    console.log(`FAILED  ${name}: the window opens\n        ${error.stack}`);
    count.failed += chosen.length;
  } finally {
    await window?.close();
    await started?.stop();
  }
  return count;
}

/**
 * Everything the tests start inherits this. What else the machine does must not tear holes into the sound that is measured; where the
 * system does not allow it, the tests go on without.
 */
function comeFirst() {
  try {
    setPriority(-12);
  } catch {
    console.log('note: no higher priority here; a busy machine may tear holes into the sound');
  }
}

async function main() {
  comeFirst();
  await rm(artefacts, { recursive: true, force: true });
  await mkdir(artefacts, { recursive: true });
  const folder = await mkdtemp(join(tmpdir(), 'turnstone-e2e-'));
  const log = await open(join(artefacts, 'window.log'), 'w');
  const total = { passed: 0, failed: 0 };
  let card;
  let bus;
  try {
    const env = await isolated(folder);
    bus = await startBus(env);
    env.DBUS_SESSION_BUS_ADDRESS = bus.address;
    card = await SoundCard.start(env.XDG_RUNTIME_DIR, env, log.fd);
    for (const [name, group] of Object.entries(groups)) {
      const count = await runGroup(name, group, folder, env, card, log.fd);
      total.passed += count.passed;
      total.failed += count.failed;
    }
  } finally {
    await card?.stop();
    await bus?.stop();
    await log.close();
    await rm(folder, { recursive: true, force: true });
  }
  console.log(`${total.passed} passed, ${total.failed} failed`);
  process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
}

await main();
