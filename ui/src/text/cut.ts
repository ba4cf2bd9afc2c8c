// Long names are cut in the middle, because the end of a file name or an address tells them apart.

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** At most `limit` characters, with an ellipsis in the middle. Counts characters as people see them, not UTF-16 units. */
export function middleCut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const shape = [...graphemes.segment(text)].map((part) => part.segment);
  if (shape.length <= limit) return text;
  if (limit <= 1) return '…';
  const head = Math.ceil((limit - 1) / 2);
  const tail = limit - 1 - head;
  return `${shape.slice(0, head).join('').trimEnd()}…${shape.slice(shape.length - tail).join('').trimStart()}`;
}

/** A message as a sentence: a capital at its beginning, a stop at its end. */
export function sentence(message: string): string {
  const words = message.trim();
  if (words === '') return '';
  const whole = words.charAt(0).toUpperCase() + words.slice(1);
  return /[.!?…]$/.test(whole) ? whole : `${whole}.`;
}

/** `1204` → `1,204` */
export function count(n: number): string {
  return n.toLocaleString('en-US');
}

/** `1 call`, `1,204 calls` */
export function plural(n: number, one: string, many: string = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** `12.4 MB`; sizes as file managers give them. */
export function bytes(n: number | null): string {
  if (n === null) return 'unknown';
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let size = n;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return unit === 0 ? `${size} B` : `${size.toFixed(size < 10 ? 2 : 1)} ${units[unit]}`;
}
