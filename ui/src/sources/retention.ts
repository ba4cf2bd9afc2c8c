// How long a source's audio is kept, as the setting `retention` writes it: `forever`, `until-gone` or a number of days.

export type Rule = { keep: 'forever' } | { keep: 'until-gone' } | { keep: 'days'; days: number };

/** What a written rule means. What is empty or means nothing keeps for ever: nothing leaves by mistake. */
export function ruleOf(text: string): Rule {
  const written = text.trim();
  if (written === 'until-gone') return { keep: 'until-gone' };
  return isDays(written) ? { keep: 'days', days: Number(written) } : { keep: 'forever' };
}

/** A rule as it is written; empty where it is the usual one, `null` if the days are no number of days. */
export function textOf(keep: Rule['keep'], days: string): string | null {
  if (keep === 'forever') return '';
  if (keep === 'until-gone') return 'until-gone';
  return isDays(days.trim()) ? String(Number(days)) : null;
}

function isDays(text: string): boolean {
  return /^\d{1,6}$/.test(text) && Number(text) > 0;
}
