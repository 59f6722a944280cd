import * as z from "zod";
import { addCalendar } from "../schedule/calendar.ts";
import { durationSchema, parseDuration, type Duration } from "../schedule/duration.ts";

const SHORTEST_MS = 1_000;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** P5Y, in days and in months. */
export const LONGEST_WAIT_MS = 5 * 366 * DAY_MS;
const LONGEST_MONTHS = 60;

const lengthOf = (text: string): Duration => parseDuration(text) ?? { months: 0, ms: 0 };

/** How long a run may stay on a step: one second to five years, months and years allowed. */
export const waitLengthSchema = z.lazy(() =>
  durationSchema.refine(
    (text) => {
      const { months, ms } = lengthOf(text);
      return (months > 0 || ms >= SHORTEST_MS) && months <= LONGEST_MONTHS && ms <= LONGEST_WAIT_MS;
    },
    { error: "a wait is between PT1S and P5Y" },
  ),
);

/** The instant (ms) that far after another: a day is 24 h, months and years go by the calendar of the zone, asked only for them. May be negative: before it. */
export const addLength = (since: number, text: string, zone: () => string): number => {
  const { months, ms } = lengthOf(text);
  return (months === 0 ? since : addCalendar(since, months, zone())) + ms;
};

/** Is it at least a minute: may a cycle go through it? */
export const takesMinute = (text: string): boolean => lengthOf(text).months > 0 || lengthOf(text).ms >= MINUTE_MS;
