import * as z from "zod";
import { fromLocal, isZone, toLocal } from "./calendar.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** Days of the week as definitions name them, in the order of `Date.getUTCDay`. */
const dayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const;

export const daySchema = z.lazy(() => z.enum(dayNames));
export type Day = z.output<typeof daySchema>;

/** Days named in a definition, each once. */
export const daysSchema = z.lazy(() =>
  z
    .array(daySchema)
    .min(1)
    .max(7)
    .refine((days) => new Set(days).size === days.length, { error: "a day is named twice" }),
);

/** A time of day on clocks, "00:00" to "23:59". */
export const timeOfDaySchema = z.lazy(() =>
  z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day is "HH:MM", from "00:00" to "23:59"'),
);

/** "user" (the user's own zone) or an IANA zone. */
export const zoneSchema = z.lazy(() =>
  z
    .string()
    .max(64)
    .refine((zone) => zone === "user" || isZone(zone), { error: 'a zone is "user" or an IANA time zone such as "Europe/Berlin"' }),
);

/** Ms since local midnight of a time that passed `timeOfDaySchema`. */
export const timeOfDayMs = (time: string): number => (Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5))) * MINUTE_MS;

/** The day of the week of a local instant (ms as if UTC). */
export const dayOf = (local: number): Day => dayNames[new Date(local).getUTCDay()] as Day; // getUTCDay is 0 to 6

/** Local midnight (ms as if UTC) of the local instant's day. */
export const startOfDay = (local: number): number => Math.floor(local / DAY_MS) * DAY_MS;

/** When clocks are to show a time of day; without days: on any. */
export interface LocalTime {
  readonly time: string;
  readonly days?: readonly Day[] | undefined;
}

/**
 * The next instant (ms) strictly after `after` at which clocks in the zone show the time, on one of the days. A local time
 * that does not exist (spring) is the first valid instant after; one that exists twice, the first. Source: docs/semantics.md,
 * Identity of events, order, time.
 */
export const nextLocalTime = (after: number, at: LocalTime, zone: string): number => {
  const today = startOfDay(toLocal(after, zone));
  // Today's may be over, and a week on is the same day again; one more for a local day that a zone left out.
  for (let ahead = 0; ahead <= 9; ahead++) {
    const day = today + ahead * DAY_MS;
    if (at.days !== undefined && !at.days.includes(dayOf(day))) continue;
    const instant = fromLocal(day + timeOfDayMs(at.time), zone);
    if (instant > after) return instant;
  }
  throw new Error(`expected a ${at.time} in ${zone} within nine days of ${after}, on ${at.days?.join() ?? "any day"}`);
};
