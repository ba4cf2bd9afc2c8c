import { describe, expect, it } from 'vitest';
import { ranked } from './ranked';

const words = ['Play or pause', 'Previous turn', 'Replay this turn', 'About Turnstone', 'Back 10 s'];
const find = (typed: string): string[] => ranked(words, typed, (word) => word);

describe('ranked', () => {
  it('shows everything while nothing is typed', () => {
    expect(find(' '), 'in the table’s order').toEqual(words);
  });

  it('puts beginnings first', () => {
    expect(find('play'), 'the word itself, then the word inside a word').toEqual(['Play or pause', 'Replay this turn']);
  });

  it('wants every typed word', () => {
    expect(find('turn prev'), 'in any order').toEqual(['Previous turn']);
    expect(find('turn zebra'), 'nothing fits').toEqual([]);
  });
});
