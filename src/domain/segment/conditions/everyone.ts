import * as z from "zod";
import type { ConditionType, Verdict } from "../condition.ts";
import { noDependencies } from "../verdict.ts";

const schema = () => z.strictObject({ type: z.literal("everyone") });
type Condition = z.infer<ReturnType<typeof schema>>;

const always: Verdict = { value: true, because: { clause: "everyone" } };

/** Every user. */
export const everyone = {
  type: "everyone",
  schema,
  compile: () => ({ dependsOn: noDependencies, tallies: [], evaluate: () => always }),
} as const satisfies ConditionType<Condition>;
