/** What clocks show and when they are changed, read from Intl alone and by brute force: nothing of the code under test. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const formatters = new Map<string, Intl.DateTimeFormat>();
const shown = new Map<string, Map<number, number>>();

/** Local time at an instant of whole minutes, ms as if UTC. Kept by quarter of an hour: no zone changes its clocks in between. */
export const clockOf = (at: number, zone: string): number => {
  const quarter = Math.floor(at / (15 * MINUTE));
  let known = shown.get(zone);
  if (known === undefined) shown.set(zone, (known = new Map()));
  let local = known.get(quarter);
  if (local === undefined) known.set(quarter, (local = read(quarter * 15 * MINUTE, zone)));
  return local + (at - quarter * 15 * MINUTE);
};

const read = (at: number, zone: string): number => {
  let formatter = formatters.get(zone);
  if (formatter === undefined)
    formatters.set(zone, (formatter = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "medium" })));
  return Date.parse(`${formatter.format(at).replace(" ", "T")}Z`); // "2026-03-29 03:00:00"
};

/** A change of clocks: the first instant (ms) with the new offset, and both offsets. */
export interface ZoneChange {
  readonly at: number;
  readonly before: number;
  readonly after: number;
}

const found = new Map<string, readonly ZoneChange[]>();

const FIRST = Date.UTC(2026, 0);
const LAST = Date.UTC(2029, 0);

/** All changes from 2026 to 2028: weeks are looked at one by one, then the hours and quarters of an hour of those that differ. */
export const transitionsOf = (zone: string): readonly ZoneChange[] => {
  const known = found.get(zone);
  if (known !== undefined) return known;
  const changes: ZoneChange[] = [];
  const offset = (at: number): number => read(at, zone) - at;
  // Weeks first: Morocco's winter time, the shortest of all, lasts a month.
  for (let week = FIRST; week < LAST; week += 7 * DAY) {
    if (offset(week) === offset(week + 7 * DAY)) continue;
    for (let at = week; at < week + 7 * DAY; at += HOUR) {
      if (offset(at) === offset(at + HOUR)) continue;
      for (let quarter = at; quarter < at + HOUR; quarter += 15 * MINUTE) {
        const [before, after] = [offset(quarter), offset(quarter + 15 * MINUTE)];
        if (before !== after) changes.push({ at: quarter + 15 * MINUTE, before, after });
      }
    }
  }
  found.set(zone, changes);
  return changes;
};

const QUARTER = 15 * MINUTE;

/**
 * What clocks show from four hours before `from` (an instant of a whole quarter) on, quarter by quarter, for the expected
 * values: all times of day asked for and all changes of clocks are whole quarters of an hour.
 */
export function* quarters(
  from: number,
  to: number,
  zone: string,
): Generator<{ readonly at: number; readonly local: number; readonly isFirst: boolean; readonly skipped: readonly number[] }> {
  const seen = new Set<number>();
  let expected = clockOf(from - 4 * HOUR, zone);
  for (let at = from - 4 * HOUR; at < to; at += QUARTER) {
    const local = clockOf(at, zone);
    const skipped: number[] = [];
    for (let missed = expected; missed < local; missed += QUARTER) if (!seen.has(missed)) skipped.push(missed);
    yield { at, local, isFirst: !seen.has(local), skipped };
    for (const missed of skipped) seen.add(missed);
    seen.add(local);
    expected = local + QUARTER;
  }
}
