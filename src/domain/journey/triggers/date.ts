import * as z from "zod";
import { pathSchema, firstAt, readPath } from "../../filter/path.ts";
import { parseDuration } from "../../schedule/duration.ts";
import { timeOfDayMs, timeOfDaySchema } from "../../schedule/local-time.ts";
import { dateOf, nextOccurrence } from "../date-occurrences.ts";
import { triggerCommon } from "../trigger-fields.ts";
import type { TriggerType } from "../trigger.ts";

const DAY_MS = 86_400_000;

const schema = z.lazy(() =>
  z
    .strictObject({
      type: z.literal("date"),
      /** Path of an attribute that holds a date: ISO text, Unix seconds or milliseconds. */
      attribute: pathSchema,
      offset: z
        .string()
        .refine(
          (text) => parseDuration(text) !== undefined,
          'An offset is an ISO 8601 duration, for instance "-P3D" or "PT2H", at most ten years',
        )
        .optional(),
      at: timeOfDaySchema.optional(),
      repeat: z.enum(["yearly", "monthly"]).optional(),
      ...triggerCommon,
    })
    .refine((trigger) => trigger.at === undefined || (parseDuration(trigger.offset ?? "P0D")?.ms ?? 0) % DAY_MS === 0, {
      path: ["offset"],
      error: 'with "at" the offset is in whole days, weeks, months or years',
    }),
);

/** Fires when a date of the user's has come, `offset` from it and `at` a time of day in the user's zone, each year or month if it repeats. */
export const date: TriggerType<z.output<typeof schema>> = {
  type: "date",
  schema,
  compile: (trigger) => {
    const path = readPath(trigger.attribute);
    const rule = {
      offset: parseDuration(trigger.offset ?? "P0D") ?? { months: 0, ms: 0 },
      at: trigger.at === undefined ? undefined : timeOfDayMs(trigger.at),
      repeat: trigger.repeat,
    };
    return {
      kind: "date",
      attribute: String(path[0]),
      date: (under) => dateOf(firstAt(under, path, 1)),
      next: (under, after, zone) => nextOccurrence(firstAt(under, path, 1), rule, { after, zone }),
    };
  },
  onePerUser: false,
};
