// Verifying exports, one after another: those dropped onto the window, chosen in a dialog, or just made.
import { backend, NOTHING, type AppEvent } from '../bridge/backend';
import { asFault, type Fault } from '../bridge/fault';
import type { JobProgress, Verified } from '../bridge/generated';

/** What became of one path: what verifying found, or why it could not be done. */
export interface Outcome {
  path: string;
  verified: Verified | null;
  fault: Fault | null;
}

export class Verifying {
  /** What is being verified. */
  path = $state<string | null>(null);
  job = $state.raw<JobProgress | null>(null);
  stopping = $state(false);
  /** What was verified, in the order of the wishes; begun anew with each wish that finds nothing running. */
  outcomes = $state.raw<readonly Outcome[]>([]);
  waiting = $state.raw<readonly string[]>([]);
  /** Whether the last of them ended while nobody looked. */
  unseen = $state(false);
  /** Why nothing could be chosen. */
  fault = $state.raw<Fault | null>(null);

  #shown = false;

  get running(): boolean {
    return this.path !== null;
  }

  /** Verifies exports, after those that are still being looked at. Ends with the last of them. */
  async begin(paths: readonly string[]): Promise<void> {
    this.fault = null;
    const known = [this.path, ...this.waiting];
    const wanted = paths.filter((path, i) => paths.indexOf(path) === i && !known.includes(path));
    if (this.running) {
      this.waiting = [...this.waiting, ...wanted];
      return;
    }
    this.outcomes = [];
    this.waiting = wanted;
    await this.#work();
  }

  async chooseFolder(): Promise<void> {
    await this.#choose('choose_folder');
  }

  async chooseFile(): Promise<void> {
    await this.#choose('choose_file');
  }

  /** Stops, and forgets what waits. */
  async cancel(): Promise<void> {
    this.waiting = [];
    if (this.job === null) return;
    this.stopping = true;
    try {
      await backend.call('cancel_job', { job: this.job.job });
    } catch {
      // It has just ended; its own answer says how.
    }
  }

  /** Forgets what was found, for the next one. */
  clear(): void {
    if (!this.running) this.outcomes = [];
    this.fault = null;
  }

  /** The sheet is on the screen until the returned function is called. */
  show(): () => void {
    this.#shown = true;
    this.unseen = false;
    return () => {
      this.#shown = false;
    };
  }

  hear(event: AppEvent): void {
    if (event.event !== 'job' || event.data.kind !== 'verify') return;
    if (this.running && !event.data.ended) this.job = event.data;
  }

  async #work(): Promise<void> {
    for (let next = this.waiting[0]; next !== undefined; next = this.waiting[0]) {
      this.waiting = this.waiting.slice(1);
      this.path = next;
      this.stopping = false;
      this.job = null;
      const outcome = await verify(next);
      this.outcomes = [...this.outcomes, outcome];
    }
    this.path = null;
    this.job = null;
    this.unseen = !this.#shown && this.outcomes.length > 0;
  }

  async #choose(dialog: 'choose_folder' | 'choose_file'): Promise<void> {
    try {
      const path = await backend.call(dialog, NOTHING);
      if (path !== null) await this.begin([path]);
    } catch (error) {
      this.fault = asFault(error);
    }
  }
}

async function verify(path: string): Promise<Outcome> {
  try {
    return { path, verified: await backend.call('verify_export', { path }), fault: null };
  } catch (error) {
    return { path, verified: null, fault: asFault(error) };
  }
}

export const verifying = new Verifying();
