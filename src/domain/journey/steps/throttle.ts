import * as z from "zod";
import { windowDurationSchema, windowMs } from "../../schedule/duration.ts";
import { liquidField } from "../liquid-field.ts";
import { printed, printLine } from "../printed.ts";
import type { StepMove, StepScope, StepType } from "../step.ts";
import { stepCommon, stepKey } from "../step-fields.ts";

const SECOND_MS = 1_000;
const DAY_MS = 86_400 * SECOND_MS;
/** Passes of one user are kept one by one in the state; those of a workspace in an object of their own. */
const MOST_PER_USER = 50;
const MOST_PER_WORKSPACE = 10_000;
/** A place is used at its own instant or not at all, so the answer must be here by then; one that came late is asked for again with more time. */
const LONGEST_LEAD_MS = 60 * SECOND_MS;

const schema = z.lazy(() =>
  z
    .strictObject({
      type: z.literal("throttle"),
      /** Steps that print the same key share a limit; left out: this step of this journey alone. */
      key: liquidField(1_000).optional(),
      count: z.int().min(1).max(MOST_PER_WORKSPACE),
      per: windowDurationSchema,
      scope: z.enum(["user", "workspace"]).optional(),
      otherwise: z.union([z.literal("queue"), z.strictObject({ step: stepKey })]).optional(),
      next: stepKey.optional(),
      ...stepCommon,
    })
    .refine((step) => step.scope === "workspace" || step.count <= MOST_PER_USER, {
      path: ["count"],
      error: `per user at most ${MOST_PER_USER}`,
    }),
);
type Throttle = z.output<typeof schema>;

/**
 * Lets at most `count` runs pass in any window of length `per`: of this user (when left out) or of the whole workspace.
 * Others wait until a place is free, in the order they came, or take the step named in `otherwise`.
 */
export const throttle: StepType<Throttle> = {
  type: "throttle",
  schema,
  edges: (step) => [
    ...(step.next === undefined ? [] : [{ path: ["next"], to: step.next }]),
    ...(typeof step.otherwise === "object" ? [{ path: ["otherwise", "step"], to: step.otherwise.step }] : []),
  ],
  enter: (step, scope) => take(step, scope, SECOND_MS),
  resume: (step, cause, scope) => {
    if (step.scope !== "workspace") return take(step, scope, SECOND_MS);
    if (cause.kind !== "answer") return passed(step);
    const { answer } = cause;
    if (answer.kind !== "throttle") return elsewhere(step, "unanswered", answer.kind === "failed" ? answer.reason : "no answer");
    if (!answer.admitted) return elsewhere(step, "full", `${step.count} in ${step.per} already`);
    const at = answer.at ?? scope.now;
    if (at > scope.now) return { kind: "wait", due: at };
    if (at === scope.now) return passed(step);
    const tookMs = scope.now - ("since" in scope.run.position ? scope.run.position.since : scope.now);
    return take(step, scope, Math.min(Math.max(2 * tookMs, SECOND_MS), LONGEST_LEAD_MS));
  },
};

const passed = (step: Throttle): StepMove => ({ kind: "go", to: step.next, path: "passed" });

/** Where a run goes that got no place: a queue has none, there it goes on. */
const elsewhere = (step: Throttle, path: string, clause: string): StepMove => ({
  kind: "go",
  to: typeof step.otherwise === "object" ? step.otherwise.step : step.next,
  path,
  because: { clause },
});

const take = (step: Throttle, scope: StepScope, leadMs: number): StepMove => {
  const { key } = step;
  const name = printed(() => (key === undefined ? `${scope.run.journey}/${scope.run.position.step}` : printLine(scope, "key", key, 200)));
  if (!name.ok) return elsewhere(step, "unprintable", name.reason);
  const perMs = windowMs(step.per);
  const queue = typeof step.otherwise !== "object";
  if (step.scope !== "workspace") return takeOfUser(step, scope, { name: name.value, perMs });
  // The limiter is asked for as long as it does not answer; a day later the run goes on without.
  const wish = { kind: "throttle" as const, name: name.value, count: step.count, perMs, queue, leadMs };
  return { kind: "ask", wish, due: scope.now + DAY_MS };
};

/** Counters of throttles stand beside those of entries; no journey's key begins with a colon. */
const counterOfThrottle = (name: string): string => `:throttle|${name}`;

const takeOfUser = (step: Throttle, scope: StepScope, { name, perMs }: { readonly name: string; readonly perMs: number }): StepMove => {
  const counter = counterOfThrottle(name);
  const { entries } = scope.state;
  const recent = Object.hasOwn(entries, counter) ? (entries[counter]?.recent ?? []) : [];
  // The place taken `count` passes ago is free again once the window has left it behind.
  const last = recent[step.count - 1];
  if (last === undefined || last + perMs <= scope.now)
    return { kind: "go", to: step.next, path: "passed", changes: [{ kind: "passed", name: counter, keep: MOST_PER_USER }] };
  if (typeof step.otherwise === "object") return elsewhere(step, "full", `${step.count} in ${step.per} already`);
  return { kind: "wait", due: last + perMs };
};
