// What a program and all it started use of the machine, from /proc.
import { readFileSync, readdirSync } from 'node:fs';

const TICKS = 100;

/** A process and its descendants. */
export function family(pid) {
  const parents = new Map();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      parents.set(Number(entry), Number(fieldsOf(entry)[1]));
    } catch {
      // It has ended meanwhile.
    }
  }
  const found = [pid];
  for (const one of found) for (const [child, parent] of parents) if (parent === one) found.push(child);
  return found;
}

/** Processor time used so far, in milliseconds. */
export function processorMs(pids) {
  return sum(pids, (pid) => ((Number(fieldsOf(pid)[11]) + Number(fieldsOf(pid)[12])) * 1000) / TICKS);
}

/** Memory, shared pages counted in proportion, in MiB. */
export function memoryMiB(pids) {
  return sum(pids, (pid) => Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'))[1]) / 1024);
}

function sum(pids, of) {
  return pids.reduce((total, pid) => {
    try {
      return total + of(pid);
    } catch {
      return total; // It has ended meanwhile.
    }
  }, 0);
}

/** From the state on; the name before it may hold anything. */
function fieldsOf(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}
