// What goes to the clipboard: plain lines, each with its speaker.
import type { TurnView } from '../bridge/generated';
import type { Speaker } from '../state/speakers';

/** One turn or a part of it. */
export interface Passage {
  turn: number;
  text: string;
}

/** `Speaker: text` for every passage; a passage from within one single turn stands alone as the words it is. */
export function plainText(passages: readonly Passage[], speakers: readonly Speaker[]): string {
  const said = passages.filter((passage) => passage.text.trim() !== '');
  const [only] = said;
  if (only && said.length === 1) return only.text.trim();
  return said.map((passage) => `${speakers[passage.turn]?.name ?? 'Unknown'}: ${passage.text.trim()}`).join('\n');
}

/** Puts a text into the clipboard; where the page may not write to it directly, through a copy command. */
export async function toClipboard(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const write = (event: ClipboardEvent): void => {
      event.clipboardData?.setData('text/plain', text);
      event.preventDefault();
      event.stopImmediatePropagation();
    };
    document.addEventListener('copy', write, { capture: true, once: true });
    document.execCommand('copy');
    document.removeEventListener('copy', write, { capture: true });
  }
}

/** The whole transcript, every line with its speaker. */
export function wholeText(turns: readonly TurnView[], speakers: readonly Speaker[]): string {
  return turns
    .map((turn, at) => `${speakers[at]?.name ?? 'Unknown'}: ${turn.text.trim()}`)
    .join('\n');
}
