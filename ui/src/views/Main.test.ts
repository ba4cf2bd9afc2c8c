// @vitest-environment jsdom
import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connect } from '../bridge/backend';
import { FakeBackend, fakeOptions } from '../bridge/fake';
import { library } from '../state/library.svelte';
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

  it('hears the native menu', async () => {
    await open('');
    app.onMenu?.('settings');
    await later(10);
    expect(app.sheet, 'the settings are open').toBe('settings');
  });
});
