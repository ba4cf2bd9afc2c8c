import { describe, expect, it } from 'vitest';
import { bytes, middleCut, plural } from './cut';

describe('middleCut', () => {
  it('keeps the beginning and the end', () => {
    const cut = middleCut('visit-notes_2025-11_boiler-room-inspection_final(2)', 21);
    expect(cut, 'the end tells files apart').toBe('visit-note…n_final(2)');
    expect(cut.length, 'and it fits').toBe(21);
  });

  it('leaves short names whole', () => {
    expect(middleCut('Dana', 4), 'exactly as long as allowed').toBe('Dana');
  });

  it('never splits a character people see as one', () => {
    const family = '👩‍👩‍👧‍👦'.repeat(6);
    expect(middleCut(family, 3), 'one family, a dot dot dot, one family').toBe('👩‍👩‍👧‍👦…👩‍👩‍👧‍👦');
    expect(middleCut('é'.repeat(30), 5), 'a letter keeps its accent').toBe('éé…éé');
  });
});

describe('counts and sizes', () => {
  it('says one call and many calls', () => {
    expect([plural(1, 'call'), plural(1204, 'call'), plural(0, 'call')], 'grammar').toEqual(['1 call', '1,204 calls', '0 calls']);
  });

  it('gives sizes as file managers do', () => {
    expect([bytes(512), bytes(887_400), bytes(12_400_000), bytes(null)], 'powers of ten').toEqual([
      '512 B',
      '887.4 kB',
      '12.4 MB',
      'unknown',
    ]);
  });
});
