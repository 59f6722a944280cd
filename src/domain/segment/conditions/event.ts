import * as z from "zod";
import { Fault } from "../../fault.ts";
import { compileKey, compileWhere } from "../../filter/compile-filter.ts";
import { eventPathSchema, whereSchema } from "../../filter/filter-schema.ts";
import { hashText, stableText } from "../../hash.ts";
import { windowDurationSchema, windowMs } from "../../schedule/duration.ts";
import { instantSchema, parseInstant } from "../../schedule/instant.ts";
import type { CompileContext, CompiledCondition, ConditionType, Reach, Tally } from "../condition.ts";
import { compileCount, countClause, countSchema } from "../count.ts";
import { type Bounds, newestMatches } from "../newest-matches.ts";
import { noDependencies } from "../verdict.ts";

const periods = ["within", "between", "after", "before"] as const;

const schema = () =>
  z
    .strictObject({
      type: z.literal("event"),
      /** Name of a track call, or a prefix of names with a trailing "*". */
      event: z.string().min(1).max(200),
      where: whereSchema.optional(),
      count: countSchema.optional(),
      within: windowDurationSchema.optional(),
      between: z.tuple([instantSchema, instantSchema]).optional(),
      after: instantSchema.optional(),
      before: instantSchema.optional(),
      since: z.enum(["ever", "entry", "step"]).optional(),
      key: eventPathSchema.optional(),
    })
    .superRefine((condition, context) => {
      if (periods.filter((period) => condition[period] !== undefined).length > 1)
        context.addIssue({ code: "custom", message: `Only one of ${periods.join(", ")} may be said` });
    });
type Condition = z.infer<ReturnType<typeof schema>>;

/**
 * How often the user did something. Boundaries: an event at t is `within` PT1H while now < t + 1h and leaves at exactly
 * t + 1h; `between` includes both ends; `after` and `before` exclude theirs.
 */
export const event = {
  type: "event",
  schema,
  compile: (condition: Condition, context): CompiledCondition => {
    const tally = tallyOf(condition, context);
    const bounds = boundsOf(condition);
    const count = compileCount(condition.count ?? { operator: "at-least", value: 1 }, bounds.withinMs);
    const clause = clauseOf(condition);
    return {
      dependsOn: { ...noDependencies, events: [nameOf(condition)] },
      tallies: tally === undefined ? [] : [tally],
      reaches: [reachOf(condition, bounds)],
      evaluate: (scope) => {
        const since = condition.since ?? scope.since;
        const matches = newestMatches({ scope, since, bounds, tally, name: nameOf(condition), limit: count.limit });
        const { value, nextChange } = count.verdict(matches);
        return { value, ...(nextChange !== undefined && { nextChange }), because: { clause, value: matches.length } };
      },
    };
  },
} as const satisfies ConditionType<Condition>;

const nameOf = (condition: Condition): string => `track:${condition.event}`;

/** Unfiltered exact names are answered by the history's own index of names: a tally would cost a row per event. */
const tallyOf = (condition: Condition, context: CompileContext): Tally | undefined => {
  const { where = [] } = condition;
  refuseOutsideJourneys(condition, context);
  const keyPath = context.keyPath === undefined ? undefined : (condition.key ?? context.keyPath);
  const name = nameOf(condition);
  if (where.length === 0 && keyPath === undefined && !name.endsWith("*")) return undefined;
  return {
    id: hashText(stableText({ name, where, keyPath })),
    name,
    matches: compileWhere(where),
    key: keyPath === undefined ? null : compileKey(keyPath),
  };
};

const refuseOutsideJourneys = (condition: Condition, context: CompileContext): void => {
  const refuse = (field: string, message: string): never => {
    throw new Fault("bad-definition", message, [{ path: `${context.path}.${field}`, message }]);
  };
  if (condition.since !== undefined && !context.inJourney) refuse("since", '"since" has a meaning only inside a journey');
  if (condition.key !== undefined && context.keyPath === undefined)
    refuse("key", '"key" has a meaning only inside a journey whose trigger has a key');
};

const boundsOf = (condition: Condition): Bounds => {
  const { within, between, after, before } = condition;
  if (within !== undefined) return { withinMs: windowMs(within) };
  if (between !== undefined) return { after: instant(between[0]) - 1, upTo: instant(between[1]) };
  if (after !== undefined) return { after: instant(after) };
  if (before !== undefined) return { upTo: instant(before) - 1 };
  return {};
};

const reachOf = (condition: Condition, { withinMs, after }: Bounds): Reach => ({
  name: nameOf(condition),
  ...(withinMs !== undefined && { withinMs }),
  ...(after !== undefined && { after }),
  ...(condition.since !== undefined && { since: condition.since }),
});

const instant = (text: string): number => {
  const ms = parseInstant(text);
  if (ms === undefined) throw new Error(`expected an instant, got "${text}"`);
  return ms;
};

const clauseOf = (condition: Condition): string => {
  const { within, between, after, before, where = [] } = condition;
  const period =
    within !== undefined
      ? ` within ${within}`
      : between !== undefined
        ? ` between ${between[0]} and ${between[1]}`
        : after !== undefined
          ? ` after ${after}`
          : before !== undefined
            ? ` before ${before}`
            : "";
  return `event ${JSON.stringify(condition.event)}${where.length > 0 ? " (filtered)" : ""} ${countClause(condition.count)}${period}`;
};
