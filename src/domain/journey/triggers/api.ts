import * as z from "zod";
import { compileKey } from "../../filter/compile-filter.ts";
import { eventPathSchema } from "../../filter/filter-schema.ts";
import { triggerCommon } from "../trigger-fields.ts";
import type { TriggerType } from "../trigger.ts";

const schema = z.lazy(() =>
  z.strictObject({
    type: z.literal("api"),
    /** Path of the run's key on what the call brings: `properties.cart_id`. */
    key: eventPathSchema.optional(),
    ...triggerCommon,
  }),
);

/** Nothing that happens starts it, only who asks: the enter call, the enter step, a broadcast. */
export const api: TriggerType<z.output<typeof schema>> = {
  type: "api",
  schema,
  compile: (trigger) => ({ kind: "api", ...(trigger.key !== undefined && { key: compileKey(trigger.key) }) }),
  keyPath: (trigger) => trigger.key,
  onePerUser: false,
};
