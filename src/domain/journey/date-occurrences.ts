import { asInstant } from "../filter/value.ts";
import type { Json } from "../json.ts";
import { addCalendar, fromLocal, toLocal } from "../schedule/calendar.ts";
import type { Duration } from "../schedule/duration.ts";

const DAY_MS = 86_400_000;
/** Dates beyond these years are somebody's mistake; arithmetic with them would leave what a Date can hold. */
const EARLIEST = Date.UTC(1800, 0, 1);
const LATEST = Date.UTC(2300, 0, 1);

/** When a date attribute fires: what a `date` trigger says, read. */
export interface DateRule {
  /** Added to the date; months by the calendar. */
  readonly offset: Duration;
  /** Ms since local midnight at which it fires; absent = the date's own instant (a day's: its beginning). */
  readonly at: number | undefined;
  readonly repeat: "yearly" | "monthly" | undefined;
}

/**
 * The first instant (ms) > `after` at which a date fires in a zone; undefined = never again, or no date.
 *
 * A date without a time of day, and an instant that is midnight UTC (how clients write a day), is that day on the user's
 * calendar; anything else is an instant, and its day is the one it falls on in the zone. Repeated, the 29th of February is the
 * 28th in other years, and the 31st a shorter month's last day. Source: docs/semantics.md, Entry and frequency.
 */
export const nextOccurrence = (value: Json | undefined, rule: DateRule, when: { after: number; zone: string }): number | undefined => {
  const date = dateOf(value);
  if (date === undefined) return undefined;
  const { after, zone } = when;
  const isDay = date % DAY_MS === 0;
  const local = isDay ? date : toLocal(date, zone);
  const step = rule.repeat === "yearly" ? 12 : rule.repeat === "monthly" ? 1 : 0;
  const shift = { months: rule.offset.months, days: Math.trunc(rule.offset.ms / DAY_MS), rest: rule.offset.ms % DAY_MS };
  const occurrence = (count: number): number => {
    const whole = isDay || rule.at !== undefined;
    // An instant keeps its length of days; a day of the calendar moves by days of the calendar.
    if (!whole && count === 0 && shift.months === 0) return date + rule.offset.ms;
    const moved = addMonths(addMonths(local, count * step), shift.months);
    if (!whole) return fromLocal(moved, zone) + rule.offset.ms;
    const day = Math.floor(moved / DAY_MS) * DAY_MS + shift.days * DAY_MS;
    return fromLocal(day + (rule.at ?? 0), zone) + shift.rest;
  };
  if (step === 0) return later(occurrence(0), after);
  // Two periods before the estimate, as zone, offset and short months move it by less; then at most a few more.
  const passed = monthsBetween(local, after - rule.offset.ms) - rule.offset.months;
  for (let count = Math.max(0, Math.floor(passed / step) - 2), tries = 0; tries < 8; count++, tries++) {
    const instant = occurrence(count);
    if (instant > after) return instant;
  }
  return undefined;
};

/** The date a value stands for, ms. */
export const dateOf = (value: Json | undefined): number | undefined => {
  const date = value === undefined ? undefined : asInstant(value);
  return date !== undefined && date >= EARLIEST && date < LATEST ? date : undefined;
};

const later = (instant: number, after: number): number | undefined => (instant > after ? instant : undefined);

/** Calendar months on a local clock (ms as if UTC): the same day, or the month's last. */
const addMonths = (local: number, months: number): number => (months === 0 ? local : addCalendar(local, months, "UTC"));

const monthsBetween = (from: number, to: number): number => {
  const [a, b] = [new Date(from), new Date(to)];
  return (b.getUTCFullYear() - a.getUTCFullYear()) * 12 + b.getUTCMonth() - a.getUTCMonth();
};
