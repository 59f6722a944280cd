/**
 * Prices beyond what the paid plan includes, in dollars per million, as published by Cloudflare in October 2026
 * (Workers, Durable Objects, D1 and Queues pricing pages). Check them before you promise anything to anyone.
 */
const perMillion = {
  request: 0.3,
  cpuMs: 0.02,
  queueOperation: 0.4,
  objectRequest: 0.15,
  objectRowWritten: 1,
  databaseRowWritten: 1,
  rowRead: 0.001,
} as const;

/** Dollars per GB and month that is kept: in objects, in D1. */
export const perGbMonth = { object: 0.2, database: 0.75 } as const;

/** What one million events use, in millions. */
export type Usage = Readonly<Record<keyof typeof perMillion, number>>;

/** Dollars by item, dearest first, and in all. */
export const dollars = (
  usage: Usage,
): { readonly total: number; readonly items: readonly (readonly [item: string, dollars: number])[] } => {
  const items = (Object.keys(perMillion) as (keyof Usage)[]).map((item) => [item, usage[item] * perMillion[item]] as const); // keys of the table above
  return { total: items.reduce((sum, [, cost]) => sum + cost, 0), items: items.toSorted((a, b) => b[1] - a[1]) };
};
