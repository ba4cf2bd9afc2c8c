import { describe, expect, it } from 'vitest';
import { nextPaintIn, pixelAt, positionAt } from './playhead';

/** Plays for a while and counts the paintings. */
function paintings(durationMs: number, speed: number, width: number, wallMs: number): { count: number; longest: number } {
  let count = 0;
  let longest = 0;
  for (let wall = 0; wall < wallMs; count++) {
    const wait = nextPaintIn(wall * speed, durationMs, speed, width);
    longest = Math.max(longest, wait);
    wall += wait;
  }
  return { count, longest };
}

describe('painting the player bar', () => {
  it('happens once for every second that is shown', () => {
    const hour = paintings(3_600_000, 1, 700, 60_000);
    expect(hour.count).toBe(60);
    expect(hour.longest, 'no second is missed').toBeLessThanOrEqual(1_000);
    expect(paintings(160_000, 1, 700, 60_000).count, 'a few pixels more make no difference').toBe(60);
  });

  it('happens twice where a second would make the playhead leap', () => {
    expect(paintings(20_000, 1, 1_000, 10_000).count).toBe(20);
  });

  it('keeps up with the speed', () => {
    expect(paintings(3_600_000, 2, 700, 10_000).longest, 'a second of the recording lasts half a second').toBeLessThanOrEqual(500);
  });

  it('does not turn in circles when a timer ends early', () => {
    expect(nextPaintIn(999.99, 60_000, 1, 400)).toBeGreaterThanOrEqual(20);
  });

  it('has no pixels to think of before the bar has a width', () => {
    expect(nextPaintIn(0, 60_000, 1, 0)).toBe(1_000);
  });
});

describe('the place in the bar', () => {
  it('and the position agree, within the bar', () => {
    expect(pixelAt(30_000, 60_000, 800)).toBe(400);
    expect(positionAt(400, 60_000, 800)).toBe(30_000);
    expect(pixelAt(90_000, 60_000, 800)).toBe(800);
    expect(positionAt(-20, 60_000, 800)).toBe(0);
    expect(pixelAt(5, 0, 800), 'no length yet').toBe(0);
    expect(positionAt(5, 60_000, 0), 'no width yet').toBe(0);
  });
});
