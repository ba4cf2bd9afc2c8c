import { describe, expect, it } from 'vitest';
import { findAll, firstFrom, fold, hitsOf, type Sought } from './find';

const texts = (...all: string[]) => all.map(fold);
const text = (typed: string): Sought => ({ kind: 'text', text: typed });
const found = (said: string, sought: Sought) => findAll(texts(said), sought).map((hit) => said.slice(hit.start, hit.end));

describe('finding in a transcript', () => {
  it('finds without regard to case and accents, in both directions', () => {
    expect(found('I will Cancel it', text('cancel'))).toEqual(['Cancel']);
    expect(found('Señora Núñez, señor', text('senor'))).toEqual(['Señor', 'señor']);
    expect(found('the cafe', text('CAFÉ'))).toEqual(['cafe']);
  });

  it('gives ranges of the text as it is shown, also where letters are made of several units', () => {
    const said = 'e\u0301te\u0301 👩‍💻 İstanbul été';
    expect(found(said, text('ete')), 'composed and decomposed accents').toEqual(['e\u0301te\u0301', 'été']);
    expect(found(said, text('istanbul')), 'a letter that grows when it is lowered').toEqual(['İstanbul']);
    expect(found('ﬁne ﬁn', text('fin')), 'what cannot be compared is simply not found').toEqual([]);
  });

  it('treats every white space as a blank and ignores blanks around what was typed', () => {
    expect(found('thank\u00a0you\nvery much', text(' thank you very '))).toEqual(['thank\u00a0you\nvery']);
  });

  it('finds nothing for nothing', () => {
    expect(findAll(texts('a', 'b'), text('   '))).toEqual([]);
    expect(findAll(texts('a', 'b'), { kind: 'words', words: [] })).toEqual([]);
  });

  it('finds the words of a search only as whole words, each place once', () => {
    expect(found('cancel, cancelled, Cancel!', { kind: 'words', words: ['cancel'] })).toEqual(['cancel', 'Cancel']);
    const hits = found('late fee, fee', { kind: 'words', words: ['fee', 'late fee'] });
    expect(hits, 'overlapping words count once').toEqual(['late fee', 'fee']);
  });

  it('keeps hits in order over thousands of turns, fast enough to be done at every key', () => {
    const many = texts(...Array.from({ length: 5_000 }, (_, i) => `Turn ${i} speaks of a refund and nothing else.`));
    const hits = findAll(many, text('refund'));
    expect(hits).toHaveLength(5_000);
    expect(hits.every((hit, at) => hit.turn === at)).toBe(true);
  });
});

describe('walking through hits', () => {
  const hits = [2, 2, 5, 9].map((turn, at) => ({ turn, start: at, end: at + 1 }));

  it('begins at or below what is read, and at the top again after the end', () => {
    expect(firstFrom(hits, 0)).toBe(0);
    expect(firstFrom(hits, 3)).toBe(2);
    expect(firstFrom(hits, 10), 'around the end').toBe(0);
    expect(firstFrom([], 0)).toBe(-1);
  });

  it('knows the hits of one turn and the number of the first', () => {
    expect(hitsOf(hits, 2)).toEqual({ first: 0, hits: hits.slice(0, 2) });
    expect(hitsOf(hits, 3).hits, 'a turn without hits').toEqual([]);
  });
});
