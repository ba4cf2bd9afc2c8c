// What of the audio is here and stays: the downloads and their queue, pins, the cache and its limit.
// Numbers for the queue come from the application; an answer that comes after a later one is ignored.
import { backend, NOTHING, type AppEvent } from '../bridge/backend';
import { asFault, type Fault } from '../bridge/fault';
import type { CacheView, DownloadStatus, Filter, JobProgress, PinSearch, SomeCalls, Tidied } from '../bridge/generated';

/** A page of a search whose calls are gathered. */
const GATHER = 500;
const NEVER_MORE: readonly string[] = ['cached', 'unavailable', 'none'];

export class Keeping {
  downloads = $state.raw<DownloadStatus>({ queued: 0, paused: false, running: false });
  /** The job that works on the queue. */
  job = $state.raw<JobProgress | null>(null);
  /** How much is here; `null` until somebody looks. */
  cache = $state.raw<CacheView | null>(null);
  /** Why the last wish was not fulfilled; gone with the next one. */
  fault = $state.raw<Fault | null>(null);
  /** What was asked for last, for the status line. */
  said = $state('');

  #asked = 0;

  /** A queue that was left behind goes on, or rests, as it did when the window was closed. */
  async start(): Promise<void> {
    await this.#ask(() => backend.call('download_status', NOTHING));
    try {
      const jobs = await backend.call('jobs', NOTHING);
      this.job ??= jobs.find((job) => job.kind === 'fetch' && !job.ended) ?? null;
    } catch {
      // The line then shows the queue without its progress until the next report.
    }
  }

  hear(event: AppEvent): void {
    if (event.event !== 'job' || event.data.kind !== 'fetch') return;
    if (event.data.ended) {
      if (this.job?.job === event.data.job) this.job = null;
      void this.#ask(() => backend.call('download_status', NOTHING));
    } else {
      this.job = event.data;
    }
  }

  /** Fetches what is not here of some calls. */
  download(calls: string[]): Promise<void> {
    return this.downloadSome({ calls, filter: {} });
  }

  async downloadSome(which: SomeCalls): Promise<void> {
    await this.#ask(() => backend.call('download_calls', which));
    this.#say('Downloading');
  }

  /** Fetches what is not here of all calls a filter leaves, or of those of them that a search finds. */
  async downloadAll(filter: Filter, query: string): Promise<void> {
    await this.#ask(async () => {
      const calls = query === '' ? null : await foundCalls(query, filter);
      return backend.call('download_calls', { calls, filter });
    });
    this.#say('Downloading');
  }

  pause(paused: boolean): Promise<void> {
    return this.#ask(() => backend.call('pause_downloads', { paused }));
  }

  /** Forgets what waits. What came stays. */
  clear(): Promise<void> {
    return this.#ask(() => backend.call('clear_downloads', NOTHING));
  }

  /** Has calls' audio stay here, or no longer. */
  async pin(calls: string[], pinned: boolean): Promise<void> {
    await this.#try(() => backend.call('pin_calls', { calls, pinned }));
    this.#say(pinned ? 'Kept here' : 'No longer kept');
    if (pinned && this.fault === null) await this.#ask(() => backend.call('download_status', NOTHING));
  }

  /** Rejects with a fault for the dialog to show. */
  async pinSearch(search: PinSearch): Promise<void> {
    await backend.call('pin_search', search);
    await this.#ask(() => backend.call('download_status', NOTHING));
    if (this.cache) await this.look();
  }

  async unpinSearch(name: string): Promise<void> {
    await this.#try(async () => {
      await backend.call('unpin_search', { name });
      this.cache = await backend.call('cache', NOTHING);
    });
  }

  /** Looks how much is here. */
  async look(): Promise<void> {
    await this.#try(async () => (this.cache = await backend.call('cache', NOTHING)));
  }

  async limit(bytes: number | null): Promise<void> {
    await this.#try(async () => (this.cache = await backend.call('set_cache_limit', { bytes })));
  }

  /** Tidies, or says what that would do. Nothing if it failed; `fault` says why. */
  async tidy(rehearsal: boolean): Promise<Tidied | null> {
    let done: Tidied | null = null;
    await this.#try(async () => {
      done = await backend.call('tidy_cache', { rehearsal });
      if (!rehearsal) this.cache = await backend.call('cache', NOTHING);
    });
    return done;
  }

  async #ask(action: () => Promise<DownloadStatus>): Promise<void> {
    const asked = ++this.#asked;
    await this.#try(async () => {
      const status = await action();
      if (asked !== this.#asked) return;
      this.downloads = status;
      if (!status.running) this.job = null;
    });
  }

  async #try(action: () => Promise<unknown>): Promise<void> {
    try {
      await action();
      this.fault = null;
    } catch (error) {
      this.fault = asFault(error);
    }
  }

  #say(words: string): void {
    this.said = this.fault === null ? words : '';
  }
}

/** How many calls of a filter could still be fetched. */
export function countMissing(filter: Filter): Promise<number> {
  if (filter.audio !== undefined && NEVER_MORE.includes(filter.audio)) return Promise.resolve(0);
  return backend.call('count_calls', { ...filter, audio: filter.audio ?? 'not_yet' });
}

/** How many calls of a source have their audio here and began before a moment. */
export function countOlder(source: string, before_ms: number): Promise<number> {
  return backend.call('count_calls', { source, audio: 'cached', to_ms: before_ms });
}

/** A filter to be kept: by what calls are, not by whether their audio is here today. */
export function lasting(filter: Filter): Filter {
  const { audio, ...rest } = filter;
  return audio === 'cached' || audio === undefined ? filter : rest;
}

/** The calls a search finds, all of them. */
export async function foundCalls(text: string, filter: Filter): Promise<string[]> {
  const calls = new Set<string>();
  let after: string | null = null;
  do {
    const page: { hits: { call: string }[]; next: string | null } = await backend.call('search', { text, filter, after, limit: GATHER });
    for (const hit of page.hits) calls.add(hit.call);
    after = page.next;
  } while (after !== null);
  return [...calls];
}

export const keeping = new Keeping();
