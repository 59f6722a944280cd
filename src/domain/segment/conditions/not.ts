import * as z from "zod";
import type { ConditionJson, ConditionType } from "../condition.ts";
import { reachesOf } from "../reach.ts";

const schema = (nested: z.ZodType<ConditionJson>) => z.strictObject({ type: z.literal("not"), condition: nested });
type Condition = z.infer<ReturnType<typeof schema>>;

/** The condition does not hold; changes when it changes. */
export const not = {
  type: "not",
  schema,
  compile: (condition: Condition, context) => {
    const inner = context.compile(condition.condition, "condition");
    return {
      dependsOn: inner.dependsOn,
      tallies: inner.tallies,
      reaches: reachesOf(inner),
      evaluate: (scope) => {
        const verdict = inner.evaluate(scope);
        return {
          ...verdict,
          value: !verdict.value,
          ...(verdict.because && { because: { ...verdict.because, clause: `not ${verdict.because.clause}` } }),
        };
      },
    };
  },
} as const satisfies ConditionType<Condition>;
