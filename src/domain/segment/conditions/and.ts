import * as z from "zod";
import { combine } from "../combine.ts";
import type { ConditionJson, ConditionType } from "../condition.ts";

const schema = (nested: z.ZodType<ConditionJson>) => z.strictObject({ type: z.literal("and"), conditions: z.array(nested).min(1).max(50) });
type Condition = z.infer<ReturnType<typeof schema>>;

/** All of the conditions hold. */
export const and = {
  type: "and",
  schema,
  compile: (condition: Condition, context) =>
    combine(
      condition.conditions.map((nested, index) => context.compile(nested, `conditions.${index}`)),
      false,
    ),
} as const satisfies ConditionType<Condition>;
