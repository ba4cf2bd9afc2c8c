import { beforeEach, describe, expect, it } from 'vitest';
import { connect, type Answer, type Args, type Backend, type Command } from '../bridge/backend';
import { FakeBackend, fakeOptions } from '../bridge/fake';
import { Library, PAGE } from './library.svelte';

const NOW = Date.UTC(2025, 10, 12, 16, 2);

/** Lets every answer that is due arrive. */
async function settled(): Promise<void> {
  for (let i = 0; i < 60; i += 1) await Promise.resolve();
}

/** A backend whose answers arrive when the test says so. */
class HeldBackend implements Backend {
  held: { name: Command; args: unknown; release: () => void }[] = [];
  holding = false;
  constructor(private readonly inner: FakeBackend) {}

  listen = (): (() => void) => () => {};

  async call<K extends Command>(name: K, args: Args<K>): Promise<Answer<K>> {
    const answer = await this.inner.call(name, args);
    if (this.holding) await new Promise<void>((release) => this.held.push({ name, args, release }));
    return answer;
  }

  /** Releases the answers to the calls that fit. */
  release(fits: (call: { name: Command; args: unknown }) => boolean): void {
    const due = this.held.filter(fits);
    this.held = this.held.filter((call) => !due.includes(call));
    for (const call of due) call.release();
  }
}

function fake(rows: number): FakeBackend {
  return new FakeBackend({ ...fakeOptions('', NOW), rows, delay: 0 });
}

describe('the list', () => {
  let backend: FakeBackend;
  let library: Library;

  beforeEach(async () => {
    backend = fake(1_000);
    connect(backend);
    library = new Library();
    await library.start();
  });

  const asked = (name: Command): unknown[] => backend.asked.filter((call) => call.name === name).map((call) => call.args);

  it('begins with the newest calls and the whole count', () => {
    expect(library.count, 'all calls are counted').toBe(1_000);
    expect(library.row(0)?.id, 'the newest is first').toBe('call-0');
    expect(library.row(PAGE - 1)?.id, 'a page is here at once').toBe('call-99');
  });

  it('scrolls on with the cursor and jumps by position', async () => {
    library.want(95, 125);
    await settled();
    expect(library.row(120)?.id, 'the next page came').toBe('call-120');
    expect(asked('list_calls_at'), 'by cursor, not by position').toEqual([]);
    library.want(700, 730);
    await settled();
    expect(library.row(715)?.id, 'the place jumped to').toBe('call-715');
    expect((asked('list_calls_at')[0] as { position: number }).position, 'asked by position, in whole pages').toBe(700);
    expect(library.row(400), 'nothing in between was fetched').toBeUndefined();
  });

  it('keeps a bounded number of pages', async () => {
    connect((backend = fake(100_000)));
    library = new Library();
    await library.start();
    for (let first = 0; first < 90_000; first += 700) {
      library.want(first, first + 30);
      await settled();
    }
    let kept = 0;
    for (let page = 0; page < 1_000; page += 1) if (library.row(page * PAGE)) kept += 1;
    expect(kept, 'far pages are forgotten').toBeLessThanOrEqual(41);
  });

  it('narrows by a filter and returns to the top', async () => {
    const lists = library.listNumber;
    await library.setFilter({ agent: 'Marcus Obi', direction: undefined });
    expect(library.count, 'fewer calls').toBeLessThan(1_000);
    expect(library.row(0)?.agent, 'only his').toBe('Marcus Obi');
    expect(library.filter, 'an absent field narrows nothing').toEqual({ agent: 'Marcus Obi' });
    expect(library.listNumber, 'a new list has begun').toBe(lists + 1);
  });

  it('shows a case whole, whatever was filtered before', async () => {
    await library.setFilter({ direction: 'inbound' });
    await library.setPlace({ kind: 'case', case: 'x' });
    expect(library.filter).toEqual({});
    await library.setFilter({ direction: 'inbound' });
    await library.setPlace({ kind: 'case', case: 'x' });
    expect(library.filter, 'opened again, it keeps what was filtered in it').toEqual({ direction: 'inbound' });
  });

  it('keeps rows in their place when calls arrive above them', async () => {
    library.want(300, 330);
    await settled();
    const shifts: number[] = [];
    library.onShift = (rows) => shifts.push(rows);
    library.cursor = 310;
    const anchor = library.row(300);
    const before = anchor?.id;
    // Twelve calls appear at the top: what stood at 300 stands at 312.
    const shifted = withNewOnTop(backend, 12);
    connect(shifted);
    await library.renew();
    expect(library.count, 'they are counted').toBe(1_012);
    expect(shifts, 'the view is told to move by as many rows').toEqual([12]);
    expect(library.row(312)?.id, 'the same call is under the pointer').toBe(before);
    expect(library.cursor, 'the keyboard stands on the same call').toBe(322);
  });

  it('stays at the top when it stands there', async () => {
    const shifts: number[] = [];
    library.onShift = (rows) => shifts.push(rows);
    connect(withNewOnTop(backend, 3));
    await library.renew();
    expect(shifts, 'no movement').toEqual([]);
    expect(library.row(0)?.id, 'the new call is first').toBe('new-0');
  });

  it('ignores an answer to an earlier filter', async () => {
    const held = new HeldBackend(backend);
    connect(held);
    held.holding = true;
    const forFilter = (agent: string) => (call: { args: unknown }) => JSON.stringify(call.args).includes(agent);
    const first = library.setFilter({ agent: 'Marcus Obi' });
    const second = library.setFilter({ agent: 'Yuki Tanabe' });
    await settled();
    held.release(forFilter('Yuki Tanabe'));
    await settled();
    held.release(forFilter('Marcus Obi'));
    await Promise.all([first, second]);
    expect(library.row(0)?.agent, 'the last filter wins, whatever arrives last').toBe('Yuki Tanabe');
  });

  it('says why nothing is here', async () => {
    connect(new FakeBackend({ ...fakeOptions('?fault=locked', NOW), delay: 0 }));
    library = new Library();
    await library.start();
    expect(library.fault?.code, 'the fault is kept for the screen').toBe('locked');
    expect(library.count, 'and no count is invented').toBeNull();
  });
});

/** The same library with `added` calls above. */
function withNewOnTop(inner: FakeBackend, added: number): Backend {
  return {
    listen: () => () => {},
    async call<K extends Command>(name: K, args: Args<K>): Promise<Answer<K>> {
      if (name === 'count_calls') return ((await inner.call('count_calls', {})) + added) as Answer<K>;
      if (name !== 'list_calls_at') return inner.call(name, args);
      const { position, limit, filter, sort } = args as Args<'list_calls_at'>;
      const old = await inner.call('list_calls_at', {
        filter,
        sort,
        position: Math.max(0, position - added),
        limit: position < added ? limit - (added - position) : limit,
      });
      const fresh = old.slice(0, Math.max(0, added - position)).map((row, i) => ({ ...row, id: `new-${position + i}` }));
      return [...fresh, ...old] as Answer<K>;
    },
  };
}
