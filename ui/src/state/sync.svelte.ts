// Sources and the jobs that run for them.
import { SvelteMap } from 'svelte/reactivity';
import { backend, NOTHING, type AppEvent } from '../bridge/backend';
import { asFault, type Fault } from '../bridge/fault';
import type { JobProgress, NewSource, SourceCheck, SourceKind, SourceView, SyncRun } from '../bridge/generated';

export type SourceState = 'syncing' | 'offline' | 'sign_in' | 'failed' | 'partial' | 'ok' | 'new';

export class Sync {
  sources = $state.raw<SourceView[]>([]);
  kinds = $state.raw<SourceKind[]>([]);
  /** Whether the sources have been read once. */
  ready = $state(false);
  fault = $state.raw<Fault | null>(null);
  /** Running jobs by number. */
  jobs = new SvelteMap<number, JobProgress>();
  /** How the last job ended, for the status line. */
  lastResult = $state<string | null>(null);

  #asked = 0;

  async start(): Promise<void> {
    await this.reload();
    try {
      const [kinds, jobs] = await Promise.all([backend.call('source_kinds', NOTHING), backend.call('jobs', NOTHING)]);
      this.kinds = kinds;
      for (const job of jobs) if (!job.ended) this.jobs.set(job.job, job);
    } catch (error) {
      this.fault = asFault(error);
    }
  }

  hear(event: AppEvent): void {
    if (event.event === 'sources_changed') void this.reload();
    if (event.event === 'job') this.#progress(event.data);
  }

  async reload(): Promise<void> {
    const asked = ++this.#asked;
    try {
      const sources = await backend.call('list_sources', NOTHING);
      if (asked !== this.#asked) return;
      this.sources = sources;
      this.ready = true;
      this.fault = null;
    } catch (error) {
      if (asked === this.#asked) this.fault = asFault(error);
    }
  }

  /** The syncs that run. */
  get syncs(): JobProgress[] {
    return [...this.jobs.values()].filter((job) => job.kind === 'sync');
  }

  /** A source by its id, unless it was removed. */
  find(source: string | null): SourceView | undefined {
    return this.sources.find((each) => each.id === source);
  }

  /** The user's name for a source. */
  nameOf(source: string): string {
    return this.find(source)?.name ?? 'a removed source';
  }

  /** The running job of a source. */
  jobOf(source: string): JobProgress | undefined {
    for (const job of this.jobs.values()) if (job.source === source) return job;
    return undefined;
  }

  /** Adds a source and begins its first sync. Rejects with a fault for the dialog to show. */
  async add(source: NewSource): Promise<SourceView> {
    const added = await backend.call('add_source', source);
    await this.reload();
    return added;
  }

  /** Changes what a source was configured with; an empty value removes a setting. */
  async change(source: string, set: Record<string, string>): Promise<void> {
    await backend.call('change_source', { source, set });
    await this.reload();
  }

  async signIn(source: string, secret: Record<string, string>): Promise<void> {
    await backend.call('sign_in', { source, secret });
    await this.reload();
  }

  async requestCode(source: string, email: string): Promise<void> {
    await backend.call('request_code', { source, email });
  }

  async verifyCode(source: string, email: string, code: string): Promise<void> {
    await backend.call('verify_code', { source, email, code });
    await this.reload();
  }

  history(source: string): Promise<SyncRun[]> {
    return backend.call('sync_history', { source });
  }

  test(source: string): Promise<SourceCheck[]> {
    return backend.call('test_source', { source });
  }

  async syncNow(source: string | null, full = false): Promise<void> {
    await this.#try(() => backend.call('sync_source', { source, full }));
  }

  async cancel(job: number): Promise<void> {
    await this.#try(() => backend.call('cancel_job', { job }));
  }

  /** Answers how many of its calls stay. */
  async remove(source: string, forget_calls: boolean): Promise<number> {
    const { calls_left } = await backend.call('remove_source', { source, forget_calls });
    await this.reload();
    return calls_left;
  }

  chooseFolder(): Promise<string | null> {
    return backend.call('choose_folder', NOTHING);
  }

  #progress(job: JobProgress): void {
    if (!job.ended) {
      this.jobs.set(job.job, job);
      return;
    }
    this.jobs.delete(job.job);
    this.lastResult = job.result;
    if (job.kind === 'sync') void this.reload();
  }

  async #try(action: () => Promise<unknown>): Promise<void> {
    try {
      await action();
      this.fault = null;
    } catch (error) {
      this.fault = asFault(error);
    }
  }
}

/** How a source is doing, worst news first. A source that is held back because of the network has no error of its own. */
export function stateOf(source: SourceView, job: JobProgress | undefined, heldBack: boolean): SourceState {
  if (source.syncing || job) return 'syncing';
  if (heldBack) return 'offline';
  if (source.last_run === null) return 'new';
  if (source.last_run.error_code === 'needs_credentials') return 'sign_in';
  if (source.last_run.error !== null || !source.last_run.complete) return 'failed';
  return source.last_run.rejected > 0 ? 'partial' : 'ok';
}

/** Which kind of source a folder looks like by its path; the user can change it before adding. */
export function likelyKind(path: string, kinds: readonly SourceKind[]): string {
  const bridge = kinds.find((kind) => kind.kind === 'twilio-bridge');
  if (bridge && /(twilio|bridge)/i.test(path)) return bridge.kind;
  return kinds.find((kind) => kind.kind === 'folder')?.kind ?? kinds[0]?.kind ?? 'folder';
}

export const sync = new Sync();
