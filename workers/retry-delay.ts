/** Seconds before a queue message that failed for the n-th time (from 1) comes again: 1, 2, 4 … 300. */
export const retryDelaySeconds = (attempts: number): number => Math.min(2 ** Math.min(Math.max(attempts - 1, 0), 12), 300);
