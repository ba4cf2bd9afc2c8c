// A message bus for what the tests start, so that the keychain it may bring up is not the user's.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** Starts a session bus; gives its address and the way to stop it. */
export async function startBus(env) {
  const child = spawn('dbus-daemon', ['--session', '--nofork', '--nopidfile', '--print-address'], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = once(child, 'exit');
  const [address] = await Promise.race([
    once(createInterface(child.stdout), 'line'),
    ended.then(([code]) => Promise.reject(new Error(`the message bus ended with ${code}`))),
  ]);
  return {
    address,
    stop: async () => {
      child.kill();
      await ended;
    },
  };
}
