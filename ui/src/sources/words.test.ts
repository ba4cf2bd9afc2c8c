import { beforeEach, describe, expect, it } from 'vitest';
import type { SyncRun } from '../bridge/generated';
import { useTimeZone } from '../text/moment';
import { failureWords } from './words';

const NOW = Date.UTC(2025, 10, 12, 10);

beforeEach(() => useTimeZone('UTC'));

describe('what went wrong at a source', () => {
  const of = (error: string | null, error_code: string | null): ReturnType<typeof failureWords> =>
    failureWords({ error, error_code } as SyncRun, NOW);

  it('is nothing while all is well', () => {
    expect([of(null, null), failureWords(null, NOW)]).toEqual([null, null]);
  });

  it('has a heading, the words of the source, and the next step', () => {
    expect(of('the server at 10.0.0.8 refused the connection', 'unreachable')).toMatchObject({
      title: 'The source cannot be reached.',
      words: 'The server at 10.0.0.8 refused the connection.',
    });
    expect(of('no right', 'forbidden')?.next).toContain('Ask whoever runs it');
    expect(of('what nobody knows', 'new_code')?.title, 'a code of a newer version').toBe('The last sync did not finish.');
  });

  it('names the time to wait as the user reads it', () => {
    expect(of('the server asks us to wait until 2025-11-12T10:42:00Z', 'rate_limited')?.words).toBe(
      'The server asks us to wait until 10:42.',
    );
  });
});
