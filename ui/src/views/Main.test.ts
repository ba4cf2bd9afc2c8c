// @vitest-environment jsdom
import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connect } from '../bridge/backend';
import { FakeBackend, fakeOptions } from '../bridge/fake';
import { keeping } from '../state/keeping.svelte';
import { library } from '../state/library.svelte';
import { network } from '../state/network.svelte';
import { player } from '../state/player.svelte';
import { ALL } from '../state/place';
import { search } from '../state/searching';
import { selection } from '../state/selection.svelte';
import { sync } from '../state/sync.svelte';
import { app } from '../state/window.svelte';
import Main from './Main.svelte';

const NOW = Date.UTC(2025, 10, 12, 16, 2);

describe('the window', () => {
  let backend: FakeBackend;
  let window_: Record<string, unknown> | null = null;

  beforeEach(() => {
    vi.useFakeTimers();
    vi.setSystemTime(NOW);
    search.clear();
    selection.close();
    Object.assign(player.state, { call: null, recording: null, phase: 'empty', position_ms: 0, turn: null });
    Object.assign(player, { opening: null, failure: null, row: null, view: null });
    Object.assign(library, { place: ALL, filter: {}, count: null, overview: null, fault: null, cursor: 0 });
    Object.assign(sync, { sources: [], ready: false });
    Object.assign(keeping, { downloads: { queued: 0, paused: false, running: false }, job: null, cache: null, fault: null, said: '' });
    network.state = { offline: false, away: false };
    Object.assign(app, { screen: 'library', sheet: null, openFirstCall: false });
  });

  afterEach(async () => {
    if (window_) await unmount(window_);
    window_ = null;
    document.body.replaceChildren();
    vi.useRealTimers();
  });

  async function open(query: string): Promise<void> {
    backend = new FakeBackend({ ...fakeOptions(query, NOW), delay: 0 });
    connect(backend);
    window_ = mount(Main, { target: document.body });
    await later(50);
  }

  async function later(ms: number): Promise<void> {
    await vi.advanceTimersByTimeAsync(ms);
    flushSync();
  }

  async function press(key: string, held: KeyboardEventInit = {}): Promise<void> {
    const target = document.activeElement ?? document.body;
    target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...held }));
    await later(50);
  }

  const text = (): string => document.body.textContent.replace(/\s+/g, ' ');
  const button = (name: string): HTMLButtonElement | undefined =>
    [...document.querySelectorAll('button')].find((each) => (each.getAttribute('aria-label') ?? each.textContent).trim() === name);
  const asked = (name: string): unknown[] => backend.asked.filter((call) => call.name === name).map((call) => call.args);

  it('goes from an empty library to the first call by one action', async () => {
    await open('?empty');
    expect(text(), 'the first screen').toContain('Listen to your calls');
    button('Add a folder of recordings…')?.click();
    await later(3_000);
    expect(asked('add_source'), 'the chosen folder was added').toMatchObject([{ path: '/home/kim/Recordings/November' }]);
    expect(selection.callId, 'and its newest call is open').toBe('call-0');
    expect(text(), 'the first screen is gone').not.toContain('Listen to your calls');
  });

  it('stays on the first screen when the user changes their mind', async () => {
    await open('?empty');
    vi.spyOn(sync, 'chooseFolder').mockResolvedValue(null);
    button('Add a folder of recordings…')?.click();
    await later(500);
    expect(asked('add_source'), 'nothing was added').toEqual([]);
    expect(text(), 'still here').toContain('Listen to your calls');
  });

  it('opens a call by keys and plays it', async () => {
    await open('');
    await press('ArrowDown');
    await press('ArrowDown');
    await press('Enter');
    expect(selection.callId, 'the second call').toBe('call-1');
    await press(' ');
    expect(player.state.phase, 'Space plays it').toBe('playing');
    await press('k');
    expect(player.state.phase, 'K pauses it').toBe('paused');
  });

  it('plays the call that was just chosen, however soon the key comes', async () => {
    await open('');
    await selection.open('call-1');
    await player.open(selection.call as NonNullable<typeof selection.call>, { play: false });
    document.getElementById('call-3')?.click();
    document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'k', bubbles: true, cancelable: true }));
    await later(100);
    expect([player.state.call, player.state.phase], 'not the one before').toEqual(['call-3', 'playing']);
  });

  it('searches, opens a hit at its turn and walks on', async () => {
    await open('');
    await press('f', { ctrlKey: true });
    const field = document.activeElement as HTMLInputElement;
    field.value = 'refund';
    field.dispatchEvent(new Event('input', { bubbles: true }));
    await later(300);
    expect(text(), 'all hits are counted').toContain(`turns in`);
    await press('Enter');
    expect(selection.callId, 'the first hit’s call').toBe(search.hits[0]?.call);
    await press('n');
    expect(search.cursor, 'N goes on').toBe(1);
    await press('Escape');
    expect(search.active, 'Escape leaves').toBe(false);
  });

  it('opens the call it was started with', async () => {
    await open('?call=call-3&play');
    expect([selection.callId, player.state.phase], 'shown and playing').toEqual(['call-3', 'playing']);
  });

  it('runs commands from the palette', async () => {
    await open('');
    await press('k', { ctrlKey: true });
    const field = document.querySelector<HTMLInputElement>('[role=combobox]');
    if (!field) throw new Error('The palette has no field.');
    field.value = 'downloaded';
    field.dispatchEvent(new Event('input', { bubbles: true }));
    await later(10);
    field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
    await later(100);
    expect(library.place.kind, 'gone to the downloaded calls').toBe('downloaded');
    expect(app.sheet, 'and the palette is closed').toBeNull();
  });

  it('leaves keys to a dialog while one is open', async () => {
    await open('');
    await press('?');
    expect(text(), 'the key sheet').toContain('Replay this turn');
    await press('j');
    expect(asked('player').filter((command) => (command as { do: string }).do === 'skip'), 'nothing skipped').toEqual([]);
  });

  it('renders what sources send as text, whatever it is', async () => {
    await open('');
    const evil = '<img src=x onerror="document.title=`owned`"><script>document.title="owned"</script>';
    const original = backend.call.bind(backend);
    vi.spyOn(backend, 'call').mockImplementation(async (name, args) => {
      const answer = await original(name, args);
      if (name !== 'show_call' && name !== 'search') return answer;
      return JSON.parse(JSON.stringify(answer), (key, value: unknown) =>
        typeof value === 'string' && !['id', 'call', 'next', 'direction', 'audio', 'timing', 'role', 'side'].includes(key) ? evil : value,
      ) as typeof answer;
    });
    await selection.open('call-2');
    for (const tab of ['transcript', 'insights', 'details'] as const) {
      selection.tab = tab;
      await later(20);
      expect(document.querySelector('main img, main script'), `${tab}: no element came of it`).toBeNull();
      expect(document.title, `${tab}: nothing ran`).not.toBe('owned');
    }
    expect(text(), 'it is shown as it is').toContain('onerror=');
    search.type('refund');
    await later(300);
    expect(document.querySelector('.results')?.textContent, 'hits too').toContain('onerror=');
    expect(document.querySelector('img, #app script'), 'no element came of them').toBeNull();
  });

  it('says in words that the library is open elsewhere', async () => {
    await open('?fault=locked');
    expect(text(), 'what happened').toContain('The library is open elsewhere');
    expect(button('Try again'), 'and the one thing to do').toBeDefined();
  });

  it('counts today anew when the user comes back after midnight', async () => {
    await open('');
    app.awake(NOW);
    const before = asked('overview').length;
    app.awake(NOW + 60_000);
    await later(1_000);
    expect(asked('overview').length, 'the same day: nothing to do').toBe(before);
    app.awake(NOW + 86_400_000);
    await later(1_000);
    expect(asked('overview').length, 'the next day').toBe(before + 1);
  });

  it('downloads the calls of the list, pauses and goes on', async () => {
    await open('?rows=60');
    const missing = library.overview?.not_yet ?? 0;
    button('Download or keep these calls')?.click();
    await later(50);
    expect(text(), 'the choice names the exact number').toContain(`Download ${missing} calls not here yet`);
    await press('Escape');
    await press('D', { shiftKey: true });
    expect(asked('download_calls'), 'by the filter, without naming calls').toEqual([{ calls: null, filter: {} }]);
    await later(900);
    expect(text(), 'how far it is').toMatch(new RegExp(`[1-9] of ${missing}`));
    button('Pause the downloads')?.click();
    await later(50);
    expect(text(), 'it rests, with what is left').toMatch(/Downloads paused · \d+ left/);
    button('Resume the downloads')?.click();
    await later(missing * 150 + 1_000);
    expect(library.overview?.not_yet, 'everything came').toBe(0);
    expect(document.querySelector('[aria-label=Downloads]'), 'and the line is gone').toBeNull();
  });

  it('goes on with a queue that was left paused', async () => {
    await open('?rows=60');
    await backend.call('pause_downloads', { paused: true });
    await backend.call('download_calls', { calls: null, filter: {} });
    await keeping.start();
    flushSync();
    expect(text(), 'it is said at the start').toMatch(/Downloads paused · \d+ left/);
    button('Forget what waits')?.click();
    await later(50);
    button('Resume the downloads')?.click();
    await later(50);
    expect(document.querySelector('[aria-label=Downloads]'), 'forgotten').toBeNull();
  });

  it('downloads and keeps the call on the screen', async () => {
    await open('?rows=60');
    const call = library.row(0);
    expect(call?.audio, 'not here').toBe('pending');
    await selection.open('call-0');
    await later(50);
    expect(text(), 'why, and when it is tried again').toMatch(/Not there yet at the source; tried again at \d\d:\d\d/);
    await press('d');
    expect(asked('download_calls'), 'this call').toMatchObject([{ calls: ['call-0'] }]);
    await later(2_000);
    expect(selection.call?.row.audio, 'it came').toBe('cached');
    await press('p');
    expect(button('Kept here: it never leaves to make room')?.getAttribute('aria-pressed'), 'kept').toBe('true');
    await press('p');
    expect(asked('pin_calls').at(-1), 'and no longer').toEqual({ calls: ['call-0'], pinned: false });
  });

  it('keeps a search under a proposed name and lets it go in the settings', async () => {
    await open('?rows=60');
    search.type('refund');
    await later(300);
    await press('P', { shiftKey: true });
    const name = document.querySelector<HTMLInputElement>('#keep-name');
    expect(name?.value, 'the proposed name').toBe('refund');
    button('Keep here')?.click();
    document.querySelector<HTMLFormElement>('#keep-search')?.requestSubmit();
    await later(100);
    expect(asked('pin_search'), 'the words and the filter').toEqual([{ name: 'refund', query: 'refund', filter: {} }]);
    await press(',', { ctrlKey: true });
    await later(50);
    button('No longer keep “refund”')?.click();
    await later(50);
    expect(asked('unpin_search'), 'gone').toEqual([{ name: 'refund' }]);
    expect(keeping.cache?.searches, 'and the list says so').toEqual([]);
  });

  it('offers to search again after new calls, not after audio that came', async () => {
    await open('?rows=60');
    search.type('refund');
    await later(300);
    await keeping.download(['call-0']);
    await later(2_000);
    expect(library.row(0)?.audio, 'it came').toBe('cached');
    expect(search.stale, 'nothing new was said').toBe(false);
    backend.arrive(2);
    await later(1_000);
    expect(search.stale, 'new calls').toBe(true);
  });

  it('says what tidying would do before it does it', async () => {
    await open('?rows=60');
    await press(',', { ctrlKey: true });
    await later(50);
    button('Tidy…')?.click();
    await later(50);
    expect(text(), 'what would go').toContain('This would leave: 3 stray files; 1 broken recording that can be fetched again.');
    expect(asked('tidy_cache'), 'only a rehearsal').toEqual([{ rehearsal: true }]);
    button('Tidy')?.click();
    await later(50);
    expect(asked('tidy_cache').at(-1), 'now it is done').toEqual({ rehearsal: false });
  });

  it('says while offline what is not here, and goes online on demand', async () => {
    await open('?servers&offline&rows=60');
    const remote = sync.find('src-orders');
    expect(remote?.local, 'a server').toBe(false);
    const at = [...Array(60).keys()].find((i) => library.row(i)?.source === 'src-orders' && library.row(i)?.audio === 'available') ?? -1;
    await selection.open(`call-${at}`);
    await later(50);
    await press('k');
    await later(50);
    expect(text(), 'why nothing is heard').toContain('You are offline and this recording is not here.');
    app.screen = 'sources';
    await later(50);
    const row = document.querySelector('section[aria-label="Orders desk"]');
    expect(row?.textContent, 'no error').toContain('Offline: this source is not asked now');
    expect([...(row?.querySelectorAll('button') ?? [])].find((each) => each.textContent.includes('Sync now'))?.disabled, 'nothing to sync').toBe(true);
    document.querySelector<HTMLButtonElement>('[aria-label=Player] .words button')?.click();
    await later(100);
    expect(player.state.phase, 'it plays').toBe('playing');
  });

  it('shows in the navigation which source needs signing in', async () => {
    await open('?servers');
    expect(document.querySelector('nav [aria-label="Needs you to sign in"]'), 'a mark with words').not.toBeNull();
    app.screen = 'sources';
    await later(50);
    button('Sign in…')?.click();
    await later(50);
    expect(document.querySelector('dialog')?.getAttribute('aria-label'), 'the way to sign in').toContain('Sign in to “Northern region');
  });

  it('goes from the sources to the search field and to the list', async () => {
    await open('');
    app.screen = 'sources';
    await later(20);
    await press('f', { ctrlKey: true });
    expect(document.activeElement?.getAttribute('aria-label'), 'in the field').toBe('Search everything said');
    app.screen = 'sources';
    await later(20);
    await press('l', { ctrlKey: true });
    expect(document.activeElement?.closest('[aria-label=Calls]'), 'in the list').not.toBeNull();
  });

  it('gives every control a name', async () => {
    await open('?servers&rows=60');
    const screens: (() => void)[] = [
      () => void selection.open('call-0'),
      () => (selection.tab = 'details'),
      () => (app.screen = 'sources'),
      () => (app.sheet = 'settings'),
      () => (app.sheet = 'keep_search'),
      () => (app.sheet = 'add_source'),
    ];
    for (const [at, show] of screens.entries()) {
      show();
      await later(100);
      const nameless = [...document.querySelectorAll('button, input, select, [role=button], [role=tab]')].filter((each) => {
        const labels = (each as HTMLInputElement).labels?.length ?? 0;
        return !(each.getAttribute('aria-label') || each.getAttribute('aria-labelledby') || labels > 0 || each.textContent.trim());
      });
      expect(nameless.map((each) => `${each.tagName} ${each.className}`), `screen ${at}`).toEqual([]);
    }
  });

  it('hears the native menu', async () => {
    await open('');
    app.onMenu?.('settings');
    await later(10);
    expect(app.sheet, 'the settings are open').toBe('settings');
  });
});
