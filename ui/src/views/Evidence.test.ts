// @vitest-environment jsdom
import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { backend as application, connect, type Command } from '../bridge/backend';
import { FakeBackend, fakeOptions } from '../bridge/fake';
import { audit } from '../state/audit.svelte';
import { exporting } from '../state/exporting.svelte';
import { preferences } from '../state/settings.svelte';
import { library } from '../state/library.svelte';
import { ALL } from '../state/place';
import { search } from '../state/searching';
import { selection } from '../state/selection.svelte';
import { verifying } from '../state/verifying.svelte';
import { app } from '../state/window.svelte';
import Main from './Main.svelte';

const NOW = Date.UTC(2025, 10, 12, 16, 2);

describe('evidence in the window', () => {
  let backend: FakeBackend;
  let window_: Record<string, unknown> | null = null;

  beforeEach(() => {
    vi.useFakeTimers();
    vi.setSystemTime(NOW);
    window.localStorage.clear();
    search.clear();
    selection.close();
    Object.assign(library, { place: ALL, filter: {}, count: null, overview: null, fault: null, cursor: 0 });
    Object.assign(exporting, { phase: 'asking', which: null, plan: null, result: null, fault: null, unseen: false });
    Object.assign(verifying, { outcomes: [], waiting: [], path: null, unseen: false });
    Object.assign(audit, { filter: {}, entries: [], ready: false, health: null, fault: null });
    Object.assign(preferences, { key: null });
    Object.assign(app, { screen: 'library', sheet: null });
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

  async function press(key: string, held: KeyboardEventInit = {}, target: Element | null = document.activeElement): Promise<void> {
    (target ?? document.body).dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...held }));
    await later(50);
  }

  const text = (): string => document.body.textContent.replace(/\s+/g, ' ');
  const dialog = (): string => document.querySelector('dialog')?.textContent.replace(/\s+/g, ' ') ?? '';
  const button = (name: string): HTMLButtonElement | undefined =>
    [...document.querySelectorAll('button')].find((each) => (each.getAttribute('aria-label') ?? each.textContent.trim()) === name);
  const asked = (name: Command): unknown[] => backend.asked.filter((call) => call.name === name).map((call) => call.args);

  it('exports the calls of the list from the keyboard alone', async () => {
    await open('?rows=60');
    await press('e', { ctrlKey: true }, document.body);
    expect(dialog(), 'how complete it is').toMatch(/Export 60 calls.*60 calls: \d+ with audio here.*will be listed as without their audio/);
    expect(document.activeElement?.getAttribute('name'), 'the first choice has the focus').toBe('export-form-of');
    await press('Enter');
    expect(asked('export_calls'), 'without a folder nothing begins').toEqual([]);
    expect(dialog()).toContain('Choose a folder to put it into.');
    button('Choose a folder…')?.click();
    await later(50);
    const reason = document.querySelector<HTMLInputElement>('#export-reason');
    reason?.focus();
    await press('Enter');
    expect(asked('export_calls'), 'begun').toHaveLength(1);
    await later(200);
    expect(dialog(), 'how far it is').toMatch(/Exporting 60 calls.*of 60/);
    await later(3_000);
    expect(dialog(), 'verified').toContain('60 calls exported, read again and verified after writing.');
    const hash = exporting.result?.tagmanifest ?? '';
    expect(hash).toHaveLength(128);
    expect(document.querySelector('dialog code')?.textContent, 'the whole hash, in one piece for copying').toBe(hash);
    expect(dialog(), 'and what is missing, with its reason').toMatch(/Without audio ?\d+ calls/);
  });

  it('goes on while the sheet is closed, and says when it is ready', async () => {
    await open('?rows=60');
    await press('e', { ctrlKey: true }, document.body);
    button('Choose a folder…')?.click();
    await later(50);
    button('Export')?.click();
    await later(100);
    if (exporting.phase === 'asking') document.querySelector<HTMLFormElement>('#export-form')?.requestSubmit();
    await later(100);
    app.sheet = null;
    await later(50);
    expect(document.querySelector('nav [role=group][aria-label=Exporting]'), 'in the navigation').not.toBeNull();
    await later(3_000);
    expect(document.querySelector('nav')?.textContent).toContain('The export is ready.');
    button('The export is ready.')?.click();
    await later(50);
    expect(dialog(), 'its result is still there').toContain('60 calls exported');
    app.sheet = null;
    await later(50);
    expect(document.querySelector('nav')?.textContent, 'seen').not.toContain('The export is ready.');
  });

  it('stops an export and offers the choices again', async () => {
    await open('?rows=60');
    await press('e', { ctrlKey: true }, document.body);
    exporting.putInto('/home/kim/Evidence');
    await later(50);
    document.querySelector<HTMLFormElement>('#export-form')?.requestSubmit();
    await later(100);
    button('Stop the export')?.click();
    await later(200);
    expect(dialog()).toContain('Nothing was left behind.');
    button('Back to the choices')?.click();
    await later(50);
    expect(dialog(), 'as they were').toContain('/home/kim/Evidence');
  });

  it('keeps the keyboard in the sheet when what had the focus goes', async () => {
    await open('?rows=60');
    await press('e', { ctrlKey: true }, document.body);
    exporting.putInto('/home/kim/Evidence');
    await later(50);
    const reason = document.querySelector<HTMLInputElement>('#export-reason');
    reason?.focus();
    document.querySelector<HTMLFormElement>('#export-form')?.requestSubmit();
    await later(8_000);
    expect(dialog()).toContain('exported');
    expect(reason?.isConnected, 'the form has gone').toBe(false);
    expect(document.querySelector('dialog')?.contains(document.activeElement)).toBe(true);
  });

  it('saves the call on the screen as plain files', async () => {
    await open('?rows=60');
    await selection.open('call-3');
    await later(50);
    await press('s', { ctrlKey: true }, document.body);
    expect(asked('plan_export').at(-1)).toMatchObject({ which: { calls: ['call-3'] }, form: 'folder', documents: ['vtt', 'txt'] });
    expect(dialog(), 'said plainly').toContain('not for handing over as evidence');
    expect(dialog(), 'and promised nothing').toContain('Plain files are not signed.');
    expect((document.activeElement as HTMLInputElement | null)?.checked, 'the keyboard stands on what is chosen').toBe(true);
  });

  it('verifies what is dropped and names each problem, as text', async () => {
    await open('?rows=60');
    app.onDropped?.(['/home/kim/<img src=x onerror=alert(1)> altered', '/home/kim/holiday']);
    await later(8_000);
    expect(dialog(), 'how many').toContain('2 problems');
    expect(dialog(), 'which file').toContain('audio-1.mp3');
    expect(document.querySelector('dialog img'), 'names are text').toBeNull();
    expect(dialog(), 'the other one is none').toContain('This cannot be verified.');
    button('Add it as a source…')?.click();
    await later(50);
    expect(document.querySelector('dialog')?.getAttribute('aria-label')).toBe('Add a source');
    expect(dialog(), 'the folder is proposed').toContain('/home/kim/holiday');
  });

  it('leaves a form alone while something is dropped', async () => {
    await open('?rows=60');
    app.sheet = 'add_source';
    await later(50);
    app.onDropped?.(['/home/kim/bag']);
    await later(50);
    expect([app.sheet, asked('verify_export')]).toEqual(['add_source', []]);
  });

  it('shows who did what, opens the call and narrows the log', async () => {
    await open('?rows=60');
    void application.call('export_calls', { ...ORDER, to: '/home/kim/Evidence' });
    await later(3_000);
    button('Audit log')?.click();
    await later(100);
    expect(text(), 'whole').toMatch(/\d+ entries · whole · signed by/);
    const rows = [...document.querySelectorAll('[aria-label="Entries of the audit log"] [role=option]')].map((row) => row.textContent.trim());
    expect(rows[0], 'newest first, in words').toMatch(/12 Nov 2025.*Exported.*because: On request/);
    expect(asked('check_audit_log'), 'checked once').toHaveLength(1);
    const action = document.querySelector<HTMLSelectElement>('[aria-label="What was done"]');
    if (action) action.value = 'begin';
    action?.dispatchEvent(new Event('change', { bubbles: true }));
    await later(50);
    expect(audit.entries.map((entry) => entry.action)).toEqual(['begin']);
    button('Clear')?.click();
    await later(50);
    expect(audit.entries.length).toBeGreaterThan(1);
    await press('Escape', {}, document.body);
    expect(app.screen, 'Escape leaves').toBe('library');
  });

  it('asks the keychain for the key only on demand', async () => {
    await open('?rows=60');
    await press(',', { ctrlKey: true }, document.body);
    expect(asked('signing_key')).toEqual([]);
    button('Show the key')?.click();
    await later(50);
    expect(dialog()).toContain('8B2E 61F0 4C9A D173');
    const person = document.querySelector<HTMLInputElement>('#person');
    if (person) person.value = 'Kim Ito ';
    person?.dispatchEvent(new Event('change', { bubbles: true }));
    await later(50);
    expect(asked('change_settings').at(-1), 'without the blanks').toMatchObject({ person: 'Kim Ito' });
  });

  it('drags a recording that is here out of the window, once the pointer moves', async () => {
    await open('?rows=60');
    await selection.open(await here());
    const dragged = { call: selection.callId, recording: selection.call?.recordings[0]?.id };
    await later(50);
    pull(3);
    expect(asked('drag_recording_out'), 'a click is no drag').toEqual([]);
    pull(5);
    expect(asked('drag_recording_out'), 'from the header').toEqual([dragged]);
    await later(50);
    selection.tab = 'details';
    await later(50);
    pull(5, 'section[aria-label="Recording 1"] .grip');
    expect(asked('drag_recording_out'), 'and from its details').toEqual([dragged, dragged]);
  });

  it('says why a recording cannot be dragged, at its call', async () => {
    await open('?rows=60');
    await selection.open(await here());
    await later(50);
    vi.spyOn(backend, 'call').mockRejectedValueOnce({ code: 'unreadable', message: 'it was damaged since' });
    pull(5);
    await later(50);
    expect(document.querySelector('main')?.textContent).toContain('The audio file cannot be read. It was damaged since');
    button('Dismiss')?.click();
    flushSync();
    expect(document.querySelector('main')?.textContent).not.toContain('damaged');
  });

  it('offers no drag where there is nothing to drag or the system cannot', async () => {
    await open('?rows=60');
    await selection.open(await here('available'));
    await later(50);
    expect(document.querySelector('.grip'), 'its audio is not here').toBeNull();
    if (window_) await unmount(window_);
    selection.close();
    await open('?rows=60&fixed');
    await selection.open(await here());
    await later(50);
    expect(document.querySelector('main h1'), 'the call is shown').not.toBeNull();
    expect(document.querySelector('.grip'), 'the system cannot').toBeNull();
  });

  /** A call whose audio is here, or stands otherwise. */
  async function here(audio = 'cached'): Promise<string> {
    const { rows } = await application.call('list_calls', { filter: {}, sort: 'started_at', after: null, limit: 60 });
    return rows.find((row) => row.audio === audio)?.id ?? '';
  }

  /** Presses the pointer on a grip and moves it to the right. */
  function pull(pixels: number, grip = '.grip'): void {
    const held = { bubbles: true, isPrimary: true, buttons: 1 };
    const found = document.querySelector(grip);
    if (!(found instanceof HTMLElement)) throw new Error('there is no grip');
    Object.assign(found, { setPointerCapture: () => {}, releasePointerCapture: () => {} });
    found.dispatchEvent(new PointerEvent('pointerdown', { ...held, clientX: 100 }));
    found.dispatchEvent(new PointerEvent('pointermove', { ...held, clientX: 100 + pixels }));
    found.dispatchEvent(new PointerEvent('pointerup', { bubbles: true, isPrimary: true }));
  }

  it('gives every control a name', async () => {
    await open('?rows=60');
    const screens: [string, () => void][] = [
      ['the export', () => void press('e', { ctrlKey: true }, document.body)],
      ['the verification', () => app.onDropped?.([])],
      ['the log', () => ((app.sheet = null), (app.screen = 'audit'))],
      ['the settings', () => (app.sheet = 'settings')],
    ];
    for (const [name, show] of screens) {
      app.sheet = null;
      await later(20);
      show();
      await later(300);
      const nameless = [...document.querySelectorAll('button, input, select, [role=button]')].filter((each) => {
        const labels = (each as HTMLInputElement).labels?.length ?? 0;
        return !(each.getAttribute('aria-label') || each.getAttribute('aria-labelledby') || labels > 0 || each.textContent.trim());
      });
      expect(nameless.map((each) => `${each.tagName} ${each.className}`), name).toEqual([]);
    }
  });
});

const ORDER = {
  which: { calls: null, filter: {} },
  case: null,
  to: '',
  form: 'bag',
  audio: 'original',
  documents: ['vcon'],
  inline_audio: false,
  reason: 'On request',
};
