import * as z from "zod";
import { definitionKey } from "../../definition-key.ts";
import { fromLocal, isZone, toLocal } from "../../schedule/calendar.ts";
import { instantSchema, parseInstant } from "../../schedule/instant.ts";
import { daysSchema, nextLocalTime, timeOfDayMs, timeOfDaySchema } from "../../schedule/local-time.ts";
import { triggerCommon } from "../trigger-fields.ts";
import type { TriggerType } from "../trigger.ts";

const schema = z.lazy(() =>
  z
    .strictObject({
      type: z.literal("schedule"),
      /** Whose members enter. */
      segment: definitionKey,
      /** One time: the instant. */
      at: instantSchema.optional(),
      /** Recurring: every day, week or month… */
      every: z.enum(["P1D", "P1W", "P1M"]).optional(),
      /** …at this time of day… */
      time: timeOfDaySchema.optional(),
      /** …on these days of the week (with P1D or P1W)… */
      days: daysSchema.optional(),
      /** …or on this day of the month (with P1M); in a shorter month on its last… */
      date: z.int().min(1).max(31).optional(),
      /** …on clocks in this zone (left out: the workspace's)… */
      zone: z.string().max(64).refine(isZone, { error: 'a zone is an IANA time zone such as "Europe/Berlin"' }).optional(),
      /** …not before and not after these instants. */
      from: instantSchema.optional(),
      until: instantSchema.optional(),
      ...triggerCommon,
    })
    .superRefine((trigger, context) => {
      const refuse = (field: string, message: string): void => context.addIssue({ code: "custom", path: [field], message });
      const { at, every, time, days, date } = trigger;
      if ((at === undefined) === (every === undefined)) return refuse("at", 'say either "at" (one time) or "every" (recurring)');
      if (at !== undefined) {
        for (const field of ["time", "days", "date", "zone", "from", "until"] as const)
          if (trigger[field] !== undefined) refuse(field, `"${field}" goes with "every", not with "at"`);
        return;
      }
      if (time === undefined) refuse("time", '"every" needs a "time" of day');
      if (every === "P1W" && days === undefined) refuse("days", '"every": "P1W" needs "days"');
      if (every === "P1M" && date === undefined) refuse("date", '"every": "P1M" needs a "date", the day of the month');
      if (every === "P1M" && days !== undefined) refuse("days", '"days" goes with "P1D" or "P1W"');
      if (every !== "P1M" && date !== undefined) refuse("date", '"date" goes with "every": "P1M"');
    }),
);
type Schedule = z.output<typeof schema>;

/** Has a segment's members enter, one time or again and again; the same members, once each, however it is carried out. */
export const schedule: TriggerType<Schedule> = {
  type: "schedule",
  schema,
  compile: (trigger) => {
    const at = instantOf(trigger.at);
    const from = instantOf(trigger.from);
    const until = instantOf(trigger.until);
    return {
      kind: "schedule",
      segment: trigger.segment,
      next: (after, workspaceZone) => {
        if (at !== undefined) return at > after ? at : undefined;
        const instant = recurring(trigger, Math.max(after, (from ?? Number.MIN_SAFE_INTEGER) - 1), trigger.zone ?? workspaceZone);
        return until !== undefined && instant > until ? undefined : instant;
      },
    };
  },
  references: (trigger) => [{ kind: "segment", path: ["segment"], key: trigger.segment }],
  onePerUser: false,
};

const instantOf = (text: string | undefined): number | undefined => (text === undefined ? undefined : parseInstant(text));

const recurring = ({ time = "00:00", days, date }: Schedule, after: number, zone: string): number => {
  if (date === undefined) return nextLocalTime(after, { time, days }, zone);
  const today = new Date(toLocal(after, zone));
  for (let ahead = 0; ahead <= 2; ahead++) {
    const lastDay = new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() + ahead + 1, 0)).getUTCDate();
    const day = Date.UTC(today.getUTCFullYear(), today.getUTCMonth() + ahead, Math.min(date, lastDay));
    const instant = fromLocal(day + timeOfDayMs(time), zone);
    if (instant > after) return instant;
  }
  throw new Error(`expected day ${date} of a month within three of ${after}`);
};
