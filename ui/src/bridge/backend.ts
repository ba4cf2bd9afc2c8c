// The application as the window sees it: commands with answers, and events it sends unasked.
// Everything above asks `backend`; main.ts decides which implementation stands behind it.
// A call that fails rejects with a `Fault` (see fault.ts), never with a bare string.
import type { Commands, Event } from './generated';

export type { Commands } from './generated';
export type AppEvent = Event;
export type Command = keyof Commands;
export type Args<K extends Command> = Commands[K]['args'];
export type Answer<K extends Command> = Commands[K]['answer'];

export interface Backend {
  call<K extends Command>(name: K, args: Args<K>): Promise<Answer<K>>;
  /** Hears every event until the returned function is called. */
  listen(handler: (event: AppEvent) => void): () => void;
}

let connected: Backend | null = null;

/** Puts an implementation behind `backend`: Tauri in the product, the fake in a browser and in tests. */
export function connect(implementation: Backend): void {
  connected = implementation;
}

function current(): Backend {
  if (!connected) throw new Error('No backend is connected: call connect() first.');
  return connected;
}

/** The application. Use it from actions and `start` methods, not while modules load. */
export const backend: Backend = {
  call: (name, args) => current().call(name, args),
  listen: (handler) => current().listen(handler),
};

/** The arguments of a command that takes none. */
export const NOTHING = {} as Commands['overview']['args'];
