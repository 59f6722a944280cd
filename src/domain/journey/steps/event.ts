import * as z from "zod";
import { liquidField, liquidProperties } from "../liquid-field.ts";
import { printed, printFields, printLine } from "../printed.ts";
import type { StepType } from "../step.ts";
import { stepCommon, stepKey } from "../step-fields.ts";

/** As long as the name of an event that a condition asks for. */
const MAX_NAME = 200;

const schema = z.lazy(() =>
  z
    .strictObject({
      type: z.literal("event"),
      /** The event's name; the step's own `name` when left out. */
      event: liquidField(1_000).optional(),
      properties: liquidProperties.optional(),
      next: stepKey.optional(),
      ...stepCommon,
      name: liquidField(MAX_NAME).optional(),
    })
    .refine((step) => step.event !== undefined || step.name !== undefined, {
      path: ["event"],
      error: "an event step needs `event`: the name of the event",
    }),
);

/**
 * Emits a track event about the user. It enters history at this instant, counts for segments, exits and goals, and may start
 * journeys, all before the run takes its next step. Liquid that cannot be printed emits nothing.
 */
export const event: StepType<z.output<typeof schema>> = {
  type: "event",
  schema,
  edges: (step) => (step.next === undefined ? [] : [{ path: ["next"], to: step.next }]),
  enter: (step, scope) => {
    const made = printed(() => ({
      name: printLine(scope, "event", step.event ?? step.name ?? "", MAX_NAME),
      properties: printFields(scope, "properties", step.properties ?? {}),
    }));
    return made.ok
      ? { kind: "go", to: step.next, changes: [{ kind: "event", ...made.value }] }
      : { kind: "go", to: step.next, path: "unprintable", because: { clause: made.reason } };
  },
};
