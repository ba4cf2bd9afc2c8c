// Lengths and positions.

/** `161000` → `2:41`, an hour and more → `1:02:41`. Positions count whole seconds that have passed. */
export function clock(ms: number | null): string {
  if (ms === null || !Number.isFinite(ms)) return '–:––';
  const whole = Math.max(0, Math.floor(ms / 1000));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const seconds = String(whole % 60).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${seconds}` : `${minutes}:${seconds}`;
}

/** For screen readers and tooltips: `2 minutes 41 seconds`. */
export function spokenDuration(ms: number | null): string {
  if (ms === null) return 'unknown length';
  const whole = Math.max(0, Math.round(ms / 1000));
  const parts: [number, string][] = [
    [Math.floor(whole / 3600), 'hour'],
    [Math.floor((whole % 3600) / 60), 'minute'],
    [whole % 60, 'second'],
  ];
  const said = parts.filter(([n]) => n > 0).map(([n, unit]) => `${n} ${unit}${n === 1 ? '' : 's'}`);
  return said.length > 0 ? said.join(' ') : '0 seconds';
}

/** `4200` → `4.2 s`, `72000` → `1 min 12 s`. */
export function elapsed(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}
