import * as z from "zod";
import { addCalendar } from "../../schedule/calendar.ts";
import { durationSchema, parseDuration, type Duration } from "../../schedule/duration.ts";
import type { StepType } from "../step.ts";
import { stepCommon, stepKey } from "../step-fields.ts";

const SHORTEST_MS = 1_000;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** P5Y, in days and in months. */
const LONGEST_MS = 5 * 366 * DAY_MS;
const LONGEST_MONTHS = 60;

const schema = z.strictObject({
  type: z.literal("wait"),
  for: durationSchema.refine(
    (text) => {
      const { months, ms } = lengthOf(text);
      return (months > 0 || ms >= SHORTEST_MS) && months <= LONGEST_MONTHS && ms <= LONGEST_MS;
    },
    { error: "a wait is between PT1S and P5Y" },
  ),
  next: stepKey.optional(),
  ...stepCommon,
});

const lengthOf = (text: string): Duration => parseDuration(text) ?? { months: 0, ms: 0 };

/** Waits for a duration; months and years go by the calendar in the user's zone, a day is 24 h. */
export const wait: StepType<z.output<typeof schema>> = {
  type: "wait",
  schema,
  edges: (step) => (step.next === undefined ? [] : [{ path: ["next"], to: step.next }]),
  takesTime: (step) => lengthOf(step.for).months > 0 || lengthOf(step.for).ms >= MINUTE_MS,
  enter: (step, scope) => ({ kind: "wait", due: dueAt(step.for, scope.now, scope.zone) }),
  resume: (step) => ({ kind: "go", to: step.next }),
  dueAt: (step, since, scope) => dueAt(step.for, since, scope.zone),
};

const dueAt = (text: string, since: number, zone: () => string): number => {
  const { months, ms } = lengthOf(text);
  return (months === 0 ? since : addCalendar(since, months, zone())) + ms;
};
