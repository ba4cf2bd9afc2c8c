// Libraries for the tests, made with the command line as a user would, and the command line itself.
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const root = join(import.meta.dirname, '../..');
/** The bundled demo calls. */
export const demo = join(root, 'tests/fixtures/demo');

/** Where the programs under test are: TURNSTONE_PROGRAMS, or this repository's debug build. */
export const programs = process.env.TURNSTONE_PROGRAMS ?? join(root, 'target/debug');

/** What is true of the demo calls, by the name of the call. */
export async function truth() {
  const { calls } = JSON.parse(await readFile(join(demo, 'truth.json'), 'utf8'));
  return new Map(calls.map((call) => [call.name, call]));
}

/** A library and the command line on it. */
export class Library {
  constructor(folder, env) {
    this.folder = folder;
    this.env = env;
  }

  /** A library of all demo calls, or a copy of them, with their audio in the cache. */
  static async ofDemoCalls(folder, env, from = demo) {
    const library = new Library(folder, env);
    await library.run('source', 'add', 'folder', 'Demo calls', '--path', join(from, 'calls'));
    await library.run('source', 'add', 'twilio-bridge', 'Demo bridge', '--path', join(from, 'twilio-bridge'));
    await library.run('sync');
    await library.run('fetch', '--all');
    return library;
  }

  /** Runs `turnstone` and gives what it printed. */
  async run(...args) {
    const program = join(programs, 'turnstone');
    const { stdout } = await execute(program, ['--library', this.folder, ...args], { env: this.env, maxBuffer: 1 << 26 });
    return stdout;
  }

  /** Runs `turnstone --json` and gives the objects it printed. */
  async json(...args) {
    return (await this.run('--json', ...args)).split('\n').filter(Boolean).map((line) => JSON.parse(line));
  }

  /** The row of the call whose file is the given one of the demo. */
  async callOf(file) {
    const stem = file.split('/').at(-1).replace(/(_\d{13})?\.\w+$/, '');
    const rows = (await this.json('list', '--limit', '100')).filter((row) => row.id);
    const row = rows.find((candidate) => candidate.remote_id.includes(stem));
    if (!row) throw new Error(`no call in the library comes from ${stem}: ${rows.map((each) => each.remote_id).join(', ')}`);
    return row;
  }
}
