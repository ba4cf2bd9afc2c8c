// The cases of the fake: which calls are in which, and how much of some calls' audio is here.
import type { Fault } from '../fault';
import type { Answer, Args, Command } from '../backend';
import type { CallRow, CaseFacts, CaseName, CaseView, Completeness, SomeCalls } from '../generated';

type CaseCommand = Extract<
  Command,
  'list_cases' | 'make_case' | 'change_case' | 'remove_case' | 'put_in_case' | 'take_from_case' | 'completeness'
>;

interface World {
  now(): number;
  /** The calls that are meant. */
  which(calls: SomeCalls): CallRow[];
  /** The cases changed; `calls` tells whether calls went in or out. */
  changed(calls: boolean): void;
}

export class FakeCases {
  private cases: CaseView[] = [];
  private readonly held = new Map<string, Set<string>>();
  private next = 1;

  constructor(private readonly world: World) {}

  readonly handlers: { [K in CaseCommand]: (args: Args<K>) => Answer<K> } = {
    list_cases: () => this.all(),
    make_case: (facts) => this.make(facts),
    change_case: ({ case: id, facts }) => {
      this.known(id);
      const said = this.checked(facts, id);
      this.cases = this.cases.map((each) => (each.id === id ? { ...each, ...said } : each));
      this.world.changed(false);
      return this.known(id);
    },
    remove_case: ({ case: id }) => {
      this.known(id);
      this.cases = this.cases.filter((each) => each.id !== id);
      this.held.delete(id);
      this.world.changed(true);
      return {} as Answer<'remove_case'>;
    },
    put_in_case: ({ case: id, which }) => {
      this.known(id);
      const held = this.heldBy(id);
      const before = held.size;
      for (const row of this.world.which(which)) held.add(row.id);
      this.world.changed(true);
      return { calls: held.size - before };
    },
    take_from_case: ({ case: id, which }) => {
      this.known(id);
      const held = this.heldBy(id);
      const before = held.size;
      for (const row of this.world.which(which)) held.delete(row.id);
      this.world.changed(true);
      return { calls: before - held.size };
    },
    completeness: (which) => completenessOf(this.world.which(which)),
  };

  has(id: string, call: string): boolean {
    return this.held.get(id)?.has(call) ?? false;
  }

  inAny(call: string): boolean {
    for (const held of this.held.values()) if (held.has(call)) return true;
    return false;
  }

  /** The cases a call is in. */
  of(call: string): CaseName[] {
    return this.all()
      .filter((each) => this.has(each.id, call))
      .map(({ id, name }) => ({ id, name }));
  }

  nameOf(id: string): string | null {
    return this.cases.find((each) => each.id === id)?.name ?? null;
  }

  /** Two cases that somebody made, with calls in the first. */
  invent(calls: readonly string[]): void {
    this.make({ name: 'Complaint of the water company', number: '', purpose: '', person: '' });
    const first = this.make({
      name: 'Refunds withheld in autumn',
      number: '2026-17',
      purpose: 'Customers who were promised a refund on the phone and never got it',
      person: 'R. Halvorsen',
    });
    this.held.set(first.id, new Set(calls));
  }

  private all(): CaseView[] {
    return this.cases.map((each) => ({ ...each, calls: this.held.get(each.id)?.size ?? 0 }));
  }

  private make(facts: CaseFacts): CaseView {
    const said = this.checked(facts, null);
    const made = { id: `case-${this.next++}`, ...said, made_ms: this.world.now(), calls: 0 };
    this.cases = [made, ...this.cases];
    this.world.changed(false);
    return made;
  }

  private known(id: string): CaseView {
    const found = this.all().find((each) => each.id === id);
    if (!found) throw { code: 'not_found', message: 'That case is not there any more.' } satisfies Fault;
    return found;
  }

  private heldBy(id: string): Set<string> {
    const held = this.held.get(id) ?? new Set<string>();
    this.held.set(id, held);
    return held;
  }

  private checked(facts: CaseFacts, but: string | null): CaseFacts {
    const name = facts.name.trim();
    if (name === '') throw { code: 'invalid', message: 'Give the case a name.' } satisfies Fault;
    if (this.cases.some((each) => each.id !== but && each.name === name)) {
      throw { code: 'invalid', message: `There is a case “${name}” already.` } satisfies Fault;
    }
    return { name, number: facts.number.trim(), purpose: facts.purpose.trim(), person: facts.person.trim() };
  }
}

export function completenessOf(rows: readonly CallRow[]): Completeness {
  const count = (...audio: string[]): number => rows.filter((row) => audio.includes(row.audio)).length;
  return {
    calls: rows.length,
    here: count('cached'),
    to_fetch: count('available', 'pending', 'failed'),
    gone: count('unavailable'),
    never_recorded: count('none'),
  };
}
