// What the window shows: which screen, which dialog, and the first open call. Also hears the application's events
// and passes each to who it concerns; many changes in a row become one renewal.
import { backend, NOTHING, type AppEvent } from '../bridge/backend';
import type { FirstCall } from '../bridge/generated';
import { dayKey } from '../text/moment';
import { cases } from './cases.svelte';
import { chosen } from './chosen.svelte';
import { exporting } from './exporting.svelte';
import { keeping } from './keeping.svelte';
import { library } from './library.svelte';
import { network } from './network.svelte';
import { preferences } from './settings.svelte';
import { search } from './searching';
import { selection } from './selection.svelte';
import { sync } from './sync.svelte';
import { verifying } from './verifying.svelte';

export type Screen = 'library' | 'sources' | 'audit';
export type Sheet = 'palette' | 'keys' | 'settings' | 'about' | 'add_source' | 'keep_search' | 'case' | 'export' | 'verify' | null;

const RENEW_MS = 400;

export class WindowState {
  screen = $state<Screen>('library');
  sheet = $state<Sheet>(null);
  /** Set while the first folder is being read: its first call opens as soon as it is there. */
  openFirstCall = $state(false);

  /** Called with the paths of what was dropped onto the window. */
  onDropped: ((paths: string[]) => void) | null = null;

  /** A folder that the next source is proposed for. */
  proposedFolder = $state<string | null>(null);

  /** Called with the name of an item chosen in the native menu. */
  onMenu: ((item: string) => void) | null = null;

  #renewTimer: ReturnType<typeof setTimeout> | null = null;
  /** Whether a sync has ended since the last renewal. */
  #synced = false;
  #day = '';
  #stop: (() => void) | null = null;

  /** Whether there is nothing at all yet: no calls and no sources. */
  get firstRun(): boolean {
    return sync.ready && sync.sources.length === 0 && library.overview?.calls === 0;
  }

  start(): () => void {
    this.#stop = backend.listen((event) => this.#hear(event));
    void library.start();
    void sync.start();
    void keeping.start();
    void cases.start();
    void network.start();
    void preferences.start();
    return () => {
      this.#stop?.();
      if (this.#renewTimer !== null) clearTimeout(this.#renewTimer);
      this.#renewTimer = null;
    };
  }

  /** The call the program was asked to open when it was started. */
  async firstCall(): Promise<FirstCall | null> {
    try {
      return await backend.call('first_call', NOTHING);
    } catch {
      // The list says what is wrong with the library; a call that cannot be opened says so itself.
      return null;
    }
  }

  /** The user came back to the window: after midnight Today is another day. */
  awake(now: number = Date.now()): void {
    const day = dayKey(now);
    if (this.#day !== '' && this.#day !== day) this.#renewSoon();
    this.#day = day;
  }

  #hear(event: AppEvent): void {
    sync.hear(event);
    keeping.hear(event);
    cases.hear(event);
    network.hear(event);
    exporting.hear(event);
    verifying.hear(event);
    if (event.event === 'files_dropped') this.onDropped?.(event.data);
    if (event.event === 'menu') this.onMenu?.(event.data);
    const ended = event.event === 'job' && event.data.ended;
    if (event.event === 'job' && ended && event.data.kind === 'sync') this.#synced = true;
    if (event.event === 'library_changed' || event.event === 'cases_changed' || ended) this.#renewSoon();
  }

  #renewSoon(): void {
    this.#renewTimer ??= setTimeout(() => {
      this.#renewTimer = null;
      void this.#renew();
    }, RENEW_MS);
  }

  async #renew(): Promise<void> {
    const before = library.overview?.calls;
    const synced = this.#synced;
    this.#synced = false;
    await chosen.beforeRenewal();
    await library.renew();
    chosen.renewed();
    await selection.refresh();
    // Audio that came changes nothing that was said.
    if (search.active && !search.loading && (synced || library.overview?.calls !== before)) search.stale = true;
    const first = library.row(0);
    if (this.openFirstCall && first) {
      this.openFirstCall = false;
      this.screen = 'library';
      await selection.open(first.id);
    }
  }
}

export const app = new WindowState();
