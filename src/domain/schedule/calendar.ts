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
  // By name only: a fixed offset such as "+01" knows no summer time.
  if (!/^[A-Za-z][A-Za-z0-9_+\-/]{0,63}$/.test(zone)) return null;
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
export const toLocal = (instant: number, zone: string): number => instant + offsetAt(instant, zone);

/**
 * Offsets by zone and UTC day: those of a day that begins and ends with the same one (no zone changes its clocks twice within
 * a day). Intl takes microseconds for an answer, and the same few days are asked about again and again.
 */
const offsets = new Map<string, Map<number, number | null>>();
const MAX_DAYS = 50_000;
let keptDays = 0;

/** What clocks in the zone are ahead of UTC at an instant, ms; 0 for an unknown zone. */
export const offsetAt = (instant: number, zone: string): number => {
  if (zone === "UTC") return 0;
  const formatter = formatterOf(zone);
  if (formatter === null) return 0;
  const name = zone.toLowerCase();
  const day = Math.floor(instant / DAY_MS);
  let days = offsets.get(name);
  const known = days?.get(day);
  if (known !== undefined) return known ?? readOffset(formatter, instant);
  if (keptDays >= MAX_DAYS) {
    offsets.clear();
    keptDays = 0;
    days = undefined;
  }
  if (days === undefined) offsets.set(name, (days = new Map()));
  const first = readOffset(formatter, day * DAY_MS);
  const isConstant = first === readOffset(formatter, (day + 1) * DAY_MS);
  days.set(day, isConstant ? first : null);
  keptDays++;
  return isConstant ? first : readOffset(formatter, instant);
};

/** No calendar reaches beyond these; attributes may hold any number. */
const LAST_INSTANT = 8.64e15;

const readOffset = (formatter: Intl.DateTimeFormat, instant: number): number => {
  if (!(Math.abs(instant) <= LAST_INSTANT)) return 0;
  const parts: Record<string, number> = {};
  for (const part of formatter.formatToParts(new Date(instant))) parts[part.type] = Number(part.value);
  const { year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(instant / 1_000) * 1_000;
};

/** The instant at which clocks in the zone show a local time (ms as if UTC): the first of two, the first valid one after a gap. */
export const fromLocal = (local: number, zone: string): number => {
  const around = [offsetAt(local - DAY_MS, zone), offsetAt(local + DAY_MS, zone)];
  const candidates = around.map((offset) => local - offset).filter((instant) => toLocal(instant, zone) === local);
  if (candidates.length > 0) return Math.min(...candidates);
  return clockChange(local - Math.max(...around), local - Math.min(...around), zone);
};

/** Between two instants the clocks change once: the first instant with the later offset, to the minute (as zones change). */
export const clockChange = (from: number, to: number, zone: string): number => {
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
