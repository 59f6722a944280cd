import * as z from "zod";
import type { Filter } from "../filter/filter-schema.ts";
import { windowDurationSchema, windowMs } from "../schedule/duration.ts";
import { instantSchema, parseInstant } from "../schedule/instant.ts";
import type { CompileContext, CompiledCondition, Reach } from "./condition.ts";
import { compileCount, type Count, countClause, countSchema } from "./count.ts";
import { eventClause, eventFields, type EventFields, neededTally } from "./event-tally.ts";
import { type Bounds, newestMatches } from "./newest-matches.ts";
import { noDependencies } from "./verdict.ts";

const periods = ["within", "between", "after", "before"] as const;

/** What a condition that counts events may say beside their name. */
export const countedFields = {
  ...eventFields,
  count: z.lazy(() => countSchema.optional()),
  within: z.lazy(() => windowDurationSchema.optional()),
  between: z.lazy(() => z.tuple([instantSchema, instantSchema]).optional()),
  after: z.lazy(() => instantSchema.optional()),
  before: z.lazy(() => instantSchema.optional()),
};

export interface CountedFields extends EventFields {
  readonly where?: Filter[] | undefined;
  readonly count?: Count | undefined;
  readonly within?: string | undefined;
  readonly between?: [string, string] | undefined;
  readonly after?: string | undefined;
  readonly before?: string | undefined;
}

/** Only one period may be said. */
export const onePeriod = (condition: CountedFields, context: z.core.$RefinementCtx): void => {
  if (periods.filter((period) => condition[period] !== undefined).length > 1)
    context.addIssue({ code: "custom", message: `Only one of ${periods.join(", ")} may be said` });
};

/**
 * How often the user did something. Boundaries: an event at t is `within` PT1H while now < t + 1h and leaves at exactly
 * t + 1h; `between` includes both ends; `after` and `before` exclude theirs.
 */
export const countEvents = (
  condition: CountedFields,
  { kind, event }: { readonly kind: "event" | "page" | "screen"; readonly event: string },
  context: CompileContext,
): CompiledCondition => {
  const name = `${kind === "event" ? "track" : kind}:${event}`;
  const tally = neededTally(name, condition, context);
  const bounds = boundsOf(condition);
  const count = compileCount(condition.count ?? { operator: "at-least", value: 1 }, bounds.withinMs);
  const clause = `${kind} ${eventClause(event, condition.where)} ${countClause(condition.count)}${periodClause(condition)}`;
  return {
    dependsOn: { ...noDependencies, events: [name] },
    tallies: tally === undefined ? [] : [tally],
    reaches: [reachOf(name, condition, bounds)],
    evaluate: (scope) => {
      const since = condition.since ?? scope.since;
      const matches = newestMatches({ scope, since, bounds, tally, name, limit: count.limit });
      const { value, nextChange } = count.verdict(matches);
      return { value, ...(nextChange !== undefined && { nextChange }), because: { clause, value: matches.length } };
    },
  };
};

/** How far back a condition of one period looks. */
export const reachOf = (name: string, { since }: EventFields, { withinMs, after }: Bounds): Reach => ({
  name,
  ...(withinMs !== undefined && { withinMs }),
  ...(after !== undefined && { after }),
  ...(since !== undefined && { since }),
});

const boundsOf = ({ within, between, after, before }: CountedFields): Bounds => {
  if (within !== undefined) return { withinMs: windowMs(within) };
  if (between !== undefined) return { after: instant(between[0]) - 1, upTo: instant(between[1]) };
  if (after !== undefined) return { after: instant(after) };
  if (before !== undefined) return { upTo: instant(before) - 1 };
  return {};
};

const instant = (text: string): number => {
  const ms = parseInstant(text);
  if (ms === undefined) throw new Error(`expected an instant, got "${text}"`);
  return ms;
};

const periodClause = ({ within, between, after, before }: CountedFields): string => {
  if (within !== undefined) return ` within ${within}`;
  if (between !== undefined) return ` between ${between[0]} and ${between[1]}`;
  if (after !== undefined) return ` after ${after}`;
  return before === undefined ? "" : ` before ${before}`;
};
