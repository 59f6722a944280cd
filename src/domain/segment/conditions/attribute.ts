import * as z from "zod";
import { compileFilter } from "../../filter/compile-filter.ts";
import { filterObjects } from "../../filter/filter-schema.ts";
import type { Moment } from "../../filter/operators.ts";
import { windowDurationSchema, windowMs } from "../../schedule/duration.ts";
import { zoneOf } from "../../user/zone.ts";
import type { CompiledCondition, ConditionScope, ConditionType } from "../condition.ts";
import { attributeHold } from "../hold.ts";
import { noDependencies } from "../verdict.ts";

const timeDependent: readonly string[] = ["within-last", "not-within-last", "within-next", "anniversary"];

const schema = () =>
  z
    .discriminatedUnion("operator", filterObjects({ type: z.literal("attribute"), for: windowDurationSchema.optional() }))
    .superRefine((condition, context) => {
      if (condition.for !== undefined && timeDependent.includes(condition.operator))
        context.addIssue({
          code: "custom",
          path: ["for"],
          message: `"for" does not go with ${condition.operator}, which itself depends on time`,
        });
    });
type Condition = z.infer<ReturnType<typeof schema>>;

/** A filter on the user's attributes; with `for`, one that has held for that long without a break. */
export const attribute = {
  type: "attribute",
  schema,
  compile: (condition: Condition, context): CompiledCondition => {
    const filter = compileFilter(condition);
    const { top, nextChange } = filter;
    const momentOf = (scope: ConditionScope): Moment => ({
      now: scope.now,
      zone: condition.operator === "anniversary" ? zoneOf(scope.state.profile, context.timezone) : "UTC",
    });
    const ask = (scope: ConditionScope) => {
      const under = valueOf(scope, top);
      const moment = momentOf(scope);
      const value = filter.value(under);
      const next = nextChange?.(under, moment);
      return {
        value: filter.holds(under, moment),
        ...(next !== undefined && { nextChange: next }),
        because: { clause: filter.clause, ...(value !== undefined && { value }) },
      };
    };
    if (condition.for === undefined) {
      const attributes = condition.operator === "anniversary" ? [top, "timezone"] : [top];
      return { dependsOn: { ...noDependencies, attributes }, tallies: [], evaluate: ask };
    }
    const forMs = windowMs(condition.for);
    const clause = `${filter.clause} for ${condition.for}`;
    const hold = attributeHold(filter);
    return {
      // A write that leaves the value as it is, or a late one, may still move the instant since which it holds.
      dependsOn: { ...noDependencies, attributes: [top], events: ["identify:"] },
      tallies: hold.tallies,
      evaluate: (scope) => {
        const verdict = ask(scope);
        const because = { ...verdict.because, clause };
        if (!verdict.value) return { value: false, because };
        const full = hold.heldSince(scope) + forMs;
        return scope.now >= full ? { value: true, because } : { value: false, nextChange: full, because };
      },
    };
  },
} as const satisfies ConditionType<Condition>;

const valueOf = ({ state }: ConditionScope, top: string) =>
  Object.hasOwn(state.profile.attributes, top) ? state.profile.attributes[top]?.value : undefined;
