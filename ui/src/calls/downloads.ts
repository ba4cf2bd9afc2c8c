// The queue of downloads in words.
import type { DownloadStatus, NetworkState } from '../bridge/generated';
import { count } from '../text/cut';

/** What is said of a queue that nothing works on; `null` if there is nothing to say. */
export function queueWords(downloads: DownloadStatus, network: NetworkState): string | null {
  const left = count(downloads.queued);
  if (downloads.queued === 0) return downloads.paused ? 'Downloads paused' : null;
  if (downloads.paused) return `Downloads paused · ${left} left`;
  if (downloads.running) return `Downloading · ${left} left`;
  const waits = downloads.queued === 1 ? 'waits' : 'wait';
  if (network.offline) return `Offline: ${left} ${waits} to be downloaded`;
  return network.away ? `No network: ${left} ${waits} to be downloaded` : `${left} ${waits} to be tried again`;
}

/** Bytes and time left out of a job's words: `45 MB, about 3 minutes left`. */
export function rateWords(words: string): string | null {
  return /^Downloading: [\d,.]+ of [\d,.]+, (.+)$/.exec(words)?.[1] ?? null;
}
