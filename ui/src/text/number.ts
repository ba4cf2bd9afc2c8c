// Phone numbers, formatted for reading. Copying always takes the number as the source wrote it.

const LOOKS_LIKE_A_NUMBER = /^\+?[\d\s().-]{7,24}$/;

/** Whether a party is written as a number and not as a name. */
export function isNumber(party: string): boolean {
  return LOOKS_LIKE_A_NUMBER.test(party.trim()) && party.replace(/\D/g, '').length >= 7;
}

/** `+15125550143` → `+1 512 555 0143`. What is not a phone number comes back as it was. */
export function readableNumber(party: string): string {
  const raw = party.trim();
  if (!isNumber(raw)) return party;
  const digits = raw.replace(/\D/g, '');
  if (digits.length > 15) return party;
  if (raw.startsWith('+')) {
    if (digits.startsWith('1') && digits.length === 11) return `+1 ${american(digits.slice(1))}`;
    const code = countryCode(digits);
    return `+${code} ${inGroups(digits.slice(code.length))}`;
  }
  if (digits.length === 10 && raw === digits) return american(digits);
  return raw === digits ? inGroups(digits) : raw;
}

function american(digits: string): string {
  return `${digits.slice(0, 3)} ${digits.slice(3, 6)} ${digits.slice(6)}`;
}

/** Country codes have one to three digits; the one- and two-digit ones are listed in E.164. */
function countryCode(digits: string): string {
  if (/^[17]/.test(digits)) return digits.slice(0, 1);
  if (/^(2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])/.test(digits)) return digits.slice(0, 2);
  return digits.slice(0, 3);
}

/** Threes from the left; a rest of one goes to the group before it. */
function inGroups(digits: string): string {
  const groups: string[] = [];
  let rest = digits;
  while (rest.length > 4) {
    groups.push(rest.slice(0, 3));
    rest = rest.slice(3);
  }
  return [...groups, rest].filter((group) => group !== '').join(' ');
}
