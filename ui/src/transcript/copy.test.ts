import { describe, expect, it } from 'vitest';
import type { Speaker } from '../state/speakers';
import { plainText } from './copy';

const speakers: Speaker[] = [
  { name: 'Sarah', slot: 'agent' },
  { name: 'Caller', slot: 'customer' },
];

describe('copying', () => {
  it('names the speaker of every line', () => {
    const copied = plainText(
      [
        { turn: 0, text: 'this is Sarah. ' },
        { turn: 1, text: 'Hi, yes' },
      ],
      speakers,
    );
    expect(copied).toBe('Sarah: this is Sarah.\nCaller: Hi, yes');
  });

  it('takes words from within one turn as they are', () => {
    expect(plainText([{ turn: 0, text: ' order 4412 ' }], speakers)).toBe('order 4412');
  });

  it('leaves out turns of which nothing was selected', () => {
    expect(plainText([{ turn: 0, text: '' }, { turn: 1, text: 'Hi' }], speakers)).toBe('Hi');
  });
});
