import * as z from "zod";
import { whereSchema } from "../../filter/filter-schema.ts";
import { windowDurationSchema, windowMs } from "../../schedule/duration.ts";
import type { CompiledCondition, ConditionType, Verdict } from "../condition.ts";
import { eventClause, eventFields, eventNameSchema, keyPathOf } from "../event-tally.ts";
import { listKey, noKey, startOf } from "../newest-matches.ts";
import { compileChain } from "../sequence-chain.ts";
import { noDependencies } from "../verdict.ts";

const stepSchema = z.lazy(() =>
  z
    .strictObject({
      type: z.enum(["event", "page", "screen"]).optional(),
      /** May be left out of a page or screen: then any. */
      event: eventNameSchema.optional(),
      where: whereSchema.optional(),
      /** Since the step before; of the first step: how long ago the sequence may have begun. */
      within: windowDurationSchema.optional(),
    })
    .refine(({ type = "event", event }) => type !== "event" || event !== undefined, { path: ["event"], error: "say which event" }),
);

const schema = () =>
  z.strictObject({
    type: z.literal("sequence"),
    steps: z.array(stepSchema).min(2).max(10),
    since: eventFields.since,
    key: eventFields.key,
  });
type Condition = z.infer<ReturnType<typeof schema>>;

/** The user did all of it in this order, each event strictly after the one before (in the total order) and within its time. */
export const sequence = {
  type: "sequence",
  schema,
  compile: (condition: Condition, context): CompiledCondition => {
    const steps = condition.steps.map(({ type = "event", event = "*", where = [], within }, index) => ({
      name: `${type === "event" ? "track" : type}:${event}`,
      where,
      withinMs: index === 0 || within === undefined ? undefined : windowMs(within),
    }));
    const chain = compileChain(steps, keyPathOf(condition, context));
    const names = [...new Set(steps.map(({ name }) => name))];
    const within = condition.steps[0]?.within;
    const withinMs = within === undefined ? undefined : windowMs(within);
    const because = { clause: `sequence ${condition.steps.map(({ event = "*", where }) => eventClause(event, where)).join(", then ")}` };
    const { since: said } = condition;
    return {
      dependsOn: { ...noDependencies, events: names },
      tallies: chain.tallies,
      reaches: names.map((name) => ({ name, ...(withinMs !== undefined && { withinMs }), ...(said !== undefined && { since: said }) })),
      evaluate: (scope): Verdict => {
        const [tally] = chain.tallies;
        const key = tally === undefined ? noKey : listKey(tally, scope);
        const began = key === noKey ? undefined : chain.began(scope.history, key, startOf(scope, said ?? scope.since));
        if (began === undefined) return { value: false, because };
        if (withinMs === undefined) return { value: true, because };
        const over = began + withinMs;
        return scope.now < over ? { value: true, nextChange: over, because } : { value: false, because };
      },
    };
  },
} as const satisfies ConditionType<Condition>;
