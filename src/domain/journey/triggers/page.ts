import * as z from "zod";
import { compileKey, compileWhere } from "../../filter/compile-filter.ts";
import { eventPathSchema, whereSchema } from "../../filter/filter-schema.ts";
import { triggerCommon } from "../trigger-fields.ts";
import type { TriggerType } from "../trigger.ts";

const schema = z.lazy(() =>
  z.strictObject({
    type: z.literal("page"),
    /** The page call's name, exact or a prefix with a trailing "*"; left out = any page. */
    event: z.string().min(1).max(200).optional(),
    /** Says the same as `event`, in the word of the call itself. */
    name: z.string().min(1).max(200).optional(),
    where: whereSchema.optional(),
    key: eventPathSchema.optional(),
    ...triggerCommon,
  }),
);

/** Fires on each page call of that name on which all filters hold; with `key`, one run per value of the key. */
export const page: TriggerType<z.output<typeof schema>> = {
  type: "page",
  schema,
  compile: (trigger) => ({
    kind: "event",
    name: `page:${trigger.event ?? trigger.name ?? "*"}`,
    matches: compileWhere(trigger.where),
    ...(trigger.key !== undefined && { key: compileKey(trigger.key) }),
  }),
  keyPath: (trigger) => trigger.key,
  onePerUser: false,
};
