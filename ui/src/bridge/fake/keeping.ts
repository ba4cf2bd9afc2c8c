// What the fake keeps of audio: a queue that is worked off with a timer, pins, pinned searches and a limit.
import type { CacheView, CallRow, DownloadStatus, JobProgress, PinSearch, Tidied } from '../generated';

/** What a recording of the fake weighs. */
export const weight = (row: CallRow): number => (row.duration_ms ?? 0) * 16;

const STEP_MS = 140;

interface World {
  rows(): CallRow[];
  /** Tells how the job is doing; the audio of `here` has arrived. */
  report(job: JobProgress, here: string[]): void;
  number(): number;
}

export class FakeKeeping {
  readonly here = new Set<string>();
  readonly pins = new Set<string>();
  limit: number | null = null;
  private searches: PinSearch[] = [];
  private queue: string[] = [];
  private paused = false;
  private job: JobProgress | null = null;
  private bytes = 0;

  constructor(private readonly world: World) {}

  get running(): JobProgress | null {
    return this.job;
  }

  status(): DownloadStatus {
    return { queued: this.queue.length, paused: this.paused, running: this.job !== null };
  }

  ask(rows: readonly CallRow[]): DownloadStatus {
    const wanted = rows.filter((row) => ['available', 'pending', 'failed'].includes(row.audio));
    this.queue.push(...wanted.map((row) => row.id).filter((id) => !this.queue.includes(id)));
    this.work();
    return this.status();
  }

  pause(paused: boolean): DownloadStatus {
    this.paused = paused;
    if (paused) this.end(`${this.job?.done ?? 0} downloaded; paused, ${this.queue.length} to go`);
    else this.work();
    return this.status();
  }

  clear(): DownloadStatus {
    this.queue = [];
    this.end(`${this.job?.done ?? 0} downloaded`);
    return this.status();
  }

  pin(calls: readonly string[], pinned: boolean): void {
    for (const call of calls) {
      if (pinned) this.pins.add(call);
      else this.pins.delete(call);
    }
    if (pinned) this.ask(this.world.rows().filter((row) => calls.includes(row.id)));
  }

  pinSearch(search: PinSearch): void {
    this.searches = [...this.searches.filter((each) => each.name !== search.name), search];
  }

  unpinSearch(name: string): boolean {
    const before = this.searches.length;
    this.searches = this.searches.filter((each) => each.name !== name);
    return this.searches.length < before;
  }

  view(): CacheView {
    const held = this.world.rows().filter((row) => row.audio === 'cached');
    return {
      files: held.length,
      bytes: held.reduce((sum, row) => sum + weight(row), 0),
      limit: this.limit,
      pinned: this.pins.size,
      searches: this.searches.map((search) => search.name).sort(),
    };
  }

  tidy(rules: readonly string[]): Tidied {
    const expired = rules.some((rule) => rule !== '' && rule !== 'forever') ? 12 : 0;
    return { stray: 3, broken: 1, sound: this.view().files, expired, expired_bytes: expired * 6_700_000 };
  }

  private work(): void {
    if (this.job !== null || this.paused || this.queue.length === 0) return;
    this.bytes = 0;
    this.job = {
      job: this.world.number(),
      kind: 'fetch',
      source: null,
      words: 'Downloading',
      done: 0,
      total: this.queue.length,
      waiting_until_ms: null,
      waiting_why: null,
      ended: false,
      result: null,
      failed: false,
    };
    const number = this.job.job;
    this.world.report(this.job, []);
    const tick = (): void => {
      if (this.job?.job !== number) return;
      const next = this.queue.shift();
      if (next === undefined) return this.end(`${this.job.done} downloaded, ${megabytes(this.bytes)}`);
      this.here.add(next);
      this.bytes += 1_900_000;
      const done = this.job.done + 1;
      const total = done + this.queue.length;
      const left = done >= 5 && this.queue.length > 0 ? ', about 3 minutes left' : '';
      this.job = { ...this.job, done, total, words: `Downloading: ${done} of ${total}, ${megabytes(this.bytes)}${left}` };
      this.world.report(this.job, [next]);
      setTimeout(tick, STEP_MS);
    };
    setTimeout(tick, STEP_MS);
  }

  private end(result: string): void {
    if (this.job === null) return;
    const ended = { ...this.job, ended: true, result };
    this.job = null;
    this.world.report(ended, []);
  }
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1_000_000)} MB`;
}
