// The settings of this library and what the About box says.
import { backend, NOTHING } from '../bridge/backend';
import { asFault, type Fault } from '../bridge/fault';
import type { About, Settings, SigningKeyView } from '../bridge/generated';
import { useTimeZone } from '../text/moment';
import { asTheme, showTheme } from './theme';

export class Preferences {
  values = $state.raw<Settings | null>(null);
  about = $state.raw<About | null>(null);
  fault = $state.raw<Fault | null>(null);
  /** The key that exports are signed with; `null` until somebody asks, because the keychain may ask them back. */
  key = $state.raw<SigningKeyView | null>(null);
  keyFault = $state.raw<Fault | null>(null);
  lookingAtKey = $state(false);

  #asked = 0;

  async start(): Promise<void> {
    try {
      const [values, about] = await Promise.all([backend.call('settings', NOTHING), backend.call('about', NOTHING)]);
      useTimeZone(about.time_zone);
      this.about = about;
      this.#take(values);
    } catch (error) {
      this.fault = asFault(error);
    }
  }

  /** Shows a change at once and keeps it; if it cannot be kept, what was before comes back with the reason. */
  async change(change: Partial<Settings>): Promise<void> {
    const before = this.values;
    if (!before) return;
    const asked = ++this.#asked;
    const wanted = { ...before, ...change };
    this.#take(wanted);
    try {
      const kept = await backend.call('change_settings', wanted);
      if (asked !== this.#asked) return;
      this.#take(kept);
      this.fault = null;
    } catch (error) {
      if (asked !== this.#asked) return;
      this.#take(before);
      this.fault = asFault(error);
    }
  }

  async lookAtKey(): Promise<void> {
    if (this.lookingAtKey) return;
    this.lookingAtKey = true;
    try {
      this.key = await backend.call('signing_key', NOTHING);
      this.keyFault = null;
    } catch (error) {
      this.keyFault = asFault(error);
    } finally {
      this.lookingAtKey = false;
    }
  }

  #take(values: Settings): void {
    this.values = values;
    showTheme(asTheme(values.theme));
  }
}

export const preferences = new Preferences();
