import { beforeEach, describe, expect, it } from 'vitest';
import { connect, type Answer, type Args, type Command } from '../bridge/backend';
import { FakeBackend, fakeOptions } from '../bridge/fake';
import { Selection } from './selection.svelte';

const NOW = Date.UTC(2025, 10, 12, 16, 2);

describe('the open call', () => {
  let backend: FakeBackend;
  let selection: Selection;

  beforeEach(() => {
    backend = new FakeBackend({ ...fakeOptions('', NOW), rows: 50, delay: 0 });
    connect(backend);
    selection = new Selection();
  });

  it('opens', async () => {
    await selection.open('call-3');
    expect(selection.call?.row.id, 'the call asked for').toBe('call-3');
    expect(selection.loading, 'and nothing is under way').toBe(false);
  });

  it('ignores the answer for a call that is no longer wanted', async () => {
    const waiting = new Map<string, () => void>();
    connect({
      listen: () => () => {},
      async call<K extends Command>(name: K, args: Args<K>): Promise<Answer<K>> {
        const answer = await backend.call(name, args);
        await new Promise<void>((go) => waiting.set((args as { call: string }).call, go));
        return answer;
      },
    });
    const first = selection.open('call-1');
    const second = selection.open('call-2');
    await Promise.resolve();
    await new Promise((done) => setTimeout(done));
    waiting.get('call-2')?.();
    await second;
    waiting.get('call-1')?.();
    await first;
    expect(selection.call?.row.id, 'the last call wins').toBe('call-2');
  });

  it('keeps its object when a renewal brings nothing new', async () => {
    await selection.open('call-3');
    const before = selection.call;
    await selection.refresh();
    expect(selection.call, 'nothing is drawn anew').toBe(before);
  });

  it('says when a call is gone', async () => {
    await selection.open('call-4000');
    expect(selection.fault?.code, 'not in this library').toBe('not_found');
    expect(selection.call, 'and nothing else is shown in its place').toBeNull();
  });

  it('goes to the transcript for a turn', async () => {
    selection.tab = 'details';
    await selection.open('call-1', { turn: 2 });
    expect(selection.tab, 'turns are in the transcript').toBe('transcript');
  });
});
