import { describe, expect, it } from 'vitest';
import { pieces } from './ranges';

const joined = (text: string, ranges: [number, number][]): string => pieces(text, ranges).map((piece) => piece.text).join('');
const marked = (text: string, ranges: [number, number][]): string[] =>
  pieces(text, ranges)
    .filter((piece) => piece.marked)
    .map((piece) => piece.text);

describe('pieces', () => {
  it('marks what was found', () => {
    expect(pieces('I want a refund now', [[9, 15]]), 'before, match, after').toEqual([
      { text: 'I want a ', marked: false },
      { text: 'refund', marked: true },
      { text: ' now', marked: false },
    ]);
  });

  it('counts as JavaScript does', () => {
    expect(marked('😀 refund', [[3, 9]]), 'an emoji is two units').toEqual(['refund']);
  });

  it('loses nothing, whatever the ranges are', () => {
    const text = 'one two three';
    const odd: [number, number][][] = [
      [],
      [[0, 0]],
      [[8, 99]],
      [[-4, 3]],
      [[5, 2]],
      [[4, 7], [0, 3]],
      [[0, 6], [4, 9]],
      [[0, 13], [2, 3]],
      [[0, 3], [3, 6]],
    ];
    for (const ranges of odd) expect(joined(text, ranges), JSON.stringify(ranges)).toBe(text);
  });

  it('joins ranges that touch or overlap', () => {
    expect(marked('one two three', [[0, 6], [4, 9]]), 'one underline').toEqual(['one two t']);
  });
});
