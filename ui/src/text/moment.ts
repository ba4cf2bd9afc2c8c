// Moments in the user's time zone, with the offset visible where it matters.
// The zone comes from the application, because it knows the system's; until then the window's own is used.

let zone: string | undefined;
let formats = new Map<string, Intl.DateTimeFormat>();

/** Sets the zone for everything below. A name the engine does not know is ignored. */
export function useTimeZone(name: string): void {
  try {
    new Intl.DateTimeFormat('en-GB', { timeZone: name });
    zone = name;
    formats = new Map();
  } catch {
    // An unknown zone leaves the window's own in force.
  }
}

function format(ms: number, options: Intl.DateTimeFormatOptions): string {
  const key = JSON.stringify(options);
  let found = formats.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat('en-GB', zone === undefined ? options : { ...options, timeZone: zone });
    formats.set(key, found);
  }
  return found.format(ms);
}

/** `10:02` */
export function timeOfDay(ms: number | null): string {
  return ms === null ? '–:––' : format(ms, { hour: '2-digit', minute: '2-digit' });
}

/** `12 Nov`, with the year where it is not the present one: `12 Nov 24`. */
export function shortDay(ms: number | null, now: number): string {
  if (ms === null) return 'no date';
  const year = format(ms, { year: 'numeric' });
  const day = format(ms, { day: 'numeric', month: 'short' }).replace('Sept', 'Sep');
  return year === format(now, { year: 'numeric' }) ? day : `${day} ${year.slice(2)}`;
}

/** `Wednesday 12 November 2025`; today and yesterday by name. */
export function longDay(ms: number | null, now: number): string {
  if (ms === null) return 'Date unknown';
  const key = dayKey(ms);
  if (key === dayKey(now)) return 'Today';
  if (key === dayKey(now - 86_400_000)) return 'Yesterday';
  return format(ms, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }).replace(',', '');
}

/** The same for all moments of one day in the user's zone: `2025-11-12`. */
export function dayKey(ms: number | null): string {
  if (ms === null) return '';
  const [day, month, year] = format(ms, { year: 'numeric', month: '2-digit', day: '2-digit' }).split('/');
  return `${year}-${month}-${day}`;
}

/** `UTC−6`, `UTC+5:30`, `UTC` */
export function offset(ms: number): string {
  const text = format(ms, { hour: '2-digit', timeZoneName: 'longOffset' });
  const found = /(?:GMT|UTC)(?:([+\-−])(\d{1,2})(?::?(\d{2}))?)?/.exec(text);
  if (!found?.[1] || Number(found[2]) + Number(found[3] ?? 0) === 0) return 'UTC';
  const minutes = found[3] !== undefined && found[3] !== '00' ? `:${found[3]}` : '';
  return `UTC${found[1] === '+' ? '+' : '−'}${Number(found[2])}${minutes}`;
}

/** `12 Nov 2025 10:02 (UTC−6)` */
export function dateTime(ms: number | null): string {
  if (ms === null) return 'Date unknown';
  const day = format(ms, { day: 'numeric', month: 'short', year: 'numeric' }).replace('Sept', 'Sep');
  return `${day} ${timeOfDay(ms)} (${offset(ms)})`;
}

/** With seconds, for details: `12 Nov 2025 10:02:41 (UTC−6)` */
export function exactTime(ms: number | null): string {
  if (ms === null) return 'unknown';
  const day = format(ms, { day: 'numeric', month: 'short', year: 'numeric' }).replace('Sept', 'Sep');
  return `${day} ${format(ms, { hour: '2-digit', minute: '2-digit', second: '2-digit' })} (${offset(ms)})`;
}

const INSTANT = /\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)/g;

/** A message in which moments are written as the user reads them: `… until 2025-11-12T16:42:00Z` → `… until 10:42`. */
export function withLocalTimes(message: string, now: number): string {
  return message.replace(INSTANT, (written) => {
    const ms = Date.parse(written);
    if (Number.isNaN(ms)) return written;
    return dayKey(ms) === dayKey(now) ? timeOfDay(ms) : `${shortDay(ms, now)} ${timeOfDay(ms)}`;
  });
}

/** `just now`, `12 min ago`, `3 h ago`, then the date. */
export function ago(ms: number, now: number): string {
  const minutes = Math.floor((now - ms) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ago`;
  return `${shortDay(ms, now)} ${timeOfDay(ms)}`;
}

/** The moment a day of the calendar begins in the user's zone; `day` as `2025-11-12`. */
export function startOfDay(day: string): number | null {
  const found = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day);
  if (!found) return null;
  const wanted = Date.UTC(Number(found[1]), Number(found[2]) - 1, Number(found[3]));
  // Twice, because the offset at the first guess may be the one before a change of the clocks.
  let guess = wanted - offsetMs(wanted);
  guess = wanted - offsetMs(guess);
  return guess;
}

function offsetMs(ms: number): number {
  const found = /UTC(?:([+−])(\d+)(?::(\d{2}))?)?/.exec(offset(ms));
  if (!found?.[1]) return 0;
  const size = (Number(found[2]) * 60 + Number(found[3] ?? 0)) * 60_000;
  return found[1] === '+' ? size : -size;
}

/** The day `days` after another one, both as `2025-11-12`. */
export function dayAfter(day: string, days: number): string {
  const [year, month, date] = day.split('-').map(Number);
  return new Date(Date.UTC(year ?? 0, (month ?? 1) - 1, (date ?? 1) + days)).toISOString().slice(0, 10);
}
