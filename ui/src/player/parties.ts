// Who speaks with whom, for the label of the player.
import type { CallRow } from '../bridge/generated';

/** The two sides of a call as they are written at the source, the calling one first. */
export function sidesOf(row: CallRow): { from: string; to: string } | null {
  const from = row.from ?? (row.direction === 'outbound' || row.to !== null ? row.agent : null);
  const to = row.to ?? (row.direction === 'inbound' || row.from !== null ? row.agent : null);
  return from === null && to === null ? null : { from: from ?? 'Unknown', to: to ?? 'Unknown' };
}
