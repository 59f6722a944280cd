import * as z from "zod";
import { addCalendar } from "../domain/schedule/calendar.ts";
import { parseDuration } from "../domain/schedule/duration.ts";
import { parseInstant } from "../domain/schedule/instant.ts";

/** An instant of a script as text: a duration from its start ("PT1H", "-P30D"), or an instant ("2026-01-05T09:00:00Z"). */
export const momentSchema = z
  .string()
  .max(64)
  .refine(
    (text) => parseDuration(text) !== undefined || parseInstant(text) !== undefined,
    'a moment is a duration from the script\'s start ("PT1H", "-P30D") or an instant ("2026-01-05T09:00:00Z")',
  );

/** The moment in ms; months and years go by the calendar, in UTC. Undefined for a text that is no moment. */
export const momentMs = (text: string, start: number): number | undefined => {
  const duration = parseDuration(text);
  if (duration === undefined) return parseInstant(text);
  return (duration.months === 0 ? start : addCalendar(start, duration.months, "UTC")) + duration.ms;
};
