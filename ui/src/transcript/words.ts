// Where the words of a turn stand in its text, so that the word being spoken can be shown without changing the text.
// A word that is not found in the text in its order simply has no place; nothing is invented.
import type { WordView } from '../bridge/generated';

/** A stretch of a turn's text; `word` is its index among the turn's words, or `null` between words. */
export interface Piece {
  text: string;
  word: number | null;
}

/** How far ahead in the text a word is looked for; beyond that it belongs to something else. */
const REACH = 200;

/** The text cut at its words; the pieces joined are the text again. */
export function piecesOf(text: string, words: readonly WordView[]): Piece[] {
  const pieces: Piece[] = [];
  let done = 0;
  words.forEach((word, index) => {
    const wanted = word.text.trim();
    if (wanted === '') return;
    const at = text.slice(done, done + REACH + wanted.length).indexOf(wanted);
    if (at < 0) return;
    if (at > 0) pieces.push({ text: text.slice(done, done + at), word: null });
    pieces.push({ text: wanted, word: index });
    done += at + wanted.length;
  });
  if (done < text.length) pieces.push({ text: text.slice(done), word: null });
  return pieces;
}

/** Whether a turn's words can be shown as they are spoken. */
export function hasWordTimes(words: readonly WordView[]): boolean {
  return words.some((word) => word.start_ms !== null);
}
