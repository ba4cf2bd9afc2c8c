// Finding text in a transcript: letters are compared without case and accents, and every hit is a range in the text as
// it is shown (UTF-16 units, as the DOM counts). Pure; the texts are folded once and kept by the caller.

/** A text ready for comparing, with the way back to the original. */
export interface Folded {
  text: string;
  /** For each unit of `text` where it came from; `null` where both are the same. One more entry marks the end. */
  from: Uint32Array | null;
}

/** A place in the transcript. */
export interface Hit {
  turn: number;
  start: number;
  end: number;
}

/** What to look for: a piece of text as typed, or whole words that a search over everything has found. */
export type Sought = { kind: 'text'; text: string } | { kind: 'words'; words: string[] };

/** More hits than this are not collected; the count then reads "10,000+". */
export const MAX_HITS = 10_000;

// eslint-disable-next-line no-control-regex
const ASCII = /^[\x00-\x7f]*$/;
const MARK = /\p{M}/u;
const WORD = /[\p{L}\p{N}_]/u;

/** Lower case, without accents, any white space as a blank. */
export function fold(original: string): Folded {
  if (ASCII.test(original)) return { text: original.toLowerCase().replace(/\s/g, ' '), from: null };
  let text = '';
  const from: number[] = [];
  let at = 0;
  for (const character of original) {
    const folded = foldCharacter(character);
    for (let unit = 0; unit < folded.length; unit++) from.push(at);
    text += folded;
    at += character.length;
  }
  from.push(at);
  return { text, from: Uint32Array.from(from) };
}

/** Every hit in the order of the transcript. */
export function findAll(texts: readonly Folded[], sought: Sought): Hit[] {
  const needles = needlesOf(sought);
  const hits: Hit[] = [];
  if (needles.length === 0) return hits;
  for (let turn = 0; turn < texts.length; turn++) {
    const folded = texts[turn];
    if (!folded) continue;
    const found: Hit[] = [];
    for (const needle of needles) findIn(folded, needle, sought.kind === 'words', turn, found);
    if (needles.length > 1) found.sort((a, b) => a.start - b.start || b.end - a.end);
    for (const hit of found) {
      const last = hits[hits.length - 1];
      if (last && last.turn === turn && hit.start < last.end) continue;
      if (hits.push(hit) >= MAX_HITS) return hits;
    }
  }
  return hits;
}

/** The first hit at or after a turn, beginning again at the top; -1 if there is none. */
export function firstFrom(hits: readonly Hit[], turn: number): number {
  if (hits.length === 0) return -1;
  let low = 0;
  let high = hits.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((hits[middle]?.turn ?? 0) < turn) low = middle + 1;
    else high = middle;
  }
  return low === hits.length ? 0 : low;
}

/** The hits of one turn: they lie next to each other. */
export function hitsOf(hits: readonly Hit[], turn: number): { first: number; hits: Hit[] } {
  const first = firstFrom(hits, turn);
  const found: Hit[] = [];
  for (let at = Math.max(0, first); at < hits.length; at++) {
    const hit = hits[at];
    if (!hit || hit.turn !== turn) break;
    found.push(hit);
  }
  return { first, hits: found };
}

function needlesOf(sought: Sought): string[] {
  const texts = sought.kind === 'text' ? [sought.text] : sought.words;
  return [...new Set(texts.map((text) => fold(text).text.trim()).filter((text) => text !== ''))];
}

function findIn(folded: Folded, needle: string, wholeWords: boolean, turn: number, into: Hit[]): void {
  let at = folded.text.indexOf(needle);
  while (at >= 0) {
    const end = at + needle.length;
    if (!wholeWords || (!isWordAt(folded.text, at - 1) && !isWordAt(folded.text, end))) {
      const hit = { turn, start: original(folded, at), end: endOf(folded, end) };
      if (hit.end > hit.start) into.push(hit);
    }
    at = folded.text.indexOf(needle, end);
  }
}

function isWordAt(text: string, at: number): boolean {
  const unit = text[at];
  return unit !== undefined && WORD.test(unit);
}

function original(folded: Folded, at: number): number {
  return folded.from ? (folded.from[at] ?? 0) : at;
}

/** The end of a hit takes in the marks that belong to its last letter. */
function endOf(folded: Folded, end: number): number {
  return folded.from ? (folded.from[end] ?? 0) : end;
}

function foldCharacter(character: string): string {
  let folded = '';
  for (const part of character.normalize('NFD')) {
    if (!MARK.test(part)) folded += part;
  }
  if (/^\s$/.test(folded)) return ' ';
  return folded.toLowerCase();
}
