// Sound and text in step, measured from outside: what comes out of the sound card is recorded, compared with the call's own
// file, and the place found in it is compared with what the window highlights at that moment.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { until } from '../until.mjs';
import { atRate, locate, loudness, readWav, writeWav } from '../wave.mjs';

/** To find the place of a sound. */
const RATE = 8000;
/** To judge how alike it is there: at less, a shift of a fraction of a sample makes the same sound look like another. */
const FINE = 16_000;
const MOMENTS = 10;
const CALL = 'broken heating';
/** From this likeness on, a second of sound is the piece of the file it is most like. Others reach 0.35. */
const SURE = 0.6;
/** How far a highlight may be from its sound. */
const WORST_MS = 50;

let heard; // what the first test recorded, for the second to examine

async function reference({ library, truth, artefacts }) {
  const row = await library.callOf(truth.get(CALL).file);
  const path = join(artefacts, 'reference.wav');
  await library.run('render', row.id, '--out', path);
  const file = await readWav(path);
  return { whole: atRate(file, RATE).samples, fine: atRate(file, FINE).samples };
}

/** Where in the call the recording is at a moment: the place of the second around it, seconds before and after given. */
function heardAt(moment, recorded, zero, whole, [before, after] = [0.4, 0.4]) {
  const at = Math.round(((moment - zero) * RATE) / 1000);
  const lead = Math.round(before * RATE);
  const piece = recorded.subarray(at - lead, at + Math.round(after * RATE));
  const found = locate(piece, whole);
  return { ms: ((found.at + lead) * 1000) / RATE, likeness: found.likeness, loud: loudness(piece) };
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

export const tests = {
  'a call plays, and its sound is the sound of its file': async (stage) => {
    const { page, window, card, truth, artefacts, picture } = stage;
    const call = truth.get(CALL);
    await (await page.call('2:34')).click();
    await until('its transcript is shown', async () => (await page.turns())[0]?.text === call.turns[0].text);
    await page.watchHighlight();
    const ear = await card.listen();
    try {
      await window.press(' ');
      await until('the player says it plays', () => page.playing());
      await until('sound arrives', () => ear.hears());
      await until(`turn ${MOMENTS} is being spoken`, async () => (await page.activeTurn()) >= MOMENTS, 120_000);
      await picture('playing');
      const log = await page.highlightLog();
      await window.press(' ');
      await until('it pauses', async () => !(await page.playing()));
      await until('and is silent', () => !ear.hears());
      heard = { ...(await ear.stop()), log };
    } finally {
      await ear.stop();
    }
    await writeWav(join(artefacts, 'heard.wav'), heard);
    const { whole, fine } = await reference(stage);
    const recorded = atRate(heard, RATE).samples;
    const recordedFine = atRate(heard, FINE).samples;
    const first = recorded.findIndex((sample) => Math.abs(sample) > 0.05);
    const places = [];
    for (let at = first; at + RATE < recorded.length; at += 4 * RATE) {
      const piece = recorded.subarray(at, at + RATE);
      if (loudness(piece) <= 0.01) continue;
      const coarse = locate(piece, whole);
      const scale = FINE / RATE;
      const near = Math.max(0, coarse.at * scale - FINE / 10);
      const { likeness } = locate(recordedFine.subarray(at * scale, (at + RATE) * scale), fine.subarray(near, near + FINE * 1.2));
      places.push({ second: (at - first) / RATE, at: coarse.at, likeness });
    }
    const likeness = median(places.map((place) => place.likeness));
    assert.ok(likeness > 0.9, `what is heard is the sound of the file: likeness of its seconds ${likeness.toFixed(3)}`);
    // Where the machine is too busy the sound breaks off and goes on; it never jumps, and nothing is left out.
    const delays = places.filter((place) => place.likeness > 0.8).map((place) => place.second - place.at / RATE);
    const broken = (delays.at(-1) - delays[0]) * 1000;
    assert.ok(delays.every((delay, at) => at === 0 || delay - delays[at - 1] > -0.02), 'the seconds are heard in their order');
    return `likeness of ${places.length} seconds ${likeness.toFixed(3)}; interruptions in all ${broken.toFixed(0)} ms`;
  },

  'the highlighted turn at ten moments is the turn whose sound is being heard': async (stage) => {
    assert.ok(heard, 'there is a recording');
    const turns = stage.truth.get(CALL).turns;
    const { whole } = await reference(stage);
    const recorded = atRate(heard, RATE).samples;
    const begun = heard.log.findIndex((entry) => entry.index === 0);
    assert.ok(begun >= 0, 'the first turn was highlighted');
    const shownAt = (moment) => heard.log.findLast((entry) => entry.at <= moment)?.index ?? null;
    for (let index = 0; index < MOMENTS; index++) {
      const shown = heard.log.find((entry) => entry.index === index);
      const next = heard.log.find((entry) => entry.index === index + 1);
      assert.ok(shown && next, `turn ${index} was highlighted and then left`);
      // Within what the window showed as this turn, pauses left out: the length of speech comes from the truth. The middle,
      // or, where a busy machine broke the sound off there, another moment of the same turn.
      const length = turns[index].end_ms - turns[index].start_ms;
      const alike = [];
      let place = null;
      for (const part of [0.5, 0.35, 0.65, 0.25, 0.75]) {
        const moment = shown.at + length * part;
        place = { moment, ...heardAt(moment, recorded, heard.zero, whole) };
        alike.push(place.likeness.toFixed(2));
        if (place.likeness > SURE) break;
      }
      assert.ok(place.likeness > SURE, `what is heard while turn ${index} is shown is in the file: likeness ${alike.join(', ')}`);
      const { moment } = place;
      const spoken = turns.findIndex((turn) => turn.start_ms <= place.ms && place.ms < turn.end_ms);
      assert.equal(shownAt(moment), spoken, `at moment ${index} turn ${spoken} is heard (${place.ms.toFixed(0)} ms)`);
    }
    // How far the sound was into the turn when the frame with its highlight came.
    const late = heard.log
      .filter((entry) => entry.index !== null)
      .map((entry) => ({ entry, place: heardAt(entry.at, recorded, heard.zero, whole, [0.2, 1]) }))
      .filter(({ place }) => place.likeness > SURE)
      .map(({ entry, place }) => place.ms - turns[entry.index].start_ms);
    const worst = Math.max(...late.map(Math.abs));
    const words = `highlight after sound: median ${median(late).toFixed(0)} ms, worst ${worst.toFixed(0)} ms over ${late.length} turns`;
    assert.ok(late.length >= MOMENTS / 2, `enough of the highlights fall into unbroken sound: ${late.length}`);
    assert.ok(worst <= WORST_MS, `${words}: ${late.map(Math.round).join(', ')}`);
    return words;
  },

  'clicking a turn seeks to it, and its sound is heard': async (stage) => {
    const { page, window, card, truth } = stage;
    const turns = truth.get(CALL).turns;
    const ear = await card.listen();
    try {
      const target = 8;
      await (await page.turn(target)).click();
      await until('the turn is highlighted', async () => (await page.activeTurn()) === target);
      if (!(await page.playing())) await window.press(' ');
      await until('sound arrives', () => ear.hears());
      await until('the next turn begins', async () => (await page.activeTurn()) === target + 1, 30_000);
      await window.press(' ');
      const recording = await ear.stop();
      const recorded = atRate(recording, RATE).samples;
      const first = recorded.findIndex((sample) => Math.abs(sample) > 0.05);
      const { at, likeness } = locate(recorded.subarray(first, first + RATE), (await reference(stage)).whole);
      const ms = (at * 1000) / RATE;
      assert.ok(likeness > SURE, `it is this call's sound: likeness ${likeness.toFixed(3)}`);
      const { start_ms } = turns[target];
      assert.ok(ms > start_ms - 1600 && ms < start_ms + 250, `turn ${target} begins at ${start_ms} ms; heard from ${ms.toFixed(0)} ms`);
      return `turn at ${start_ms} ms, first sound from ${ms.toFixed(0)} ms`;
    } finally {
      await ear.stop();
    }
  },
};
