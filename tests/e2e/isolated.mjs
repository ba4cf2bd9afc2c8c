// A home of its own for what the tests start.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

/** An environment in which a program sees nothing of the user's and leaves nothing behind. */
export async function isolated(folder) {
  // Without the accessibility bus, whose greetings would fill the terminal.
  const env = { ...process.env, TZ: 'America/Chicago', LANG: 'C.UTF-8', NO_COLOR: '1', NO_AT_BRIDGE: '1' };
  const places = { HOME: 'home', XDG_DATA_HOME: 'data', XDG_CONFIG_HOME: 'config', XDG_CACHE_HOME: 'cache', XDG_RUNTIME_DIR: 'run' };
  for (const [name, place] of Object.entries(places)) {
    env[name] = join(folder, place);
    await mkdir(env[name], { recursive: true, mode: 0o700 });
  }
  delete env.TURNSTONE_LIBRARY;
  delete env.WAYLAND_DISPLAY;
  return env;
}
