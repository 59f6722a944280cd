import * as z from "zod";
import { conditionSchema } from "../../segment/conditions/all.ts";
import type { StepMove, StepScope, StepType } from "../step.ts";
import { stepCommon, stepKey } from "../step-fields.ts";
import { addLength, takesMinute, waitLengthSchema } from "../wait-length.ts";

const schema = z.lazy(() =>
  z.strictObject({
    type: z.literal("wait-until"),
    paths: z
      .array(z.strictObject({ name: z.string().min(1).max(200).optional(), condition: conditionSchema, next: stepKey }))
      .min(1)
      .max(50),
    within: waitLengthSchema.optional(),
    otherwise: stepKey.optional(),
    /** Name of a track call, or a prefix of names with a trailing "*". */
    restartOn: z.string().min(1).max(200).optional(),
    ...stepCommon,
  }),
);
type Step = z.output<typeof schema>;

/**
 * Stays until one of its conditions is true: on arrival, then on each stimulus, then at the time-out; of two at once the
 * upper path. Event conditions count from the arrival on. `restartOn` begins the wait anew.
 */
export const waitUntil: StepType<Step> = {
  type: "wait-until",
  schema,
  since: "step",
  edges: (step) => [
    ...step.paths.map((path, index) => ({ path: ["paths", index, "next"], to: path.next })),
    ...(step.otherwise === undefined
      ? []
      : [{ path: ["otherwise"], to: step.otherwise, takesTime: step.within === undefined || takesMinute(step.within) }]),
  ],
  conditions: (step) => [
    ...step.paths.map((path, index) => ({ path: ["paths", index, "condition"], condition: path.condition })),
    ...(step.restartOn === undefined
      ? []
      : [{ path: ["restartOn"], condition: { type: "event", event: step.restartOn, since: "step" } as const }]),
  ],
  // A path that may be true on arrival takes no time, whatever `within` says; one that needs a new event waits for it.
  takesTime: (step) =>
    (step.within === undefined || takesMinute(step.within)) && step.paths.every(({ condition }) => needsNewEvent(condition)),
  enter: (step, scope) => look(step, scope, scope.now),
  resume: (step, cause, scope) => {
    const { position } = scope.run;
    const since = "since" in position ? position.since : scope.now;
    const move = look(step, scope, since);
    if (move.kind === "go") return move;
    if (cause.kind === "due" && step.within !== undefined)
      return { kind: "go", to: step.otherwise, path: "otherwise", because: { clause: `nothing within ${step.within}` } };
    return step.restartOn !== undefined && scope.ask(step.paths.length).value ? { kind: "restart" } : move;
  },
  dueAt: (step, since, scope) => dueOf(step, since, scope),
};

const dueOf = ({ within }: Step, since: number, { zone }: StepScope): number | undefined =>
  within === undefined ? undefined : addLength(since, within, zone);

/** On by the first true path, else stay until any of them may be true by itself. */
const look = (step: Step, scope: StepScope, since: number): StepMove => {
  let nextChange: number | undefined;
  for (const [index, path] of step.paths.entries()) {
    const verdict = scope.ask(index);
    if (verdict.value)
      return { kind: "go", to: path.next, path: path.name ?? String(index), ...(verdict.because && { because: verdict.because }) };
    if (verdict.nextChange !== undefined && (nextChange === undefined || verdict.nextChange < nextChange)) nextChange = verdict.nextChange;
  }
  const due = dueOf(step, since, scope);
  return { kind: "until", ...(due !== undefined && { due }), ...(nextChange !== undefined && { nextChange }) };
};

/** Counts at least one event since the step: never true on arrival, and the same event is never counted at two arrivals. */
const needsNewEvent = (condition: { readonly type: string }): boolean => {
  if (condition.type !== "event") return false;
  const { since, count } = condition as { readonly since?: string; readonly count?: { readonly operator: string; readonly value: number } }; // the event condition's own schema
  if (since !== undefined && since !== "step") return false;
  return count === undefined || (count.operator === "at-least" && count.value > 0) || count.operator === "greater-than";
};
