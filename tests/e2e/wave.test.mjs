// The measuring instrument itself: `node --test tests/e2e/wave.test.mjs`.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { atRate, locate, readWav, writeWav } from './wave.mjs';

function noise(length, seed) {
  let state = seed;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

test('a piece is found where it was cut out, to the sample', () => {
  const whole = noise(50_000, 7);
  const found = locate(whole.subarray(31_234, 36_000), whole);
  assert.equal(found.at, 31_234);
  assert.ok(found.likeness > 0.999, `the same sound is the same: ${found.likeness}`);
});

test('a piece that is quieter and noisy is still found', () => {
  const whole = noise(40_000, 1);
  const hiss = noise(4_000, 2);
  const piece = whole.slice(12_000, 16_000).map((sample, at) => sample * 0.2 + hiss[at] * 0.05);
  const found = locate(piece, whole);
  assert.equal(found.at, 12_000);
  assert.ok(found.likeness > 0.9 && found.likeness < 0.99, `${found.likeness}`);
});

test('a piece that begins before the whole has a negative place', () => {
  const long = noise(20_000, 3);
  assert.equal(locate(long.subarray(0, 10_000), long.subarray(2_500)).at, -2_500);
});

test('foreign sound is not taken for a match', () => {
  assert.ok(locate(noise(4_000, 8), noise(40_000, 9)).likeness < 0.2);
});

test('a tone keeps its pitch and level at another rate', () => {
  const tone = (rate) => Float32Array.from({ length: rate }, (_, n) => 0.5 * Math.sin((2 * Math.PI * 440 * n) / rate));
  for (const [from, to] of [[16_000, 8_000], [8_000, 16_000], [22_050, 8_000]]) {
    const out = atRate({ rate: from, samples: tone(from) }, to).samples;
    const wanted = tone(to);
    const worst = Math.max(...Array.from(out.subarray(200, to - 200), (sample, n) => Math.abs(sample - wanted[n + 200])));
    assert.ok(worst < 0.02, `${from} to ${to}: off by ${worst}`);
  }
});

test('a file holds what was written', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'wave-'));
  try {
    const sound = { rate: 8000, samples: noise(1000, 4).map((sample) => sample * 0.9) };
    await writeWav(join(folder, 'a.wav'), sound);
    const back = await readWav(join(folder, 'a.wav'));
    assert.equal(back.rate, 8000);
    assert.ok(back.samples.every((sample, at) => Math.abs(sample - sound.samples[at]) < 1e-3));
  } finally {
    await rm(folder, { recursive: true });
  }
});
