import { beforeEach, describe, expect, it, vi } from 'vitest';
import { connect } from '../bridge/backend';
import { FakeBackend, fakeOptions } from '../bridge/fake';
import { Chosen } from './chosen.svelte';
import { Library } from './library.svelte';

const NOW = Date.UTC(2025, 10, 12, 16, 2);

describe('selecting several calls', () => {
  let backend: FakeBackend;
  let library: Library;
  let chosen: Chosen;

  beforeEach(async () => {
    backend = new FakeBackend({ ...fakeOptions('', NOW), rows: 1_000, delay: 0 });
    connect(backend);
    library = new Library();
    await library.start();
    chosen = new Chosen(library);
  });

  const asked = (name: string): unknown[] => backend.asked.filter((call) => call.name === name).map((call) => call.args);
  const calls = async (): Promise<string[]> => (await chosen.which()).calls ?? [];
  const numbered = (from: number, to: number): string[] => Array.from({ length: to - from + 1 }, (_, i) => `call-${from + i}`);

  it('begins with the call that was clicked as soon as another joins it', async () => {
    chosen.begin(2);
    expect(chosen.size, 'a click alone selects nothing').toBe(0);
    await chosen.toggle(5);
    expect(await calls()).toEqual(['call-2', 'call-5']);
    await chosen.toggle(5);
    expect(await calls(), 'one less').toEqual(['call-2']);
  });

  it('takes only the keyboard’s row when the keyboard has gone on from the clicked one', async () => {
    chosen.begin(2);
    await chosen.leave();
    await chosen.toggle(5);
    expect(await calls()).toEqual(['call-5']);
  });

  it('extends from the anchor, shrinks again and turns round', async () => {
    chosen.begin(10);
    chosen.extend(10, 14);
    expect(chosen.size).toBe(5);
    chosen.extend(14, 12);
    expect(await calls(), 'smaller').toEqual(numbered(10, 12));
    chosen.extend(12, 8);
    expect(await calls(), 'upwards').toEqual(numbered(8, 10));
  });

  it('keeps one range while another is drawn elsewhere', async () => {
    chosen.begin(10);
    chosen.extend(10, 12);
    await chosen.leave();
    chosen.extend(40, 41);
    expect([chosen.size, await calls()]).toEqual([5, [...numbered(10, 12), 'call-40', 'call-41']]);
  });

  it('asks for the ids of rows that were never loaded, in pages, when they are needed', async () => {
    chosen.begin(10);
    chosen.extend(10, 900);
    expect(chosen.size, 'known at once').toBe(891);
    expect(library.row(500), 'not loaded').toBeUndefined();
    expect(chosen.has(500, undefined), 'drawn as selected all the same').toBe(true);
    expect(await calls()).toEqual(numbered(10, 900));
    expect(asked('list_calls_at').length, 'in pages').toBe(2);
  });

  it('is all of the filter without naming a call, and less where one is let go', async () => {
    await library.setFilter({ agent: 'Marcus Obi' });
    chosen.everything();
    expect(await chosen.which()).toEqual({ calls: null, filter: { agent: 'Marcus Obi' } });
    const first = library.row(0)?.id ?? '';
    await chosen.toggle(0);
    expect([chosen.all, chosen.size]).toEqual([true, (library.count ?? 0) - 1]);
    const rest = await calls();
    expect([rest.length, rest.includes(first)], 'all but that one').toEqual([(library.count ?? 0) - 1, false]);
  });

  it('says how complete all but some is', async () => {
    chosen.everything();
    const all = await chosen.completeness();
    await chosen.toggle(0);
    const less = await chosen.completeness();
    expect(less.calls).toBe(all.calls - 1);
    expect(less.here + less.to_fetch + less.gone + less.never_recorded, 'it adds up').toBe(less.calls);
  });

  it('keeps its calls when calls arrive above them', async () => {
    chosen.begin(10);
    chosen.extend(10, 12);
    await chosen.beforeRenewal();
    const shifted = new Map(Array.from({ length: 100 }, (_, i) => [i + 3, library.row(i)]));
    vi.spyOn(library, 'row').mockImplementation((place) => shifted.get(place));
    vi.spyOn(library, 'indexOf').mockImplementation((id) => [...shifted].find(([, row]) => row?.id === id)?.[0] ?? null);
    chosen.renewed();
    expect([12, 13, 15, 16].map((place) => chosen.has(place, shifted.get(place)?.id)), 'the same rows').toEqual([false, true, true, false]);
    chosen.extend(15, 14);
    expect(await calls(), 'and the range can still shrink').toEqual(['call-10', 'call-11']);
  });

  it('lets go of a list that is no longer shown, and holds on in another order', async () => {
    chosen.begin(1);
    chosen.extend(1, 3);
    await library.setSort('duration');
    chosen.relisted();
    expect(await calls(), 'the same calls').toEqual(numbered(1, 3));
    await library.setFilter({ agent: 'Marcus Obi' });
    chosen.relisted();
    expect(chosen.size).toBe(0);
  });

  it('never takes other rows for those that were selected', async () => {
    chosen.begin(10);
    chosen.extend(10, 900);
    // Three calls arrive above: what stood at 199 stands at 202.
    const asIs = backend.call.bind(backend);
    vi.spyOn(backend, 'call').mockImplementation((name, args) =>
      asIs(name, name === 'list_calls_at' ? { ...args, position: (args as { position: number }).position - 3 } : args),
    );
    await expect(chosen.which(), 'what stands there now is not what was selected').rejects.toMatchObject({ code: 'invalid' });
    await chosen.beforeRenewal();
    expect(await calls(), 'what was loaded stays').toEqual(numbered(10, 199));
  });

  it('hands out nothing when something else is selected meanwhile, and takes no late answer for rows of the next list', async () => {
    chosen.begin(10);
    chosen.extend(10, 900);
    const asIs = backend.call.bind(backend);
    let release = (): void => undefined;
    const held = new Promise<void>((go) => (release = go));
    const spy = vi.spyOn(backend, 'call').mockImplementation(async (name, args) => {
      const answer = await asIs(name, args);
      if (name === 'list_calls_at') await held;
      return answer;
    });
    const late = chosen.which();
    await library.setFilter({ direction: 'inbound' });
    chosen.relisted();
    release();
    await expect(late).rejects.toMatchObject({ code: 'cancelled' });
    spy.mockRestore();
    chosen.begin(195);
    chosen.extend(195, 205);
    const meant = await backend.call('list_calls_at', { filter: { direction: 'inbound' }, sort: 'started_at', position: 195, limit: 11 });
    expect(await calls()).toEqual(meant.map((row) => row.id));
  });
});
