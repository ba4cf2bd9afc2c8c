// Sources and their runs in words.
import type { SourceView, SyncRun } from '../bridge/generated';
import type { SourceState } from '../state/sync.svelte';
import { count, plural } from '../text/cut';
import { elapsed } from '../text/duration';
import { ago } from '../text/moment';

export const STATES: Record<SourceState, string> = {
  syncing: 'Syncing',
  sign_in: 'Needs you to sign in',
  failed: 'Last sync did not finish',
  partial: 'Some items could not be read',
  ok: 'Up to date',
  new: 'Not synced yet',
};

/** `12 new, 1 changed, 3 could not be read` */
export function runWords(run: SyncRun): string {
  const parts = [
    run.added > 0 ? `${count(run.added)} new` : null,
    run.updated > 0 ? `${count(run.updated)} changed` : null,
    run.vanished > 0 ? `${count(run.vanished)} gone at the source` : null,
    run.rejected > 0 ? `${count(run.rejected)} could not be read` : null,
  ].filter((part) => part !== null);
  return parts.length > 0 ? parts.join(', ') : 'nothing new';
}

/** `Waiting 40 s: the server asked for it` */
export function waitingWords(until_ms: number, why: string, now: number): string {
  const seconds = Math.max(1, Math.ceil((until_ms - now) / 1000));
  return `Waiting ${seconds} s: ${why}`;
}

/** `Synced 40 min ago in 4.2 s. 214 calls seen: 12 new, 1 changed.` */
export function lastRunWords(source: SourceView, now: number): string {
  const run = source.last_run;
  if (!run) return 'Not synced yet.';
  if (run.error !== null || !run.complete) return `Stopped ${ago(run.at_ms, now)} after ${plural(run.seen, 'call')}.`;
  const when = `${ago(run.at_ms, now)} in ${elapsed(run.elapsed_ms)}`;
  return `Synced ${when}. ${plural(run.seen, 'call')} seen: ${runWords(run)}.`;
}
