import { describe, expect, it } from 'vitest';
import type { SourceKind } from '../bridge/generated';
import { inGroups, named } from './kinds';

const kind = (name: string, wants_folder = false): SourceKind => ({
  kind: name,
  label: name,
  words: '',
  wants_folder,
  address: null,
  secret: null,
  settings: [],
  server_settings: [],
});

describe('the kinds of source', () => {
  it('are offered in groups, and an empty group is not', () => {
    const groups = inGroups([kind('folder', true), kind('vapi'), kind('vapi-backend')]);
    expect(groups.map((group) => [group.title, group.kinds.map((each) => each.kind)])).toEqual([
      ['On this machine', ['folder']],
      ['Recordings servers', ['vapi-backend']],
      ['Providers', ['vapi']],
    ]);
    expect(inGroups([kind('folder', true)])).toHaveLength(1);
  });

  it('are given only what they know and what was entered', () => {
    const given = named({ email: ' a@b.c ', password: '', other: 'x' }, [{ key: 'email' }, { key: 'password' }]);
    expect(given).toEqual({ email: 'a@b.c' });
  });
});
