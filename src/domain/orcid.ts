const ORCID = /^(?:https?:\/\/orcid\.org\/)?(\d{4}-\d{4}-\d{4}-\d{3}[\dX])$/i;

/**
 * The 16 digits with hyphens of an ORCID iD, given as such or as its URL; undefined where its form or its check
 * character is wrong (ISO 7064 MOD 11-2, https://support.orcid.org/hc/en-us/articles/360006897674).
 */
export function normalOrcid(text: string): string | undefined {
  const digits = ORCID.exec(text.trim())?.[1]?.toUpperCase();
  if (digits === undefined) return undefined;
  return checkCharacter(digits.replaceAll('-', '').slice(0, 15)) === digits.at(-1) ? digits : undefined;
}

function checkCharacter(digits: string): string {
  let total = 0;
  for (const digit of digits) total = (total + Number(digit)) * 2;
  const check = (12 - (total % 11)) % 11;
  return check === 10 ? 'X' : String(check);
}
