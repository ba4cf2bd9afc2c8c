// Whether anything is asked over the network: the user's switch, and whether there is a network.
import { backend, NOTHING, type AppEvent } from '../bridge/backend';
import type { NetworkState, SourceView } from '../bridge/generated';

const ON_THIS_MACHINE = /^https?:\/\/(localhost|127(\.\d+){3}|\[::1\])([:/]|$)/i;

export class NetworkSwitch {
  state = $state.raw<NetworkState>({ offline: false, away: false });

  /** What to say about it; `null` while all is as usual. */
  get words(): string | null {
    if (this.state.offline) return 'Offline: nothing is asked over the network';
    return this.state.away ? 'No network: what is here keeps working' : null;
  }

  /** Whether a source is not asked now. Without a network a server on this machine still is; folders always are. */
  holdsBack(source: SourceView | undefined): boolean {
    if (!source || source.local) return false;
    return this.state.offline || (this.state.away && !ON_THIS_MACHINE.test(source.place));
  }

  async start(): Promise<void> {
    try {
      this.state = await backend.call('network', NOTHING);
    } catch {
      // A library that cannot be opened says so itself.
    }
  }

  hear(event: AppEvent): void {
    if (event.event === 'network_changed') void this.start();
  }

  async toggle(): Promise<void> {
    this.state = await backend.call('set_offline', { offline: !this.state.offline });
  }
}

export const network = new NetworkSwitch();
