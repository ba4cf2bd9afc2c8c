// Sources and their runs in words.
import type { SourceView, SyncRun } from '../bridge/generated';
import type { SourceState } from '../state/sync.svelte';
import { count, plural, sentence } from '../text/cut';
import { elapsed } from '../text/duration';
import { ago, withLocalTimes } from '../text/moment';

export const STATES: Record<SourceState, string> = {
  syncing: 'Syncing',
  offline: 'Offline: it is not asked now',
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

/** What is wrong with the last run, in which words, and the next step; `null` while all is well. */
export function failureWords(run: SyncRun | null, now: number): { title: string; words: string; next: string } | null {
  if (run === null || run.error === null) return null;
  return { ...stepAfter(run.error_code), words: sentence(withLocalTimes(run.error, now)) };
}

function stepAfter(code: string | null): { title: string; next: string } {
  switch (code) {
    case 'needs_credentials':
      return { title: 'Signing in is needed.', next: 'What is already here keeps working.' };
    case 'forbidden':
      return { title: 'The server does not allow it.', next: 'Ask whoever runs it for the right that is missing, or sign in as somebody else.' };
    case 'rate_limited':
      return { title: '', next: 'It is asked again when the time is over.' };
    case 'unreachable':
      return { title: 'The source cannot be reached.', next: 'Check that it is there and that its address is right; it is tried again of itself.' };
    case 'offline':
      return { title: 'Turnstone was offline.', next: 'It is asked again once you are online.' };
    default:
      return { title: 'The last sync did not finish.', next: 'It is tried again of itself.' };
  }
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
  if (run.error !== null || !run.complete) return `Stopped ${ago(run.at_ms, now)}${run.seen > 0 ? ` after ${plural(run.seen, 'call')}` : ''}.`;
  const when = `${ago(run.at_ms, now)} in ${elapsed(run.elapsed_ms)}`;
  return `Synced ${when}. ${plural(run.seen, 'call')} seen: ${runWords(run)}.`;
}
