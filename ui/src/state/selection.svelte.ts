// The call that is open, and where in it the user wants to be.
import { backend } from '../bridge/backend';
import { asFault, type Fault } from '../bridge/fault';
import type { CallView } from '../bridge/generated';
import { transcript, type Arrival } from './transcript.svelte';

export type CallTab = 'transcript' | 'insights' | 'details';

export class Selection {
  /** The id of the call that is open or being opened. */
  callId = $state<string | null>(null);
  /** The open call. While another one loads, the earlier one stays, so that nothing flickers. */
  call = $state.raw<CallView | null>(null);
  loading = $state(false);
  fault = $state.raw<Fault | null>(null);
  tab = $state<CallTab>('transcript');

  /** Opens a call, at a turn and with a search's words marked if given. */
  async open(callId: string, at?: Arrival): Promise<void> {
    if (at) {
      this.tab = 'transcript';
      transcript.expect(callId, at);
    }
    if (callId === this.callId && this.call?.row.id === callId && this.fault === null) return;
    this.callId = callId;
    this.fault = null;
    this.loading = true;
    await this.#load(callId);
  }

  close(): void {
    this.callId = null;
    this.call = null;
    this.fault = null;
    this.loading = false;
  }

  /** Asks again; what has not changed keeps its object, so that nothing is drawn anew. */
  async refresh(): Promise<void> {
    if (this.callId !== null && !this.loading) await this.#load(this.callId);
  }

  async #load(callId: string): Promise<void> {
    try {
      const call = await backend.call('show_call', { call: callId });
      if (this.callId !== callId) return;
      if (!same(this.call, call)) this.call = keepTranscript(this.call, call);
      this.fault = null;
    } catch (error) {
      if (this.callId !== callId) return;
      this.call = null;
      this.fault = asFault(error);
    } finally {
      if (this.callId === callId) this.loading = false;
    }
  }
}

function same(before: unknown, after: unknown): boolean {
  return JSON.stringify(before) === JSON.stringify(after);
}

/** A call whose facts changed keeps its transcript's object if the transcript did not. */
function keepTranscript(before: CallView | null, after: CallView): CallView {
  if (before?.row.id === after.row.id && same(before.transcript, after.transcript)) {
    return { ...after, transcript: before.transcript };
  }
  return after;
}

export const selection = new Selection();
