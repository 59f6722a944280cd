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

/** All changes of 2026 and 2027: days are looked at one by one, then the quarters of an hour of those that differ. */
export const transitionsOf = (zone: string): readonly ZoneChange[] => {
  const known = found.get(zone);
  if (known !== undefined) return known;
  const changes: ZoneChange[] = [];
  const offset = (at: number): number => read(at, zone) - at;
  // Weeks first: Morocco's winter time, the shortest of all, lasts a month.
  for (let week = Date.UTC(2026, 0); week < Date.UTC(2028, 0); week += 7 * DAY) {
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
