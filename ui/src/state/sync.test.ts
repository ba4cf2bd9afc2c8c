import { beforeEach, describe, expect, it } from 'vitest';
import { connect } from '../bridge/backend';
import { FakeBackend, fakeOptions } from '../bridge/fake';
import type { JobProgress, SourceView, SyncRun } from '../bridge/generated';
import { likelyKind, stateOf, Sync } from './sync.svelte';

const run: SyncRun = {
  at_ms: 0,
  elapsed_ms: 0,
  seen: 1,
  added: 0,
  updated: 0,
  unchanged: 0,
  pages: 1,
  requests: 0,
  vanished: 0,
  rejected: 0,
  complete: true,
  error: null,
  error_code: null,
  problems: [],
};
const source: SourceView = {
  id: 's',
  kind: 'folder',
  name: 'S',
  place: '/s',
  local: true,
  set: {},
  calls: 1,
  syncing: false,
  watching: false,
  last_run: run,
};
const job: JobProgress = {
  job: 7,
  kind: 'sync',
  source: 's',
  words: 'Reading',
  done: 1,
  total: 2,
  waiting_until_ms: null,
  waiting_why: null,
  ended: false,
  result: null,
  failed: false,
};

describe('how a source is doing', () => {
  it('tells the worst news first', () => {
    const with_run = (change: Partial<SyncRun>): SourceView => ({ ...source, last_run: { ...run, ...change } });
    expect(stateOf(source, undefined, false), 'all well').toBe('ok');
    expect(stateOf(with_run({ rejected: 2 }), undefined, false), 'some items could not be read').toBe('partial');
    expect(stateOf(with_run({ rejected: 2, error: 'gone' }), undefined, false), 'an error outweighs them').toBe('failed');
    expect(stateOf(with_run({ complete: false }), undefined, false), 'stopped half way').toBe('failed');
    const unsigned = with_run({ error: 'no token', error_code: 'needs_credentials' });
    expect(stateOf(unsigned, undefined, false), 'signing in is what helps').toBe('sign_in');
    expect(stateOf({ ...source, last_run: null }, undefined, false), 'never synced').toBe('new');
    expect(stateOf(with_run({ error: 'gone' }), job, true), 'what runs now outweighs the past').toBe('syncing');
  });
});

describe('jobs', () => {
  let sync: Sync;
  beforeEach(async () => {
    connect(new FakeBackend({ ...fakeOptions(''), rows: 10, delay: 0 }));
    sync = new Sync();
    await sync.start();
  });

  it('are known while they run and gone when they end', () => {
    sync.hear({ event: 'job', data: job });
    expect(sync.jobOf('s')?.done, 'progress is shown at its source').toBe(1);
    sync.hear({ event: 'job', data: { ...job, ended: true, result: 'Done.' } });
    expect(sync.jobOf('s'), 'nothing runs').toBeUndefined();
    expect(sync.lastResult, 'the result is said').toBe('Done.');
  });

  it('reach the list of sources when one is added', async () => {
    const added = await sync.add({ kind: 'folder', name: '', path: '/data/november', url: null, set: {}, secret: {} });
    expect(sync.sources.map((each) => each.id), 'shown at once').toContain(added.id);
    expect(added.name, 'named after its folder').toBe('november');
  });

  it('leave the words of a refused entry to the dialog', async () => {
    await expect(sync.add({ kind: 'folder', name: '', path: null, url: null, set: {}, secret: {} })).rejects.toMatchObject({ code: 'invalid' });
  });
});

describe('likelyKind', () => {
  const kinds = ['folder', 'twilio-bridge'].map((kind) => ({ kind, label: kind, words: '', wants_folder: true, settings: [], address: null, secret: null, server_settings: [] }));

  it('guesses from the folder’s path', () => {
    expect(likelyKind('/srv/twilio-bridge/recordings', kinds), 'by name').toBe('twilio-bridge');
    expect(likelyKind('/home/kim/Calls', kinds), 'anything else').toBe('folder');
  });
});
