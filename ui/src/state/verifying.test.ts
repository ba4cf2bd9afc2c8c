import { beforeEach, describe, expect, it, vi } from 'vitest';
import { connect } from '../bridge/backend';
import { FakeBackend, fakeOptions } from '../bridge/fake';
import { Verifying } from './verifying.svelte';

describe('verifying', () => {
  let backend: FakeBackend;
  let verifying: Verifying;
  let stop: () => void;

  beforeEach(() => {
    backend = new FakeBackend({ ...fakeOptions('?rows=4', Date.UTC(2025, 10, 12)), delay: 0 });
    connect(backend);
    verifying = new Verifying();
    stop?.();
    stop = backend.listen((event) => verifying.hear(event));
  });

  it('looks at what was dropped one after another, each path once', async () => {
    const first = verifying.begin(['/e/one', '/e/altered', '/e/one']);
    await vi.waitFor(() => expect(verifying.job?.kind).toBe('verify'));
    await verifying.begin(['/e/holiday', '/e/altered']);
    expect(verifying.waiting).toEqual(['/e/altered', '/e/holiday']);
    await first;
    const found = verifying.outcomes.map((outcome) => [outcome.path, outcome.verified?.valid, outcome.fault?.code]);
    expect(found).toEqual([
      ['/e/one', true, undefined],
      ['/e/altered', false, undefined],
      ['/e/holiday', undefined, 'invalid'],
    ]);
    expect([verifying.running, verifying.unseen]).toEqual([false, true]);
  });

  it('stops, and forgets what waits', async () => {
    const done = verifying.begin(['/e/one', '/e/two']);
    await vi.waitFor(() => expect(verifying.job).not.toBeNull());
    await verifying.cancel();
    await done;
    expect(verifying.outcomes.map((outcome) => outcome.fault?.code)).toEqual(['cancelled']);
  });

  it('begins anew with the next wish', async () => {
    await verifying.begin(['/e/one']);
    await verifying.chooseFile();
    expect(verifying.outcomes.map((outcome) => outcome.path)).toEqual(['/home/kim/Evidence/2026-17_20261121T103000Z.zip']);
    verifying.clear();
    expect(verifying.outcomes).toEqual([]);
  });
});
