// @vitest-environment jsdom
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { connect } from '../bridge/backend';
import { FakeBackend, fakeOptions } from '../bridge/fake';
import { Exporting } from './exporting.svelte';

describe('exporting', () => {
  let backend: FakeBackend;
  let exporting: Exporting;
  let stop: () => void;
  const asked = (name: string): unknown[] => backend.asked.filter((call) => call.name === name).map((call) => call.args);
  const planned = (): Promise<void> => vi.waitFor(() => expect([exporting.planning, exporting.plan !== null]).toEqual([false, true]));

  beforeEach(() => {
    window.localStorage.clear();
    backend = new FakeBackend({ ...fakeOptions('?rows=40', Date.UTC(2025, 10, 12)), delay: 0 });
    connect(backend);
    exporting = new Exporting();
    stop?.();
    stop = backend.listen((event) => exporting.hear(event));
  });

  it('plans what is asked for and plans anew with every choice', async () => {
    exporting.begin({ filter: {} });
    await planned();
    expect(exporting.plan?.completeness.calls).toBe(40);
    expect(exporting.hindrance, 'it lacks a place').toBe('Choose a folder to put it into.');
    const original = exporting.plan?.bytes ?? 0;
    exporting.putInto('/home/kim/Evidence');
    exporting.choose({ audio: 'wav' });
    await vi.waitFor(() => expect(exporting.plan?.bytes).toBeGreaterThan(original));
    expect(exporting.hindrance).toBeNull();
  });

  it('remembers the folder from one export to the next', () => {
    exporting.begin({ filter: {} });
    exporting.putInto('/home/kim/Evidence');
    const next = new Exporting();
    next.begin({ calls: ['call-1'] });
    expect(next.to).toBe('/home/kim/Evidence');
  });

  it('proposes the case’s purpose as the reason, and never over what was typed', async () => {
    const made = await backend.call('make_case', { name: 'Refunds', number: 'A-17', purpose: 'Request of 3 May', person: '' });
    exporting.begin({ filter: {}, case: made.id });
    await vi.waitFor(() => expect(exporting.reason).toBe('Request of 3 May'));
    exporting.say('Because of the audit');
    exporting.choose({ case: null });
    expect(exporting.reason).toBe('Because of the audit');
    exporting.say('');
    exporting.choose({ case: made.id });
    expect(exporting.reason, 'an emptied field takes a proposal again').toBe('Request of 3 May');
  });

  it('follows the documents a form is usually made with until somebody chooses', () => {
    exporting.begin({ calls: ['call-1'], quick: true });
    expect([exporting.form, exporting.documents]).toEqual(['folder', ['vtt', 'txt']]);
    exporting.choose({ form: 'bag' });
    expect(exporting.documents).toHaveLength(5);
    exporting.document('srt', false);
    exporting.choose({ form: 'folder' });
    expect(exporting.documents, 'chosen is chosen').toEqual(['vcon', 'vtt', 'txt', 'csv']);
  });

  it('does not begin what cannot be done', async () => {
    exporting.begin({ filter: {} });
    exporting.putInto('/mnt/full');
    await planned();
    await vi.waitFor(() => expect(exporting.hindrance).toBe('There is not enough room in that folder.'));
    await exporting.run();
    expect(asked('export_calls'), 'nothing was asked').toEqual([]);
    exporting.putInto('/media/unplugged');
    await vi.waitFor(() => expect(exporting.hindrance).toMatch(/not there: connect its drive/));
    exporting.choose({ audio: 'none' });
    for (const document of ['vcon', 'vtt', 'srt', 'txt', 'csv'] as const) exporting.document(document, false);
    expect(exporting.hindrance).toBe('Choose audio or at least one document.');
  });

  it('exports exactly what was chosen and keeps the answer', async () => {
    exporting.begin({ calls: ['call-1', 'call-2'] });
    exporting.putInto('/home/kim/Evidence');
    exporting.choose({ form: 'zip', inline: true });
    exporting.say('  On request ');
    await planned();
    const done = exporting.run();
    await vi.waitFor(() => expect(exporting.job?.kind).toBe('export'));
    expect(exporting.begin({ filter: {} }), 'one at a time').toBe(false);
    await done;
    expect(asked('export_calls')).toEqual([
      {
        which: { calls: ['call-1', 'call-2'], filter: {} },
        case: null,
        to: '/home/kim/Evidence',
        form: 'zip',
        audio: 'original',
        documents: ['vcon', 'vtt', 'srt', 'txt', 'csv'],
        inline_audio: true,
        reason: 'On request',
      },
    ]);
    expect([exporting.phase, exporting.result?.calls, exporting.job]).toEqual(['done', 2, null]);
    expect(exporting.unseen, 'nobody looked').toBe(true);
    exporting.show();
    expect(exporting.unseen).toBe(false);
  });

  it('stops when it is told to, and the choices are still there', async () => {
    exporting.begin({ filter: {} });
    exporting.putInto('/home/kim/Evidence');
    exporting.say('On request');
    await planned();
    const leave = exporting.show();
    const done = exporting.run();
    await vi.waitFor(() => expect(exporting.job).not.toBeNull());
    await exporting.cancel();
    await done;
    expect([exporting.phase, exporting.result, exporting.unseen]).toEqual(['cancelled', null, false]);
    exporting.again();
    expect([exporting.phase, exporting.reason]).toEqual(['asking', 'On request']);
    leave();
    expect(exporting.which, 'a form that was left is forgotten').toBeNull();
  });

  it('says why an export failed', async () => {
    exporting.begin({ filter: {} });
    exporting.putInto('/home/kim/Evidence');
    await planned();
    exporting.to = '/mnt/full';
    await exporting.run();
    expect([exporting.phase, exporting.fault?.message]).toEqual(['failed', 'There is not enough space in /mnt/full. Nothing was written.']);
  });

  it('renews the plan when what was missing has come', async () => {
    exporting.begin({ filter: {} });
    await planned();
    const before = exporting.plan?.completeness.to_fetch ?? 0;
    expect(before).toBeGreaterThan(0);
    await exporting.fetchMissing();
    await vi.waitFor(() => expect(exporting.plan?.completeness.to_fetch).toBeLessThan(before), 4_000);
  });
});
