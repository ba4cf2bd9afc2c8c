// The sandbox's servers, started for a group of tests.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { programs } from './library.mjs';

/** One system of the sandbox: `{ kind, url, secret }`, and `stop`. */
export async function startSandbox(kind, ...args) {
  const child = spawn(join(programs, 'sandbox'), ['--only', kind, '--json', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const [line] = await Promise.race([
    once(createInterface(child.stdout), 'line'),
    ended.then(([code]) => Promise.reject(new Error(`the sandbox ended with ${code}`))),
  ]);
  return {
    ...JSON.parse(line),
    stop: async () => {
      child.kill();
      await ended;
    },
  };
}
