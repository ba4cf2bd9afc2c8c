import { describe, expect, it } from 'vitest';
import { samePlace, tidy, within } from './place';

const overview = { calls: 9, today: 1, downloaded: 2, not_yet: 3, today_from_ms: 1_000 };

describe('places', () => {
  it('narrow further what the user has narrowed', () => {
    expect(within({ kind: 'downloaded' }, { agent: 'Sarah' }, overview), 'both').toEqual({ agent: 'Sarah', audio: 'cached' });
    expect(within({ kind: 'source', source: 's' }, { source: 'other' }, overview), 'the place wins').toEqual({ source: 's' });
  });

  it('know a case by its id', () => {
    expect(within({ kind: 'case', case: 'c1' }, { agent: 'Sarah' }, overview)).toEqual({ agent: 'Sarah', case: 'c1' });
    expect(samePlace({ kind: 'case', case: 'c1' }, { kind: 'case', case: 'c2' })).toBe(false);
    expect(samePlace({ kind: 'case', case: 'c1' }, { kind: 'source', source: 'c1' })).toBe(false);
    expect(samePlace({ kind: 'case', case: 'c1' }, { kind: 'case', case: 'c1' })).toBe(true);
  });

  it('begin today where the user’s day begins', () => {
    expect(within({ kind: 'today' }, {}, overview), 'from midnight').toEqual({ from_ms: 1_000 });
    expect(within({ kind: 'today' }, { from_ms: 5_000 }, overview), 'or later, if asked').toEqual({ from_ms: 5_000 });
  });

  it('keep a false and drop the absent', () => {
    expect(tidy({ has_transcript: false, agent: '', status: undefined }), 'false narrows').toEqual({ has_transcript: false });
  });
});
