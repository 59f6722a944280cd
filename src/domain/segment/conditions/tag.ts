import * as z from "zod";
import type { ConditionType, Verdict } from "../condition.ts";
import { noDependencies } from "../verdict.ts";

const schema = () => z.strictObject({ type: z.literal("tag"), tag: z.string().min(1).max(100) });
type Condition = z.infer<ReturnType<typeof schema>>;

/** The user has the tag. */
export const tag = {
  type: "tag",
  schema,
  compile: ({ tag: name }: Condition) => {
    const tagged: Verdict = { value: true, because: { clause: `tag ${name}` } };
    const untagged: Verdict = { value: false, because: { clause: `tag ${name}` } };
    return {
      dependsOn: { ...noDependencies, tags: [name] },
      tallies: [],
      evaluate: ({ state }) => (Object.hasOwn(state.profile.tags, name) ? tagged : untagged),
    };
  },
} as const satisfies ConditionType<Condition>;
