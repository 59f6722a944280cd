import * as z from "zod";
import { combine } from "../combine.ts";
import type { ConditionJson, ConditionType } from "../condition.ts";

const schema = (nested: z.ZodType<ConditionJson>) => z.strictObject({ type: z.literal("or"), conditions: z.array(nested).min(1).max(50) });
type Condition = z.infer<ReturnType<typeof schema>>;

/** At least one of the conditions holds. */
export const or = {
  type: "or",
  schema,
  compile: (condition: Condition, context) =>
    combine(
      condition.conditions.map((nested, index) => context.compile(nested, `conditions.${index}`)),
      true,
    ),
} as const satisfies ConditionType<Condition>;
