// @vitest-environment jsdom
import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connect } from '../bridge/backend';
import { FakeBackend, fakeOptions } from '../bridge/fake';
import { cases } from '../state/cases.svelte';
import { chosen } from '../state/chosen.svelte';
import { exporting } from '../state/exporting.svelte';
import { keeping } from '../state/keeping.svelte';
import { library } from '../state/library.svelte';
import { player } from '../state/player.svelte';
import { ALL } from '../state/place';
import { search } from '../state/searching';
import { selection } from '../state/selection.svelte';
import { sync } from '../state/sync.svelte';
import { app } from '../state/window.svelte';
import Main from './Main.svelte';

const NOW = Date.UTC(2025, 10, 12, 16, 2);

describe('casework in the window', () => {
  let backend: FakeBackend;
  let window_: Record<string, unknown> | null = null;

  beforeEach(() => {
    vi.useFakeTimers();
    vi.setSystemTime(NOW);
    window.localStorage.clear();
    search.clear();
    selection.close();
    chosen.clear();
    cases.hush();
    Object.assign(cases, { all: [], question: null });
    Object.assign(player.state, { call: null, recording: null, phase: 'empty', position_ms: 0, turn: null });
    Object.assign(player, { opening: null, failure: null, row: null, view: null });
    Object.assign(library, { place: ALL, filter: {}, count: null, overview: null, fault: null, cursor: 0 });
    Object.assign(sync, { sources: [], ready: false });
    Object.assign(keeping, { downloads: { queued: 0, paused: false, running: false }, job: null, cache: null, fault: null, said: '' });
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
    const at = document.querySelector('dialog[open]')?.querySelector(':focus, input') ?? document.activeElement ?? document.body;
    at.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...held }));
    await later(600);
  }

  async function click(place: number, held: MouseEventInit = {}): Promise<void> {
    row(place)?.dispatchEvent(new MouseEvent('click', { bubbles: true, ...held }));
    await later(300);
  }

  async function enter(id: string, text: string): Promise<void> {
    const field = document.querySelector<HTMLInputElement>(`#${id}`);
    if (!field) throw new Error(`There is no field ${id}.`);
    field.value = text;
    field.dispatchEvent(new Event('input', { bubbles: true }));
    await later(10);
  }

  async function pushed(name: string): Promise<void> {
    button(name)?.click();
    await later(600);
  }

  const row = (place: number): HTMLElement | null => document.getElementById(`call-${place}`);
  const text = (within = 'body'): string => (document.querySelector(within)?.textContent ?? '').replace(/\s+/g, ' ');
  const button = (name: string): HTMLButtonElement | undefined =>
    [...document.querySelectorAll('button')].find((each) => (each.getAttribute('aria-label') ?? each.textContent).trim() === name);
  const selected = (): number[] =>
    [...document.querySelectorAll('[aria-label=Calls] [role=option][aria-selected=true]')].map((each) => Number(each.id.slice(5))).sort((a, b) => a - b);
  const asked = (name: string): unknown[] => backend.asked.filter((call) => call.name === name).map((call) => call.args);

  it('selects by mouse, says how many to a screen reader, and lets go by Escape', async () => {
    await open('?cases');
    await click(0);
    expect([selected(), row(0)?.getAttribute('aria-current')], 'a click opens').toEqual([[], 'true']);
    await click(2, { ctrlKey: true });
    await click(3, { shiftKey: true });
    expect(selected(), 'the open one, one more, and a range').toEqual([0, 2, 3]);
    expect(text('[aria-label=Calls] header [role=status]')).toBe('3 calls selected');
    expect(document.querySelector('[aria-label=Calls] [role=listbox]')?.getAttribute('aria-multiselectable')).toBe('true');
    expect(selection.callId, 'what is open stays open').toBe('call-0');
    await press('Escape');
    expect([selected(), text('[aria-label=Calls] header [role=status]')]).toEqual([[], '312 calls']);
  });

  it('selects by keyboard alone, in two places', async () => {
    await open('?cases');
    document.querySelector<HTMLElement>('[aria-label=Calls] [role=listbox]')?.focus();
    await press('ArrowDown');
    await press('ArrowDown', { shiftKey: true });
    await press('ArrowDown');
    await press('ArrowDown');
    await press(' ', { ctrlKey: true });
    expect((await chosen.which()).calls).toEqual(['call-1', 'call-2', 'call-4']);
    await press('End', { shiftKey: true });
    expect(chosen.size, 'to the end').toBe(2 + 308);
  });

  it('selects all of a filter, counts its audio, and exports it without naming a call', async () => {
    await open('?cases');
    await library.setFilter({ agent: 'Marcus Obi' });
    await later(300);
    await press('a', { ctrlKey: true });
    expect(chosen.size).toBe(library.count);
    expect(text('[aria-label=Browse]')).toMatch(/\d+ calls: \d+ with audio here, \d+ not fetched yet/);
    await pushed('Export…');
    expect([app.sheet, exporting.which]).toEqual(['export', { calls: null, filter: { agent: 'Marcus Obi' } }]);
  });

  it('counts anew when as many other calls are selected', async () => {
    await open('?cases');
    const states = [0, 1, 2, 3].map((place) => library.row(place)?.audio);
    expect(states, 'the first is not here, the next are').toEqual(['pending', 'cached', 'cached', 'cached']);
    await click(1);
    await click(2, { shiftKey: true });
    expect(text('[aria-label=Browse]')).toContain('2 calls, all with audio here');
    await click(0);
    await click(1, { shiftKey: true });
    expect(text('[aria-label=Browse]')).toContain('2 calls: 1 with audio here, 1 not fetched yet');
  });

  it('leaves Ctrl+A to a field', async () => {
    await open('?cases');
    document.querySelector<HTMLInputElement>('[aria-label="Search everything said"]')?.focus();
    await press('a', { ctrlKey: true });
    expect(chosen.size).toBe(0);
  });

  it('makes the first case out of E, marks the call and takes it out again', async () => {
    await open('');
    await click(3);
    await press('e');
    expect(document.querySelector('dialog')?.getAttribute('aria-label'), 'no case yet: which?').toBe('Put this call into case');
    await press('Enter');
    expect(document.querySelector('dialog')?.getAttribute('aria-label')).toBe('New case');
    document.querySelector<HTMLFormElement>('#case-form')?.requestSubmit();
    await later(50);
    expect([text('dialog [role=alert]'), asked('make_case')], 'a name is needed').toEqual(['Give the case a name.', []]);
    await enter('case-name', 'Refunds withheld');
    await enter('case-number', '2026-17');
    document.querySelector<HTMLFormElement>('#case-form')?.requestSubmit();
    await later(800);
    expect(asked('put_in_case')).toMatchObject([{ which: { calls: ['call-3'] } }]);
    expect(text('[aria-label=Browse]')).toContain('In case 2026-17 · 1 call in all');
    expect(row(3)?.getAttribute('aria-label'), 'a mark, in words').toContain('in a case');
    expect(text('main header'), 'the call names its case').toContain('2026-17');
    await press('e');
    expect(text('[aria-label=Browse]')).toContain('Already in case 2026-17');
    await click(2);
    await press('e');
    expect(text('[aria-label=Browse]'), 'the case used last').toContain('In case 2026-17 · 2 calls in all');
    await pushed('Undo');
    expect(row(2)?.getAttribute('aria-label')).not.toContain('in a case');
    await click(3);
    await press('E', { shiftKey: true });
    expect(text('[aria-label=Browse]')).toContain('1 call taken out of case 2026-17');
  });

  it('puts the hit’s call into the case', async () => {
    await open('?cases');
    cases.use(cases.all[0]?.id ?? '');
    search.type('refund');
    await later(300);
    await press('e');
    expect(asked('put_in_case')).toMatchObject([{ which: { calls: [search.hits[0]?.call] } }]);
  });

  it('shows a case, fetches what is missing of it, and removes it after asking', async () => {
    await open('?cases&rows=60');
    const name = '2026-17 · Refunds withheld in autumn';
    const entry = [...document.querySelectorAll<HTMLButtonElement>('nav button')].find((each) => each.textContent.includes(name));
    entry?.click();
    await later(600);
    expect(library.count).toBe(20);
    expect(text('[aria-label=Case]')).toMatch(/R\. Halvorsen.*20 calls: \d+ with audio here, \d+ not fetched yet/);
    await pushed('Fetch what is missing');
    await later(10_000);
    expect(text('[aria-label=Case]'), 'everything that can be had is here').not.toContain('not fetched yet');
    await pushed('More about this case');
    await pushed('Remove…');
    expect(text('dialog')).toContain('Its 20 calls stay in the library, but are held no longer');
    await pushed('Remove case');
    expect([library.place.kind, cases.all.length, library.count]).toEqual(['all', 1, 60]);
  });

  it('says how an empty case is filled', async () => {
    await open('?cases');
    await cases.make({ name: 'Fresh', number: '', purpose: '', person: '' });
    await library.setPlace({ kind: 'case', case: cases.current?.id ?? '' });
    await later(100);
    expect(text('[aria-label=Calls]')).toContain('press E');
    expect(button('Export…')?.disabled, 'nothing to export').toBe(true);
  });
});
