/**
 * The calendar of a zone by Intl alone: offsets come from the runtime's own zone data. Rules (docs/semantics.md, Identity of events, order, time):
 * a local time that does not exist (spring) is the first valid instant after; one that exists twice is the first.
 */

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * Formatters are dear to make (about 50 microseconds) and few: one per zone met. Names come from users' attributes and count in
 * any case, so they are kept in lower case: bounded by the number of zones, not by how "Europe/Berlin" can be spelt.
 */
const formatters = new Map<string, Intl.DateTimeFormat | null>();

const formatterOf = (zone: string): Intl.DateTimeFormat | null => {
  const name = zone.toLowerCase();
  const known = formatters.get(name);
  if (known !== undefined) return known;
  const made = makeFormatter(name);
  // Unknown names come from users' attributes and are not bounded: they are not kept.
  if (made !== null) formatters.set(name, made);
  return made;
};

const makeFormatter = (zone: string): Intl.DateTimeFormat | null => {
  if (!/^[A-Za-z0-9_+\-/]{1,64}$/.test(zone)) return null;
  try {
    return new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      era: "short",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  } catch {
    return null; // Intl says "not a zone" only by throwing
  }
};

/** Is this a zone the runtime knows, as "Europe/Berlin" or "UTC"? */
export const isZone = (zone: string): boolean => formatterOf(zone) !== null;

/** What clocks in the zone show at an instant, as if it were UTC (ms); the instant itself for an unknown zone. */
export const toLocal = (instant: number, zone: string): number => {
  const formatter = zone === "UTC" ? null : formatterOf(zone);
  if (formatter === null) return instant;
  const parts: Record<string, number> = {};
  for (const part of formatter.formatToParts(new Date(instant))) parts[part.type] = Number(part.value);
  const { year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) + (((instant % 1_000) + 1_000) % 1_000);
};

/** The instant at which clocks in the zone show a local time (ms as if UTC): the first of two, the first valid one after a gap. */
export const fromLocal = (local: number, zone: string): number => {
  const offsets = [offsetAt(local - DAY_MS, zone), offsetAt(local + DAY_MS, zone)];
  const candidates = offsets.map((offset) => local - offset).filter((instant) => toLocal(instant, zone) === local);
  if (candidates.length > 0) return Math.min(...candidates);
  return firstAfterGap(local - Math.max(...offsets), local - Math.min(...offsets), zone);
};

const offsetAt = (instant: number, zone: string): number => toLocal(instant, zone) - instant;

/** Between two instants the clocks jump once: the first instant with the later offset, to the minute (as zones change). */
const firstAfterGap = (from: number, to: number, zone: string): number => {
  let before = Math.floor(from / MINUTE_MS);
  let after = Math.ceil(to / MINUTE_MS);
  const offsetAfter = offsetAt(after * MINUTE_MS, zone);
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (offsetAt(middle * MINUTE_MS, zone) === offsetAfter) after = middle;
    else before = middle;
  }
  return after * MINUTE_MS;
};

/** Adds calendar months in a zone: the same day and time of day, or the month's last day (31 January + P1M = 28 February). */
export const addCalendar = (instant: number, months: number, zone: string): number => {
  const local = new Date(toLocal(instant, zone));
  const day = local.getUTCDate();
  const moved = new Date(local.getTime());
  moved.setUTCDate(1);
  moved.setUTCMonth(moved.getUTCMonth() + months);
  const lastDay = new Date(Date.UTC(moved.getUTCFullYear(), moved.getUTCMonth() + 1, 0)).getUTCDate();
  moved.setUTCDate(Math.min(day, lastDay));
  return fromLocal(moved.getTime(), zone);
};
