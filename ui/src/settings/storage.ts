// The audio on this machine in words and numbers.
import type { Tidied } from '../bridge/generated';
import { bytes, count, plural } from '../text/cut';

const GB = 1_000_000_000;

/** What was typed as gigabytes, in bytes; `null` if it is no size above nothing. */
export function bytesOf(text: string): number | null {
  const size = Number(text.trim().replace(',', '.'));
  const whole = Math.round(size * GB);
  return Number.isFinite(size) && whole >= 1_000_000 ? whole : null;
}

/** Bytes as they are typed: `20`, `1.5` */
export function gigabytes(n: number): string {
  return String(Number((n / GB).toFixed(n < GB ? 3 : 1)));
}

/** What a limit would take away at once; `null` if nothing. */
export function wouldLeave(held: number, limit: number | null): string | null {
  if (limit === null || held <= limit) return null;
  return `About ${bytes(held - limit)} would leave at once, what was played longest ago first. What is kept stays.`;
}

/** What tidying would do, or did. */
export function tidyWords(tidied: Tidied, rehearsal: boolean): string {
  const parts = [
    tidied.stray > 0 ? plural(tidied.stray, 'stray file') : null,
    tidied.broken > 0 ? `${plural(tidied.broken, 'broken recording')} that can be fetched again` : null,
    tidied.expired > 0 ? `${plural(tidied.expired, 'recording')}, ${bytes(tidied.expired_bytes)}, that ${tidied.expired === 1 ? 'its' : 'their'} source’s rule no longer keeps` : null,
  ].filter((part) => part !== null);
  const sound = tidied.sound > 0 ? ` ${count(tidied.sound)} looked at and sound.` : '';
  if (parts.length === 0) return `${rehearsal ? 'There is nothing to tidy' : 'There was nothing to tidy'}.${sound}`;
  return `${rehearsal ? 'This would leave' : 'Gone'}: ${parts.join('; ')}.${sound}`;
}
