import { describe, expect, it } from 'vitest';
import type { WordView } from '../bridge/generated';
import { piecesOf } from './words';

const words = (...all: string[]): WordView[] => all.map((text, at) => ({ text, start_ms: at * 100, end_ms: at * 100 + 90 }));
const joined = (text: string, list: WordView[]) => piecesOf(text, list).map((piece) => piece.text).join('');

describe('the words of a turn', () => {
  it('are found in their order, repeated ones included', () => {
    const pieces = piecesOf('No, no. No!', words('No,', 'no.', 'No!'));
    expect(pieces.filter((piece) => piece.word !== null).map((piece) => piece.text)).toEqual(['No,', 'no.', 'No!']);
    expect(pieces.map((piece) => piece.word)).toEqual([0, null, 1, null, 2]);
  });

  it('leave the text exactly as it was', () => {
    for (const text of ['Hello  there,\nfriend.', 'one', '', '  padded  ']) {
      expect(joined(text, words('Hello', 'there,', 'friend.', 'one', 'padded'))).toBe(text);
    }
  });

  it('that do not occur are passed over and the next ones still found', () => {
    const pieces = piecesOf('It costs $5 today', words('It', 'costs', 'five', 'dollars', 'today'));
    expect(pieces.filter((piece) => piece.word !== null)).toEqual([
      { text: 'It', word: 0 },
      { text: 'costs', word: 1 },
      { text: 'today', word: 4 },
    ]);
  });
});
