import { describe, expect, it } from 'vitest';
import { completenessWords, type Counts } from './completeness';

const counts = (change: Partial<Counts>): Counts => ({ calls: 0, here: 0, to_fetch: 0, gone: 0, never_recorded: 0, ...change });

describe('completenessWords', () => {
  it('names what there is and leaves out what there is not', () => {
    expect(completenessWords(counts({ calls: 214, here: 198, gone: 9, never_recorded: 7 }))).toBe(
      '214 calls: 198 with audio here, 9 gone at the source, 7 never recorded',
    );
    expect(completenessWords(counts({ calls: 1204, here: 1200, to_fetch: 4 }))).toBe('1,204 calls: 1,200 with audio here, 4 not fetched yet');
  });

  it('is short where everything is here, or nothing', () => {
    expect(completenessWords(counts({ calls: 2, here: 2 }))).toBe('2 calls, all with audio here');
    expect(completenessWords(counts({ calls: 1, here: 1 }))).toBe('1 call, with its audio here');
    expect(completenessWords(counts({}))).toBe('No calls');
    expect(completenessWords(counts({ calls: 1, gone: 1 }))).toBe('1 call: 1 gone at the source');
  });
});
