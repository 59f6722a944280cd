import * as z from "zod";
import { eventPathSchema } from "../../filter/filter-schema.ts";
import { windowDurationSchema, windowMs } from "../../schedule/duration.ts";
import { compileDistinct } from "../aggregate-distinct.ts";
import { compileExtreme } from "../aggregate-extreme.ts";
import { type Aggregated, type CompiledAggregate, compileTotal } from "../aggregate-total.ts";
import { comparisonClause, comparisonObjects } from "../comparison.ts";
import type { CompiledCondition, ConditionType } from "../condition.ts";
import { reachOf } from "../count-events.ts";
import { MAX_COUNT } from "../count.ts";
import { eventClause, eventFields, eventNameSchema, keyPathOf } from "../event-tally.ts";
import { noDependencies } from "../verdict.ts";

const schema = () =>
  z
    .discriminatedUnion(
      "operator",
      comparisonObjects({
        type: z.literal("aggregate"),
        event: eventNameSchema,
        ...eventFields,
        function: z.enum(["sum", "average", "min", "max", "distinct"]),
        /** The values: of a path through a list all of them. */
        path: eventPathSchema,
        within: windowDurationSchema.optional(),
      }),
    )
    .superRefine((condition, context) => {
      const counts = condition.function === "distinct" ? [condition.value].flat() : [];
      if (counts.some((count) => !Number.isInteger(count) || count < 0 || count > MAX_COUNT))
        context.addIssue({
          code: "custom",
          path: ["value"],
          message: `Distinct values are counted: a whole number from 0 to ${MAX_COUNT}`,
        });
    });
type Condition = z.infer<ReturnType<typeof schema>>;

/** A figure over the values of certain events. The sum and the number of nothing are 0; average, smallest and largest are absent. */
export const aggregate = {
  type: "aggregate",
  schema,
  compile: (condition: Condition, context): CompiledCondition => {
    const name = `track:${condition.event}`;
    const withinMs = condition.within === undefined ? undefined : windowMs(condition.within);
    const { where = [], path } = condition;
    const compiled = compileFunction(condition, { name, where, path, withinMs, keyPath: keyPathOf(condition, context) });
    const period = condition.within === undefined ? "" : ` within ${condition.within}`;
    const clause = `${condition.function} of ${path} over ${eventClause(condition.event, where)}${period} ${comparisonClause(condition)}`;
    return {
      dependsOn: { ...noDependencies, events: [name] },
      tallies: compiled.tallies,
      reaches: [reachOf(name, condition, withinMs === undefined ? {} : { withinMs })],
      evaluate: (scope) => {
        const { value, nextChange, found } = compiled.ask(scope, condition.since ?? scope.since);
        return {
          value,
          ...(nextChange !== undefined && { nextChange }),
          because: { clause, ...(found !== undefined && { value: found }) },
        };
      },
    };
  },
} as const satisfies ConditionType<Condition>;

const compileFunction = (condition: Condition, of: Aggregated): CompiledAggregate => {
  switch (condition.function) {
    case "sum":
    case "average":
      return compileTotal(of, condition.function === "average", condition);
    case "min":
    case "max":
      return compileExtreme(of, condition.function, condition);
    case "distinct":
      return compileDistinct(of, condition);
  }
};
