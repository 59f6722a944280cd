const whole = new Intl.NumberFormat("en");
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

/** 1,234; from 100,000 on shortened to 123.5K, so that columns keep their width. */
export const formatCount = (n: number): string => (Math.abs(n) < 100_000 ? whole.format(n) : compact.format(n));

/** For narrow places: from 10,000 on shortened, 12.5K. */
export const formatCompact = (n: number): string => (Math.abs(n) < 10_000 ? whole.format(n) : compact.format(n));

/** "1 user", "2 users", "1,200 users". */
export const plural = (n: number, one: string, many = `${one}s`): string => `${formatCount(n)} ${n === 1 ? one : many}`;

/** Users in a segment, as the API counts them: to 10,000, and one more where there are more. */
export const formatMembers = (n: number): string => (n > 10_000 ? "10,000+" : whole.format(n));
