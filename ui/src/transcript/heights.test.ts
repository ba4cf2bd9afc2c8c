import { describe, expect, it } from 'vitest';
import { estimateHeight, Heights } from './heights';

/** The same arithmetic done the slow way. */
function slow(heights: number[]) {
  const top = (row: number) => heights.slice(0, row).reduce((sum, height) => sum + height, 0);
  return {
    top,
    at: (y: number) => {
      for (let row = 0; row < heights.length; row++) if (top(row + 1) > Math.max(0, y)) return row;
      return heights.length - 1;
    },
  };
}

/** Numbers that look random and are the same every time. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

describe('the heights of a long list', () => {
  it('agree with plain adding for every size and after every change', () => {
    for (const count of [1, 2, 3, 7, 8, 9, 64, 100]) {
      const random = numbers(count);
      const plain = Array.from({ length: count }, () => Math.ceil(random.next().value * 9) * 10);
      const heights = new Heights(count, (row) => plain[row] ?? 0);
      for (let change = 0; change < 50; change++) {
        const row = Math.floor(random.next().value * count);
        const height = Math.ceil(random.next().value * 20) * 5;
        expect(heights.set(row, height)).toBe(height - (plain[row] ?? 0));
        plain[row] = height;
        const expected = slow(plain);
        const y = random.next().value * (heights.total + 40) - 20;
        expect(heights.total, `the height of ${count} rows`).toBe(expected.top(count));
        expect(heights.top(row)).toBe(expected.top(row));
        expect(heights.at(y), `the row at ${y} of ${count}`).toBe(expected.at(y));
      }
    }
  });

  it('know the rows a view needs and never more than there are', () => {
    const heights = new Heights(1_000, () => 30);
    expect(heights.range(3_000, 600, 300)).toEqual({ first: 90, end: 131 });
    expect(heights.range(0, 600, 300)).toEqual({ first: 0, end: 31 });
    expect(heights.range(29_700, 600, 300)).toEqual({ first: 980, end: 1_000 });
    expect(new Heights(0, () => 30).range(0, 600, 300)).toEqual({ first: 0, end: 0 });
  });

  it('leave a list alone when told about a row it does not have', () => {
    const heights = new Heights(3, () => 10);
    expect(heights.set(3, 99)).toBe(0);
    expect(heights.set(-1, 99)).toBe(0);
    expect(heights.total).toBe(30);
  });
});

describe('the estimate of a row', () => {
  it('has at least one line and grows with the text', () => {
    const metrics = { textWidth: 500, lineHeight: 22, characterWidth: 7, extra: 10 };
    expect(estimateHeight(0, metrics)).toBe(32);
    expect(estimateHeight(60, metrics)).toBe(32);
    expect(estimateHeight(700, metrics)).toBe(11 * 22 + 10);
  });
});
