/** Nine base36 digits hold ms until the year 5188. */
const TIME_DIGITS = 9;

/** An id that sorts by time: prefix, creation time in fixed width, then a stable hash. */
export const timedId = (prefix: string, at: number, hash: string): string => prefix + at.toString(36).padStart(TIME_DIGITS, "0") + hash;
