import * as z from "zod";
import { Fault } from "../../fault.ts";
import { compileFilter, fieldOf } from "../../filter/compile-filter.ts";
import { eventPathSchema, filterObjects } from "../../filter/filter-schema.ts";
import { askFilters, asksZone, momentOf } from "../ask-filters.ts";
import type { ConditionScope, ConditionType } from "../condition.ts";
import { noDependencies } from "../verdict.ts";

const schema = () =>
  z.discriminatedUnion("operator", filterObjects({ type: z.literal("trigger") })).superRefine((condition, context) => {
    const checked = eventPathSchema.safeParse(condition.path);
    for (const issue of checked.error?.issues ?? []) context.addIssue({ code: "custom", path: ["path"], message: issue.message });
  });
type Condition = z.infer<ReturnType<typeof schema>>;

/**
 * A filter on the event that started this run; in a run started by call, `properties` is what came with the call. A run that
 * neither started has no values at all. Operators about time are asked now.
 */
export const trigger = {
  type: "trigger",
  schema,
  compile: (condition: Condition, context) => {
    if (!context.inJourney) {
      const message = '"trigger" has a meaning only inside a journey';
      throw new Fault("bad-definition", message, [{ path: `${context.path}.type`, message }]);
    }
    const filters = [compileFilter(condition)];
    return {
      dependsOn: { ...noDependencies, attributes: asksZone(condition) ? ["timezone"] : [] },
      tallies: [],
      evaluate: (scope) => {
        const verdict = askFilters(filters, (field) => valueOf(scope.run, field), momentOf(scope, [condition], context));
        return { ...verdict, ...(verdict.because && { because: { ...verdict.because, clause: `trigger ${verdict.because.clause}` } }) };
      },
    };
  },
} as const satisfies ConditionType<Condition>;

const valueOf = (run: ConditionScope["run"], field: string) => {
  if (run?.trigger) return fieldOf(run.trigger, field);
  return field === "properties" ? run?.properties : undefined;
};
