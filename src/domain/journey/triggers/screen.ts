import * as z from "zod";
import { compileKey, compileWhere } from "../../filter/compile-filter.ts";
import { eventPathSchema, whereSchema } from "../../filter/filter-schema.ts";
import { triggerCommon } from "../trigger-fields.ts";
import type { TriggerType } from "../trigger.ts";

const schema = z.lazy(() =>
  z.strictObject({
    type: z.literal("screen"),
    /** The screen call's name, exact or a prefix with a trailing "*"; left out = any screen. */
    event: z.string().min(1).max(200).optional(),
    /** Says the same as `event`, in the word of the call itself. */
    name: z.string().min(1).max(200).optional(),
    where: whereSchema.optional(),
    key: eventPathSchema.optional(),
    ...triggerCommon,
  }),
);

/** Fires on each screen call of that name on which all filters hold; with `key`, one run per value of the key. */
export const screen: TriggerType<z.output<typeof schema>> = {
  type: "screen",
  schema,
  compile: (trigger) => ({
    kind: "event",
    name: `screen:${trigger.event ?? trigger.name ?? "*"}`,
    matches: compileWhere(trigger.where),
    ...(trigger.key !== undefined && { key: compileKey(trigger.key) }),
  }),
  keyPath: (trigger) => trigger.key,
  onePerUser: false,
};
