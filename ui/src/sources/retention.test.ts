import { describe, expect, it } from 'vitest';
import { ruleOf, textOf } from './retention';

describe('how long audio is kept', () => {
  it('reads what the setting writes', () => {
    expect(ruleOf('until-gone')).toEqual({ keep: 'until-gone' });
    expect(ruleOf('30')).toEqual({ keep: 'days', days: 30 });
    expect(['', 'forever', '0', 'soon'].map((text) => ruleOf(text).keep), 'nothing leaves by mistake').toEqual(
      Array(4).fill('forever'),
    );
  });

  it('writes what was chosen', () => {
    expect(textOf('forever', '30'), 'the usual one is not written').toBe('');
    expect(textOf('until-gone', '')).toBe('until-gone');
    expect(textOf('days', ' 030 ')).toBe('30');
    expect(['', '0', '-3', '1.5', 'x'].map((days) => textOf('days', days)), 'no rule').toEqual(Array(5).fill(null));
  });
});
