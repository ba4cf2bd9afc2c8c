// Which entries of a list fit what is typed, best first. Pure.

/** Entries whose words contain every typed word; those in which a word begins with it come first. */
export function ranked<T>(entries: readonly T[], typed: string, wordsOf: (entry: T) => string): T[] {
  const asked = typed.toLowerCase().split(/\s+/).filter(Boolean);
  if (asked.length === 0) return [...entries];
  const found: { entry: T; score: number; at: number }[] = [];
  entries.forEach((entry, at) => {
    const words = wordsOf(entry).toLowerCase();
    let score = 0;
    for (const part of asked) {
      const place = words.indexOf(part);
      if (place < 0) return;
      score += place === 0 ? 0 : /\W/.test(words[place - 1] ?? '') ? 1 : 2;
    }
    found.push({ entry, score, at });
  });
  return found.sort((a, b) => a.score - b.score || a.at - b.at).map((each) => each.entry);
}
