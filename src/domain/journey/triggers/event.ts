import * as z from "zod";
import { compileKey, compileWhere } from "../../filter/compile-filter.ts";
import { eventPathSchema, whereSchema } from "../../filter/filter-schema.ts";
import { triggerCommon } from "../trigger-fields.ts";
import type { TriggerType } from "../trigger.ts";

const schema = z.lazy(() =>
  z.strictObject({
    type: z.literal("event"),
    /** The track call's name, exact or a prefix with a trailing "*". */
    event: z.string().min(1).max(200),
    where: whereSchema.optional(),
    key: eventPathSchema.optional(),
    ...triggerCommon,
  }),
);

/** Fires on each event of that name on which all filters hold; with `key`, one run per value of the key. */
export const event: TriggerType<z.output<typeof schema>> = {
  type: "event",
  schema,
  compile: (trigger) => ({
    kind: "event",
    name: `track:${trigger.event}`,
    matches: compileWhere(trigger.where),
    ...(trigger.key !== undefined && { key: compileKey(trigger.key) }),
  }),
  keyPath: (trigger) => trigger.key,
  onePerUser: false,
};
