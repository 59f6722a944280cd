import * as z from "zod";
import { definitionKey } from "../../definition-key.ts";
import type { ConditionType, Verdict } from "../condition.ts";
import { noDependencies } from "../verdict.ts";

const schema = () => z.strictObject({ type: z.literal("segment"), segment: definitionKey });
type Condition = z.infer<ReturnType<typeof schema>>;

/**
 * The user is in the segment. Read from the memberships, which are brought up to date in dependency order before anything
 * asks; the segment's own flips by time are the memberships' affair, so this condition has none.
 */
export const segment = {
  type: "segment",
  schema,
  compile: ({ segment: key }: Condition) => {
    const member: Verdict = { value: true, because: { clause: `in segment ${key}` } };
    const outside: Verdict = { value: false, because: { clause: `in segment ${key}` } };
    return {
      dependsOn: { ...noDependencies, segments: [key] },
      tallies: [],
      evaluate: ({ state }) => (Object.hasOwn(state.memberships, key) && state.memberships[key]?.member === true ? member : outside),
    };
  },
} as const satisfies ConditionType<Condition>;
