import { beforeEach, describe, expect, it, vi } from 'vitest';
import { connect, type AppEvent } from '../bridge/backend';
import { FakeBackend, fakeOptions } from '../bridge/fake';
import type { JobProgress } from '../bridge/generated';
import { countMissing, Keeping, lasting } from './keeping.svelte';

const job: JobProgress = {
  job: 3,
  kind: 'fetch',
  source: null,
  words: 'Downloading',
  done: 1,
  total: 4,
  waiting_until_ms: null,
  waiting_why: null,
  ended: false,
  result: null,
  failed: false,
};

describe('keeping audio here', () => {
  let backend: FakeBackend;
  let keeping: Keeping;
  const hear = (change: Partial<JobProgress>): void => keeping.hear({ event: 'job', data: { ...job, ...change } } as AppEvent);

  beforeEach(() => {
    backend = new FakeBackend({ ...fakeOptions('?rows=40', Date.UTC(2025, 10, 12)), delay: 0 });
    connect(backend);
    keeping = new Keeping();
  });

  it('follows the job of the queue and asks again when it has ended', async () => {
    hear({ kind: 'sync' });
    expect(keeping.job, 'a sync is none').toBeNull();
    hear({});
    expect(keeping.job?.done).toBe(1);
    hear({ ended: true });
    expect(keeping.job, 'over').toBeNull();
    await vi.waitFor(() => expect(backend.asked.map((call) => call.name)).toContain('download_status'));
  });

  it('gathers every call a search finds, page after page', async () => {
    await keeping.downloadAll({}, 'refund');
    const [asked] = backend.asked.filter((call) => call.name === 'download_calls');
    const { calls } = asked?.args as { calls: string[] };
    const count = await backend.call('count_search', { text: 'refund', filter: {}, after: null, limit: 1 });
    expect([calls.length, new Set(calls).size], 'each once').toEqual([count.calls, count.calls]);
  });

  it('counts what could still be fetched within a filter', async () => {
    const all = await backend.call('list_calls_at', { filter: {}, sort: 'started_at', position: 0, limit: 40 });
    const open = all.filter((row) => ['available', 'pending', 'failed'].includes(row.audio));
    expect(await countMissing({}), 'of all').toBe(open.length);
    expect(await countMissing({ audio: 'failed' }), 'of those that failed').toBe(open.filter((row) => row.audio === 'failed').length);
    expect(await countMissing({ audio: 'cached' }), 'what is here lacks nothing').toBe(0);
  });

  it('keeps a search by what calls are, not by whether their audio is here today', () => {
    expect(lasting({ agent: 'Sarah', audio: 'not_yet' })).toEqual({ agent: 'Sarah' });
    expect(lasting({ audio: 'cached' })).toEqual({ audio: 'cached' });
  });

  it('says why a wish was not fulfilled, until the next one is', async () => {
    await keeping.unpinSearch('never kept');
    expect(keeping.fault?.code).toBe('not_found');
    vi.spyOn(backend, 'call').mockRejectedValueOnce({ code: 'io', message: 'The disk is full.' });
    await keeping.download(['call-1']);
    expect([keeping.fault?.message, keeping.said]).toEqual(['The disk is full.', '']);
    await keeping.download(['call-1']);
    expect([keeping.fault, keeping.said]).toEqual([null, 'Downloading']);
  });
});
