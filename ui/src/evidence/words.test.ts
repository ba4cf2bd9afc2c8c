import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Exported, Verified } from '../bridge/generated';
import { useTimeZone } from '../text/moment';
import { ACTIONS, actionWords, coverLetter, detailWords, groupsOf, mayBeFolder, missingWords, objectWords, progressWords, proofWords, roomWords } from './words';

const HASH = '0123456789abcdef'.repeat(8);

const made: Exported = {
  path: '/home/kim/Evidence/2026-17.zip',
  calls: 214,
  files: 1204,
  bytes: 286_800_000,
  tagmanifest: HASH,
  signed_by: '8B2E61F04C9AD173',
  unsigned_because: null,
  log_left_out: null,
  missing: [
    { call: 'c1', words: 'Ada → Ben, 2025-05-03 10:00', reason: 'Deleted at the source.' },
    { call: 'c1', words: 'Ada → Ben, 2025-05-03 10:00', reason: 'Not fetched.' },
  ],
};

const verified: Verified = { path: '/x', valid: true, problems: [], files: 3, bytes: 10, tagmanifest: HASH, signed_by: 'K', own_key: true };

describe('the words of the log', () => {
  it('has words for every action the application records', () => {
    const source = readFileSync('../src-tauri/crates/model/src/audit.rs', 'utf8');
    const codes = [...source.matchAll(/^ {4}\w+ = "(\w+)",$/gm)].map((found) => found[1] ?? '');
    expect(codes.length, 'the actions were found').toBeGreaterThan(10);
    expect(codes.filter((code) => !(code in ACTIONS)), 'actions without words').toEqual([]);
  });

  it('shows what it does not know by its name', () => {
    expect(actionWords('time_travel')).toBe('time travel');
    expect(detailWords({ detail: { machine: 'desk 4', loud: true, quiet: false, none: null } })).toBe('machine: desk 4, loud');
  });

  it('says which stretch was played', () => {
    expect(detailWords({ detail: { recording: 'r', from_ms: 10_000, to_ms: 160_000 } })).toBe('0:10–2:40');
    expect(detailWords({ detail: { recording: 'r', from_ms: 10_000, to_ms: null } }), 'sound has begun').toBe('from 0:10 on');
  });

  it('says what was searched, exported and changed', () => {
    expect(objectWords({ action: 'search', object: 'refund', object_words: null })).toBe('“refund”');
    expect(objectWords({ action: 'open', object: 'c1', object_words: 'Sarah → Dana' }), 'words before codes').toBe('Sarah → Dana');
    expect(detailWords({ detail: { calls: 214, reason: 'Request of 3 May', tagmanifest: HASH } })).toBe(
      '214 calls, because: Request of 3 May, hash 0123456789abcdef…',
    );
    expect(detailWords({ detail: { theme: { old: 'light', new: 'dark' }, person: { old: '', new: 'Kim' } } })).toBe(
      'theme: light → dark, person: nothing → Kim',
    );
  });
});

describe('the words of what is within a fact', () => {
  it('tells of cases and runs without codes and without what is none', () => {
    expect(detailWords({ detail: { change: 'put', what: { calls: 8, ids: ['a', 'b'] } } })).toBe('put in, 8 calls');
    expect(detailWords({ detail: { change: 'made', what: { name: 'Refunds', number: '', person: '' } } })).toBe('made it, name: Refunds');
    expect(detailWords({ detail: { seen: 8, added: 2, updated: 0, vanished: 0, complete: true, error: null } })).toBe('8 seen, 2 added');
    expect(detailWords({ detail: { did: 'added', kind: 'folder', path: '/calls', url: null, set: {} } })).toBe('added, kind: folder, /calls');
  });
});

describe('an export in words', () => {
  it('puts all that is to be compared into the cover letter', () => {
    useTimeZone('America/Chicago');
    const letter = coverLetter(made, Date.UTC(2025, 10, 12, 16, 2, 41), { id: 'c', name: 'Refunds', number: 'A-17', purpose: '', person: '', made_ms: 0, calls: 214 });
    expect(letter).toBe(
      [
        'Export: 2026-17.zip',
        'Case: A-17 (Refunds)',
        'Made: 12 Nov 2025 10:02:41 (UTC−6)',
        'Holds: 214 calls, 1 of them without all of their audio; the export lists each with the reason; 1,204 files, 286.8 MB',
        `SHA-512 of tagmanifest-sha512.txt: ${HASH}`,
        'Signed with the key: 8B2E61F04C9AD173',
        '',
      ].join('\n'),
    );
    expect(coverLetter({ ...made, tagmanifest: null, signed_by: null }, 0, undefined), 'plain files').toMatch(/Not sealed: plain files\nNot signed/);
  });

  it('counts calls and measures bytes', () => {
    expect(progressWords({ done: 12, total: 214 })).toBe('12 of 214');
    expect(progressWords({ done: 12, total: null })).toBe('12');
    expect(progressWords({ done: 143_000_000, total: 286_000_000 })).toBe('50 %');
  });

  it('groups a hash without losing a digit', () => {
    expect(groupsOf(HASH).join('')).toBe(HASH);
    expect(groupsOf(HASH).every((group) => group.length === 8)).toBe(true);
    expect(groupsOf('')).toEqual([]);
  });

  it('says what will be listed as missing and what room there is', () => {
    const plan = {
      completeness: { calls: 214, here: 198, to_fetch: 2, gone: 7, never_recorded: 7 },
      at_hand: 0,
      is_there: true,
      bytes: 1_200_000_000,
      free_bytes: 40_000_000_000,
      key: null,
      unsigned_because: null,
    };
    expect(missingWords(plan, 'original'), 'calls never recorded lack nothing').toContain('9 calls will be listed');
    expect(missingWords(plan, 'none'), 'no audio is wanted').toBeNull();
    expect(missingWords({ ...plan, at_hand: 2 }, 'original')).toMatch(/^The audio of 2 calls is taken from this machine’s disks\. 7 calls will/);
    expect(roomWords(plan)).toBe('About 1.20 GB; 40.0 GB free there.');
    expect(roomWords({ ...plan, free_bytes: null })).toBe('About 1.20 GB.');
  });

  it('does not promise more than a verification proves', () => {
    expect(proofWords(verified)).toMatch(/this library’s key.*does not show/);
    expect(proofWords({ ...verified, own_key: false })).toMatch(/compare the fingerprint/);
    expect(proofWords({ ...verified, signed_by: null })).toMatch(/Nobody signed it/);
    expect(proofWords({ ...verified, valid: false })).not.toMatch(/Every file is as it was sealed/);
  });

  it('takes a path without an ending for a folder', () => {
    expect([mayBeFolder('/home/kim/Calls'), mayBeFolder('/home/kim/2025.calls of May'), mayBeFolder('C:\\bags\\a.zip')]).toEqual([true, true, false]);
  });
});
