import * as z from "zod";
import { whereSchema } from "../../filter/filter-schema.ts";
import { historyName, type UserEvent } from "../../event/event.ts";
import { newestMatches } from "../../segment/newest-matches.ts";
import { definitionOf } from "../../user/journeys.ts";
import type { StepScope, StepType } from "../step.ts";
import { stepCommon, stepKey } from "../step-fields.ts";
import { addLength, takesMinute, waitLengthSchema } from "../wait-length.ts";

/** Events a digest goes on with: the newest of them. */
const MAX_EVENTS = 100;
/** Events it counts. */
const MAX_COUNT = 1_000;

const schema = z.lazy(() =>
  z.strictObject({
    type: z.literal("digest"),
    /** Name of a track call, or a prefix of names with a trailing "*". */
    event: z.string().min(1).max(200),
    where: whereSchema.optional(),
    within: waitLengthSchema,
    next: stepKey.optional(),
    ...stepCommon,
  }),
);
type Step = z.output<typeof schema>;

/**
 * Collects events from the arrival on, the trigger's own as the first one if it is such an event, and goes on with them as
 * `digest`: the newest hundred, oldest first. In keyed journeys only those of the same key.
 */
export const digest: StepType<Step> = {
  type: "digest",
  schema,
  since: "step",
  edges: (step) => (step.next === undefined ? [] : [{ path: ["next"], to: step.next }]),
  // Compiled for its tally: what is collected is counted as it comes, and no history is searched at the end.
  conditions: (step) => [
    { path: ["event"], condition: { type: "event", event: step.event, ...(step.where && { where: step.where }), since: "step" } as const },
  ],
  takesTime: (step) => takesMinute(step.within),
  enter: (step, scope) => ({ kind: "until", due: addLength(scope.now, step.within, scope.zone) }),
  resume: (step, cause, scope) => {
    const { position } = scope.run;
    if (cause.kind !== "due")
      return { kind: "until", due: addLength("since" in position ? position.since : scope.now, step.within, scope.zone) };
    const { events, count } = collected(step, scope);
    return {
      kind: "go",
      to: step.next,
      because: { clause: `events ${step.event} within ${step.within}`, value: count },
      changes: [{ kind: "digest", events, count }],
    };
  },
  dueAt: (step, since, scope) => addLength(since, step.within, scope.zone),
};

const collected = (step: Step, scope: StepScope): { readonly events: readonly string[]; readonly count: number } => {
  const { run, state, history, now, catalog } = scope;
  const condition = definitionOf(catalog, run)?.stepConditions[`${run.position.step}/0`];
  const found = newestMatches({
    scope: { state, history, now, run, since: "step" },
    since: "step",
    bounds: { upTo: now },
    tally: condition?.tallies[0],
    name: `track:${step.event}`,
    limit: MAX_COUNT,
  }).map(({ id }) => id);
  const first = run.trigger !== null && isFirst(step, run.trigger, scope) ? [run.trigger.id] : [];
  const all = [...found, ...first];
  return { events: all.slice(0, MAX_EVENTS).toReversed(), count: Math.min(all.length, MAX_COUNT) };
};

/** The trigger counts for the first digest it matches, on the run's first way through. */
const isFirst = (step: Step, trigger: UserEvent, { run, catalog }: StepScope): boolean => {
  if (run.visits[run.position.step] !== 1 || run.digest?.includes(trigger.id) === true) return false;
  const name = historyName(trigger);
  const wanted = `track:${step.event}`;
  if (wanted.endsWith("*") ? !name.startsWith(wanted.slice(0, -1)) : name !== wanted) return false;
  const tally = definitionOf(catalog, run)?.stepConditions[`${run.position.step}/0`]?.tallies[0];
  return tally === undefined || (tally.matches(trigger) && (tally.key === null || tally.key(trigger) === run.key));
};
