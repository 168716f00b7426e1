// Numbers with right check digits for people and companies that do not exist.

/** A citizen identity number (GB 11643): seventeen digits and the check character. */
export function citizenNumber(seventeen: string): string {
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  const sum = weights.reduce((total, weight, at) => total + weight * Number(seventeen[at]), 0);
  return seventeen + "10X98765432"[sum % 11];
}

const alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** A unified social credit code (GB 32100) from its first eight characters and the organisation's eight (GB 11714). */
export function creditCode(eight: string, organisation: string): string {
  const inner = [3, 7, 9, 10, 5, 8, 4, 2].reduce((total, weight, at) => total + weight * letters.indexOf(organisation[at]!), 0);
  const check = 11 - (inner % 11);
  const seventeen = eight + organisation + (check === 10 ? "X" : check === 11 ? "0" : String(check));
  const sum = [...seventeen].reduce((total, character, at) => total + alphabet.indexOf(character) * (3 ** at % 31), 0);
  return seventeen + alphabet[(31 - (sum % 31)) % 31];
}

/** The code with another last character: wrong by its check. */
export function spoiled(code: string): string {
  const digits = "0123456789";
  const last = code.at(-1)!;
  return code.slice(0, -1) + digits[(digits.indexOf(last) + 1) % 10];
}
