// Who is who in a transcript: one name and one colour for each speaker, by the role first and then in order of
// appearance. The colour is a slot of the theme; the name always stands beside it.
import type { TurnView } from '../bridge/generated';

/** The colour of a speaker in the theme. */
export type Slot = 'agent' | 'customer' | 'other-1' | 'other-2' | 'other-3' | 'other-4' | 'none';

export interface Speaker {
  name: string;
  slot: Slot;
}

const OTHERS: readonly Slot[] = ['other-1', 'other-2', 'other-3', 'other-4'];
const NAMES: Readonly<Record<string, string>> = { agent: 'Agent', customer: 'Caller', system: 'System', tool: 'Tool' };

/** The speaker of each turn. */
export function speakersOf(turns: readonly TurnView[]): Speaker[] {
  const known = new Map<string, Speaker>();
  const taken = new Set<Slot>();
  let others = 0;
  return turns.map((turn) => {
    const key = `${turn.role ?? ''}\n${turn.speaker ?? ''}`;
    const seen = known.get(key);
    if (seen) return seen;
    const own = ownSlot(turn.role);
    let slot: Slot;
    if (turn.role === 'system' || turn.role === 'tool') slot = 'none';
    else if (own && !taken.has(own)) slot = own;
    else slot = turn.speaker || turn.role ? (OTHERS[others++ % OTHERS.length] ?? 'none') : 'none';
    taken.add(slot);
    const speaker = { name: turn.speaker?.trim() || NAMES[turn.role ?? ''] || 'Unknown', slot };
    known.set(key, speaker);
    return speaker;
  });
}

/** Whether a turn is something said, not a note of the machine. */
export function isSpeech(turn: TurnView): boolean {
  return turn.role !== 'system' && turn.role !== 'tool';
}

function ownSlot(role: string | null): Slot | null {
  return role === 'agent' || role === 'customer' ? role : null;
}
