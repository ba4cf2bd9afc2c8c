import { describe, expect, it } from 'vitest';
import { Pane } from './pane.svelte';

const METRICS = { textWidth: 500, lineHeight: 20, characterWidth: 5, extra: 10 };
const HEADER = 40;

/** A pane over rows whose true heights differ from the estimate of 30 pixels. */
function standing(count: number, trueHeight: (row: number) => number) {
  const scroller = { scrollTop: 0, clientHeight: 600 };
  const frames: ((now: number) => void)[] = [];
  const pane = new Pane(
    () => true,
    (step) => frames.push(step),
    () => frames.splice(0),
  );
  pane.stand(scroller);
  pane.listTop = HEADER;
  pane.lay(Array<number>(count).fill(10), METRICS);
  const paint = (): void => {
    for (let again = true; again; ) {
      const rows: [number, number][] = [];
      for (let row = pane.range.first; row < pane.range.end; row++) rows.push([row, trueHeight(row)]);
      again = pane.measured(rows);
      pane.settle();
    }
  };
  /** Where a row stands on the screen. */
  const y = (row: number): number => HEADER + pane.heights.top(row) - scroller.scrollTop;
  return { scroller, pane, paint, y, frames };
}

describe('the pane of the transcript', () => {
  it('mounts only the rows near the view', () => {
    const { pane, paint } = standing(5_000, () => 30);
    paint();
    expect(pane.range.first).toBe(0);
    expect(pane.range.end, 'a view of 600 pixels and what is to spare').toBeLessThan(60);
    expect(pane.above + pane.below + (pane.range.end - pane.range.first) * 30).toBe(150_000);
  });

  it('puts a row where it is wanted although the rows above it turn out to be taller', () => {
    const { pane, paint, y } = standing(5_000, (row) => 30 + (row % 7) * 22);
    pane.bring(2_500, 180, false);
    paint();
    expect(y(2_500), 'the row must stand at 180, whatever was measured since').toBe(180);
  });

  it('moves nothing in view while the reader scrolls up through rows never measured', () => {
    const { pane, paint, y, scroller } = standing(5_000, (row) => 30 + (row % 5) * 22);
    pane.bring(2_500, 180, false);
    paint();
    for (let turn = 0; turn < 100; turn++) {
      const seen = pane.topRow + 2;
      const before = y(seen);
      scroller.scrollTop -= 90;
      expect(pane.scrolled(), 'the reader scrolled').toBe(true);
      paint();
      expect(Math.abs(y(seen) - before - 90), 'a row in view moves as far as was scrolled').toBeLessThan(1);
    }
  });

  it('knows its own scrolling from the reader’s', () => {
    const { pane, paint, scroller } = standing(1_000, () => 30);
    pane.bring(500, 100, false);
    paint();
    expect(pane.scrolled(), 'this was the pane itself').toBe(false);
    scroller.scrollTop += 3;
    expect(pane.scrolled()).toBe(true);
  });

  it('glides to near places for at most 120 ms and stops when the reader takes over', () => {
    const { pane, paint, y, scroller, frames } = standing(1_000, () => 30);
    paint();
    pane.bring(25, 180, true);
    const steps: number[] = [];
    for (let now = 0; frames.length > 0 && now < 1_000; now += 16) {
      frames.shift()?.(now);
      steps.push(y(25));
    }
    expect(steps.length * 16, 'no longer than a glance').toBeLessThan(150);
    expect(Math.abs(y(25) - 180), 'to the pixel').toBeLessThan(1);
    expect([...steps].sort((a, b) => b - a), 'in one direction').toEqual(steps);
    pane.bring(40, 180, true);
    frames.shift()?.(2_000);
    scroller.scrollTop += 50;
    pane.scrolled();
    expect(frames, 'the motion ends where the reader took over').toHaveLength(0);
  });

  it('exchanges rows only when the spare ones run short', () => {
    const { pane, paint, scroller } = standing(5_000, () => 30);
    pane.bring(2_000, 100, false);
    paint();
    const before = pane.range;
    scroller.scrollTop += 200;
    pane.scrolled();
    expect(pane.range, 'a small scroll changes no row').toBe(before);
    scroller.scrollTop += 2_000;
    pane.scrolled();
    expect(pane.range).not.toBe(before);
  });

  it('keeps the rows of a selection mounted, within reason', () => {
    const { pane, paint, scroller } = standing(5_000, () => 30);
    pane.bring(1_000, 0, false);
    paint();
    pane.hold({ first: 1_000, end: 1_002 });
    scroller.scrollTop += 3_000;
    pane.scrolled();
    expect(pane.range.first, 'the selection begins up there').toBe(1_000);
    scroller.scrollTop += 60_000;
    pane.scrolled();
    expect(pane.range.first, 'thousands of rows are not kept for it').toBeGreaterThan(1_000);
  });
});
