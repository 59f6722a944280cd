import * as z from "zod";
import { sampleOf } from "../../user/sampling.ts";
import type { ConditionType, Verdict } from "../condition.ts";
import { noDependencies } from "../verdict.ts";

const schema = () =>
  z.strictObject({
    type: z.literal("random"),
    percent: z.number().min(0).max(100),
    /** Users are shared out anew for each salt; left out, all such conditions share them out alike. */
    salt: z.string().min(1).max(100).optional(),
  });
type Condition = z.infer<ReturnType<typeof schema>>;

/** The user is in a share of all users, for ever: raising the percentage keeps those who are in. */
export const random = {
  type: "random",
  schema,
  compile: ({ percent, salt = "random" }: Condition) => {
    const because = { clause: `among ${percent}% of users` };
    return {
      dependsOn: noDependencies,
      tallies: [],
      evaluate: ({ state }): Verdict => ({ value: sampleOf(state.profile.samplingId, salt) < percent, because }),
    };
  },
} as const satisfies ConditionType<Condition>;
