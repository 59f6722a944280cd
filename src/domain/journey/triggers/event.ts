import * as z from "zod";
import { compileKey, compileWhere } from "../../filter/compile-filter.ts";
import { eventPathSchema, whereSchema } from "../../filter/filter-schema.ts";
import type { TriggerType } from "../trigger.ts";

/** A key is kept with every run and counter: longer values are no key. */
const LONGEST_KEY = 200;

const schema = z.strictObject({
  type: z.literal("event"),
  /** The track call's name, exact or a prefix with a trailing "*". */
  event: z.string().min(1).max(200),
  where: whereSchema.optional(),
  key: eventPathSchema.optional(),
  onRetrigger: z.enum(["ignore", "restart"]).optional(),
});

/** Fires on each event of that name on which all filters hold; with `key`, one run per value of the key. */
export const event: TriggerType<z.output<typeof schema>> = {
  type: "event",
  schema,
  compile: (trigger) => {
    const source = { kind: "event" as const, name: `track:${trigger.event}`, matches: compileWhere(trigger.where) };
    if (trigger.key === undefined) return source;
    const key = compileKey(trigger.key);
    return {
      ...source,
      key: (event) => {
        const value = key(event);
        return value === null || value.length > LONGEST_KEY ? null : value;
      },
    };
  },
  keyPath: (trigger) => trigger.key,
  onePerUser: false,
};
