// Where the sound is between two reports of the player.
//
// The player reports its position a few times a second. Between two reports the position is computed from the last one,
// the speed and a monotonic clock that is passed in. Invariants: a report never moves a running position backwards by
// less than `JITTER_MS` (it is held instead), and after a seek the reports that were under way before it are not believed.

/** A report that differs from the computed position by less than this is the same movement, measured less exactly. */
export const JITTER_MS = 250;
/** How long reports are compared with the target of a seek before they are believed again. */
export const SETTLE_MS = 500;
/** How far from the target of a seek a report may be to count as its answer. */
export const NEAR_MS = 400;

export class Position {
  private anchor = 0;
  private since = 0;
  private floor = 0;
  private speed = 1;
  private running = false;
  private duration = 0;
  private target: { ms: number; at: number } | null = null;

  /** The position at `now`, in milliseconds of the recording. */
  at(now: number): number {
    const moved = this.running ? Math.max(0, now - this.since) * this.speed : 0;
    const position = Math.max(this.floor, this.anchor + moved);
    return this.duration > 0 ? Math.min(position, this.duration) : position;
  }

  /** Takes the wished position at once; older reports are ignored until the player answers or `SETTLE_MS` pass. */
  seek(ms: number, now: number): void {
    const to = Math.max(0, this.duration > 0 ? Math.min(ms, this.duration) : ms);
    this.target = { ms: to, at: now };
    this.stand(to, now);
  }

  /** Where the last seek went if the player has not answered it yet: what a further skip is counted from. */
  pending(now: number): number | null {
    return this.target && now - this.target.at < SETTLE_MS ? this.at(now) : null;
  }

  /** Whether a report of `ms` was made before the last seek. */
  isLate(ms: number, now: number): boolean {
    const target = this.target;
    if (!target || now - target.at >= SETTLE_MS) return false;
    const moved = this.running ? (now - target.at) * this.speed : 0;
    return ms < target.ms - NEAR_MS || ms > target.ms + moved + NEAR_MS;
  }

  /** Takes a report. Answers whether the position jumped, that is whether what is painted must be painted anew. */
  report(
    report: { position_ms: number; duration_ms: number; speed: number; running: boolean },
    now: number,
  ): boolean {
    const expected = this.at(now);
    const late = this.isLate(report.position_ms, now);
    const changed =
      report.running !== this.running || report.speed !== this.speed || report.duration_ms !== this.duration;
    this.duration = report.duration_ms;
    this.speed = report.speed;
    if (late) {
      this.stand(expected, now);
      this.running = report.running;
      return changed;
    }
    this.target = null;
    const wasRunning = this.running;
    this.running = report.running;
    const drift = report.position_ms - expected;
    this.anchor = report.position_ms;
    this.since = now;
    const same = wasRunning && report.running && Math.abs(drift) < JITTER_MS;
    this.floor = same && drift < 0 ? expected : 0;
    return changed || !(same || drift === 0);
  }

  /** Forgets everything: another recording, or none. */
  reset(): void {
    this.target = null;
    this.running = false;
    this.duration = 0;
    this.stand(0, 0);
  }

  private stand(ms: number, now: number): void {
    this.anchor = ms;
    this.since = now;
    this.floor = 0;
  }
}
