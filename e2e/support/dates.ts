// Days as Shanghai counts them. The tests run in November and December, which have no public holiday and no moved
// weekend, so that a working day is a Monday to Friday and a deadline can be counted here independently of the server.

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const shanghaiMs = 8 * hourMs;

/** The next second Monday of November at 09:30 in Shanghai, after the given instant. */
export function novemberMonday(afterMs: number): number {
  const year = new Date(afterMs + shanghaiMs).getUTCFullYear();
  const inYear = (of: number) => {
    const first = new Date(Date.UTC(of, 10, 8));
    const toMonday = (8 - first.getUTCDay()) % 7;
    return first.getTime() + toMonday * dayMs + 9.5 * hourMs - shanghaiMs;
  };
  return inYear(year) > afterMs ? inYear(year) : inYear(year + 1);
}

/** The same hour so many working days on. */
export function workingDaysOn(fromMs: number, days: number): number {
  let at = fromMs;
  for (let left = days; left > 0; ) {
    at += dayMs;
    const weekday = new Date(at + shanghaiMs).getUTCDay();
    if (weekday !== 0 && weekday !== 6) left -= 1;
  }
  return at;
}

/** 2027年11月8日 */
export function dateInChinese(ms: number): string {
  const day = new Date(ms + shanghaiMs);
  return `${day.getUTCFullYear()}年${day.getUTCMonth() + 1}月${day.getUTCDate()}日`;
}

/** 2027-11-08 */
export function dateForField(ms: number): string {
  return new Date(ms + shanghaiMs).toISOString().slice(0, 10);
}
