import { describe, expect, it } from 'vitest';
import {
  evenLayout,
  indexOfSlot,
  MAX_SCROLL_PX,
  offsetToShow,
  poolSize,
  scrolled,
  scrollHeight,
  scrollTopFor,
  stackedLayout,
  visibleRows,
} from './virtual';

const VIEW = 600;

describe('the pool of rows', () => {
  it('is enough for every place in the list', () => {
    for (const layout of [evenLayout(1_000, 30), stackedLayout(Array.from({ length: 500 }, (_, i) => (i % 4 === 0 ? 32 : 50)))]) {
      const size = poolSize(layout, VIEW);
      for (let offset = 0; offset <= layout.total - VIEW; offset += 7) {
        const { first, last } = visibleRows(layout, offset, VIEW);
        expect(last - first + 1, `at ${offset}`).toBeLessThanOrEqual(size);
      }
    }
  });

  it('gives each visible row an element of its own, and keeps it while the row is visible', () => {
    const size = 12;
    const shown = (first: number): number[] => Array.from({ length: size }, (_, slot) => indexOfSlot(slot, first, size));
    expect([...shown(40)].sort((a, b) => a - b), 'every row once').toEqual(Array.from({ length: size }, (_, i) => 40 + i));
    const changed = shown(40).filter((row, slot) => row !== shown(41)[slot]);
    expect(changed, 'one row down: only the row that left changes').toEqual([40]);
  });

  it('draws nothing for an empty list', () => {
    const empty = evenLayout(0, 30);
    expect(visibleRows(empty, 0, VIEW), 'no rows').toEqual({ first: 0, last: -1 });
    expect(poolSize(empty, VIEW), 'no elements').toBe(0);
  });
});

describe('layouts', () => {
  it('finds rows of different heights', () => {
    const layout = stackedLayout([32, 50, 50, 32, 50]);
    expect([0, 31, 32, 81, 82, 500].map((px) => layout.at(px)), 'the row at each distance').toEqual([0, 0, 1, 1, 2, 4]);
    expect([layout.top(3), layout.height(3), layout.total], 'tops add up').toEqual([132, 32, 214]);
  });

  it('moves as little as possible to show a row', () => {
    const layout = evenLayout(100, 30);
    expect(offsetToShow(layout, 5, 0, VIEW), 'already there').toBe(0);
    expect(offsetToShow(layout, 20, 0, VIEW), 'just below: to the bottom edge').toBe(30);
    expect(offsetToShow(layout, 2, 300, VIEW), 'above: to the top edge').toBe(60);
  });
});

describe('a million rows in a bounded scroll bar', () => {
  const total = 1_000_000 * 30;
  const all = total - VIEW;
  const bar = MAX_SCROLL_PX - VIEW;

  it('bounds the height the engine sees', () => {
    expect(scrollHeight(total), 'bounded').toBe(MAX_SCROLL_PX);
    expect(scrollHeight(3_000), 'short lists are as they are').toBe(3_000);
  });

  it('reaches both ends exactly', () => {
    expect(scrolled({ offset: 5, scrollTop: 1 }, 0, total, VIEW).offset, 'the top').toBe(0);
    expect(scrolled({ offset: 5, scrollTop: bar - 1 }, bar, total, VIEW).offset, 'the last row').toBe(all);
  });

  it('moves by the wheel’s way, not by a multiple of it', () => {
    const from = { offset: 1_000_000, scrollTop: scrollTopFor(1_000_000, total, VIEW) };
    expect(scrolled(from, from.scrollTop + 120, total, VIEW).offset, '120 px are four rows').toBe(1_000_120);
  });

  it('goes to the proportional place when dragged', () => {
    expect(scrolled({ offset: 0, scrollTop: 0 }, bar / 2, total, VIEW).offset, 'half way').toBeCloseTo(all / 2, 3);
  });

  it('puts the scroll bar back where the rows are', () => {
    const offset = 12_345_678;
    const there = scrollTopFor(offset, total, VIEW);
    const dragged = scrolled({ offset: 0, scrollTop: 0 }, there, total, VIEW);
    expect(dragged.offset, 'there and back').toBeCloseTo(offset, 3);
  });

  it('can reach every row by the bar and the wheel', () => {
    let place = scrolled({ offset: 0, scrollTop: 0 }, bar * 0.37, total, VIEW);
    const start = place.offset;
    for (let i = 0; i < 50; i += 1) place = scrolled(place, place.scrollTop + 30, total, VIEW);
    expect(place.offset - start, 'fifty rows, one by one').toBeCloseTo(1_500, 3);
  });
});
