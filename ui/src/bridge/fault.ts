// What can go wrong, in one table: error code → how bad, in which words, and the one thing to do next.
// The message of a fault is written by the application for people; the table gives the heading and the action.

export type FaultCode =
  | 'not_found'
  | 'ambiguous'
  | 'invalid'
  | 'unreachable'
  | 'needs_credentials'
  | 'no_keychain'
  | 'forbidden'
  | 'rate_limited'
  | 'offline'
  | 'no_audio'
  | 'unsupported'
  | 'unreadable'
  | 'no_device'
  | 'locked'
  | 'newer_schema'
  | 'corrupt'
  | 'not_recorded'
  | 'io'
  | 'cancelled';

export interface Fault {
  code: FaultCode;
  message: string;
}

/** `quiet` needs no notice, `note` is said where it happened, `stop` takes the screen. */
export type Severity = 'quiet' | 'note' | 'stop';

/** What the button beside the words does; `null` where there is nothing to press. */
export type FaultAction = 'retry' | 'sources' | 'details' | null;

export interface FaultWords {
  severity: Severity;
  title: string;
  hint: string;
  action: FaultAction;
}

export const FAULTS: Record<FaultCode, FaultWords> = {
  not_found: {
    severity: 'note',
    title: 'No longer here',
    hint: 'It may have been removed while the list was open.',
    action: 'retry',
  },
  ambiguous: { severity: 'note', title: 'More than one matches', hint: 'Give more of the name or id.', action: null },
  invalid: { severity: 'note', title: 'That does not work', hint: 'Change the entry and try again.', action: null },
  unreachable: {
    severity: 'note',
    title: 'The source cannot be reached',
    hint: 'What is already in the library keeps working. Check that the folder or server is there.',
    action: 'retry',
  },
  needs_credentials: {
    severity: 'note',
    title: 'Signing in is needed',
    hint: 'Sign in to the source; everything already here keeps working.',
    action: 'sources',
  },
  no_keychain: {
    severity: 'note',
    title: 'There is no keychain',
    hint: 'What you enter is kept until Turnstone closes.',
    action: null,
  },
  forbidden: {
    severity: 'note',
    title: 'The server does not allow it',
    hint: 'Ask whoever runs the server for the right that is missing.',
    action: 'sources',
  },
  rate_limited: {
    severity: 'note',
    title: 'The server asked us to wait',
    hint: 'It is asked again when the time is over.',
    action: null,
  },
  offline: {
    severity: 'note',
    title: 'Turnstone is offline',
    hint: 'Go online to ask the server.',
    action: null,
  },
  no_audio: {
    severity: 'note',
    title: 'No audio for this call',
    hint: 'The transcript and details are still here. Details shows every attempt to get it.',
    action: 'details',
  },
  unsupported: {
    severity: 'note',
    title: 'This audio format cannot be played',
    hint: 'The rest of the call works.',
    action: 'details',
  },
  unreadable: {
    severity: 'note',
    title: 'The audio file cannot be read',
    hint: 'It may be damaged or incomplete. Sync again to look for a better copy.',
    action: 'sources',
  },
  no_device: {
    severity: 'note',
    title: 'No sound output',
    hint: 'Connect speakers or a headset; playing continues from here.',
    action: 'retry',
  },
  locked: {
    severity: 'stop',
    title: 'The library is open elsewhere',
    hint: 'Close the other Turnstone window or wait for the command line to finish.',
    action: 'retry',
  },
  newer_schema: {
    severity: 'stop',
    title: 'The library was made by a newer Turnstone',
    hint: 'Update Turnstone to open it. Nothing was changed.',
    action: null,
  },
  corrupt: {
    severity: 'stop',
    title: 'The library is damaged',
    hint: 'Nothing was deleted. Keep a copy of its folder before trying anything else.',
    action: null,
  },
  not_recorded: {
    severity: 'note',
    title: 'Not done: it could not be recorded',
    hint: 'Everything goes into the audit log first. Check that the drive has free space and can be written to.',
    action: 'retry',
  },
  io: {
    severity: 'note',
    title: 'The disk did not answer',
    hint: 'Check that the drive is connected and has free space.',
    action: 'retry',
  },
  cancelled: { severity: 'quiet', title: 'Stopped', hint: '', action: null },
};

export function isFault(value: unknown): value is Fault {
  if (typeof value !== 'object' || value === null) return false;
  const { code, message } = value as { code?: unknown; message?: unknown };
  return typeof code === 'string' && code in FAULTS && typeof message === 'string';
}

/** Whatever was thrown, as a fault. What has no known code is an `io` fault with its words kept. */
export function asFault(error: unknown): Fault {
  if (isFault(error)) return { code: error.code, message: error.message };
  if (error instanceof Error) return { code: 'io', message: error.message };
  if (typeof error === 'string' && error !== '') return { code: 'io', message: error };
  return { code: 'io', message: 'Something went wrong and gave no reason.' };
}

export function wordsFor(fault: Fault): FaultWords {
  return FAULTS[fault.code];
}
