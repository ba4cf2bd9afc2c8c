// A recording that the pointer drags out of the window as a file. The drag itself is the system's.
import { backend } from '../bridge/backend';
import { asFault, type Fault } from '../bridge/fault';
import type { CallView, RecordingView } from '../bridge/generated';

/** What the user meant to drag. */
interface Dragged {
  call: string;
  recording: string;
}

export class DragOut {
  /** Why the last recording could not be dragged, and which one that was. */
  failed = $state.raw<(Dragged & { fault: Fault }) | null>(null);

  #going = false;

  /** Drags a recording until it is dropped somewhere. There is one pointer, so there is one drag. */
  async begin(call: string, recording: string): Promise<void> {
    if (this.#going) return;
    this.#going = true;
    this.failed = null;
    try {
      await backend.call('drag_recording_out', { call, recording });
    } catch (error) {
      this.failed = { call, recording, fault: asFault(error) };
    } finally {
      this.#going = false;
    }
  }
}

/** The one recording of a call whose audio is here; `null` if there is none, or more than one. */
export function onlyHere(call: CallView): RecordingView | null {
  const here = call.recordings.filter((recording) => recording.audio === 'cached');
  return here.length === 1 ? (here[0] ?? null) : null;
}

export const dragOut = new DragOut();
