// The real application, over Tauri. This is the only file that imports @tauri-apps.
import { invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import type { Answer, AppEvent, Args, Backend, Command } from './backend';
import { asFault } from './fault';

export const tauri: Backend = {
  async call<K extends Command>(name: K, args: Args<K>): Promise<Answer<K>> {
    try {
      return await invoke<Answer<K>>('call', { command: name, args });
    } catch (error) {
      throw asFault(error);
    }
  },

  listen(handler: (event: AppEvent) => void): () => void {
    // Tauri registers asynchronously; stopping before it has registered must still stop.
    let stopped = false;
    let unlisten: (() => void) | null = null;
    void listen<AppEvent>('turnstone', (message) => {
      if (!stopped) handler(message.payload);
    }).then((stop) => {
      if (stopped) stop();
      else unlisten = stop;
    });
    return () => {
      stopped = true;
      unlisten?.();
    };
  },
};
