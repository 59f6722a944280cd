import * as z from "zod";
import { compileFilter } from "../../filter/compile-filter.ts";
import { filterSchema } from "../../filter/filter-schema.ts";
import { triggerCommon } from "../trigger-fields.ts";
import type { TriggerType } from "../trigger.ts";

const schema = z.lazy(() =>
  z.strictObject({
    type: z.literal("group"),
    change: z.enum(["joined", "left", "changed"]),
    groupType: z.string().min(1).max(100).optional(),
    /** Filters on the group's attributes, on `relationship` and on `id`, as in the `group` condition; all must hold on the same group. */
    where: z.array(filterSchema).max(50).optional(),
    ...triggerCommon,
  }),
);

/** Fires when the user joins or leaves a group, or when a group the user is in (or the membership itself) says something new. */
export const group: TriggerType<z.output<typeof schema>> = {
  type: "group",
  schema,
  compile: (trigger) => {
    const filters = (trigger.where ?? []).map(compileFilter);
    return {
      kind: "group",
      change: trigger.change,
      ...(trigger.groupType !== undefined && { groupType: trigger.groupType }),
      matches: (attributes, moment) =>
        filters.every((filter) => filter.holds(Object.hasOwn(attributes, filter.top) ? attributes[filter.top] : undefined, moment)),
    };
  },
  onePerUser: false,
};
