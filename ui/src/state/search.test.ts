import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connect, type Answer, type Args, type Backend, type Command } from '../bridge/backend';
import { FakeBackend, fakeOptions } from '../bridge/fake';
import { DEBOUNCE_MS, plainWords, Search } from './search.svelte';

const NOW = Date.UTC(2025, 10, 12, 16, 2);

describe('search', () => {
  let backend: FakeBackend;
  let search: Search;

  beforeEach(() => {
    vi.useFakeTimers();
    backend = new FakeBackend({ ...fakeOptions('', NOW), rows: 300, delay: 0 });
    connect(backend);
    search = new Search(() => ({}));
  });
  afterEach(() => vi.useRealTimers());

  const searches = (): string[] =>
    backend.asked.filter((call) => call.name === 'search').map((call) => (call.args as { text: string }).text);

  it('waits for a pause in typing', async () => {
    for (const text of ['r', 're', 'refund']) {
      search.type(text);
      await vi.advanceTimersByTimeAsync(DEBOUNCE_MS / 2);
    }
    expect(searches(), 'not while typing').toEqual([]);
    await vi.advanceTimersByTimeAsync(DEBOUNCE_MS);
    expect(searches(), 'once, with the whole word').toEqual(['refund']);
  });

  it('finds turns and counts them all', async () => {
    search.type('refund');
    await vi.advanceTimersByTimeAsync(DEBOUNCE_MS + 10);
    expect(search.hits[0]?.snippet, 'what was said').toContain('refund');
    expect(search.total?.turns, 'the count is of all hits, not of the page').toBeGreaterThan(search.hits.length);
  });

  it('has no cap: every page can be reached', async () => {
    search.type('refund');
    await vi.advanceTimersByTimeAsync(DEBOUNCE_MS + 10);
    const total = search.total?.turns;
    while (search.more) await search.loadMore();
    expect(search.hits.length, 'as many hits as were counted').toBe(total);
    expect(new Set(search.hits.map((hit) => `${hit.call}/${hit.turn}`)).size, 'none twice').toBe(total);
  });

  it('steps through hits and fetches the next page by itself', async () => {
    search.type('refund');
    await vi.advanceTimersByTimeAsync(DEBOUNCE_MS + 10);
    const loaded = search.hits.length;
    search.cursor = loaded - 1;
    await search.step(1);
    expect(search.cursor, 'over the page’s end').toBe(loaded);
    search.cursor = 0;
    await search.step(-1);
    expect(search.cursor, 'the first hit is the first').toBe(0);
  });

  it('ignores the answer to an earlier question', async () => {
    const waiting: (() => void)[] = [];
    const slow: Backend = {
      listen: () => () => {},
      async call<K extends Command>(name: K, args: Args<K>): Promise<Answer<K>> {
        const answer = await backend.call(name, args);
        if (name === 'search') await new Promise<void>((go) => waiting.push(go));
        return answer;
      },
    };
    connect(slow);
    search.text = 'refund';
    const first = search.run();
    search.text = 'kettle';
    const second = search.run();
    await vi.advanceTimersByTimeAsync(1);
    waiting[1]?.();
    await second;
    waiting[0]?.();
    await first;
    expect(search.asked, 'the hits answer the last question').toBe('kettle');
    expect(search.hits.every((hit) => hit.snippet.includes('kettle')), 'and only that').toBe(true);
  });

  it('forgets everything when left, also what is still under way', async () => {
    search.type('refund');
    await vi.advanceTimersByTimeAsync(DEBOUNCE_MS - 1);
    search.clear();
    await vi.advanceTimersByTimeAsync(DEBOUNCE_MS * 2);
    expect(searches(), 'nothing is asked any more').toEqual([]);
    expect(search.active, 'the list is shown again').toBe(false);
  });

  it('says why a question was read as plain words', async () => {
    search.type('"refund');
    await vi.advanceTimersByTimeAsync(DEBOUNCE_MS + 10);
    expect(search.note, 'the quotation mark has no partner').toContain('quotation mark');
  });
});

describe('plainWords', () => {
  it('leaves out what is not a word to mark', () => {
    expect(plainWords('"late fee" OR refund -kettle cancel* speaker:agent'), 'words only').toEqual([
      'late',
      'fee',
      'refund',
      'cancel',
    ]);
  });
});
