import * as z from "zod";
import { compileFilter, fieldOf } from "../../filter/compile-filter.ts";
import { whereSchema } from "../../filter/filter-schema.ts";
import { askFilters, asksZone, momentOf } from "../ask-filters.ts";
import type { CompiledCondition, ConditionType } from "../condition.ts";
import { reachOf } from "../count-events.ts";
import { eventClause, eventFields, eventNameSchema, neededTally } from "../event-tally.ts";
import { newestMatches } from "../newest-matches.ts";
import { noDependencies } from "../verdict.ts";

const schema = () =>
  z.strictObject({
    type: z.literal("last-event"),
    event: eventNameSchema,
    ...eventFields,
    /** What the newest of them must satisfy; operators about time are asked now. */
    has: whereSchema.unwrap().min(1),
  });
type Condition = z.infer<ReturnType<typeof schema>>;

/** The newest event of a name (on which `where` holds) says something; false where there is none. */
export const lastEvent = {
  type: "last-event",
  schema,
  compile: (condition: Condition, context): CompiledCondition => {
    const name = `track:${condition.event}`;
    const tally = neededTally(name, condition, context);
    const filters = condition.has.map(compileFilter);
    const clause = `last event ${eventClause(condition.event, condition.where)}`;
    return {
      dependsOn: { ...noDependencies, events: [name], attributes: condition.has.some(asksZone) ? ["timezone"] : [] },
      tallies: tally === undefined ? [] : [tally],
      reaches: [reachOf(name, condition, {})],
      evaluate: (scope) => {
        const since = condition.since ?? scope.since;
        const [newest] = newestMatches({ scope, since, bounds: {}, tally, name, limit: 1 });
        const event = newest && scope.history.event(newest.id);
        if (event === undefined) return { value: false, because: { clause: `${clause}: there is none` } };
        const verdict = askFilters(filters, (field) => fieldOf(event, field), momentOf(scope, condition.has, context));
        return { ...verdict, ...(verdict.because && { because: { ...verdict.because, clause: `${clause}: ${verdict.because.clause}` } }) };
      },
    };
  },
} as const satisfies ConditionType<Condition>;
