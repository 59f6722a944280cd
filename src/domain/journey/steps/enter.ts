import * as z from "zod";
import { definitionKey } from "../../definition-key.ts";
import { liquidProperties } from "../liquid-field.ts";
import { printed, printFields } from "../printed.ts";
import type { StepType } from "../step.ts";
import { stepCommon, stepKey } from "../step-fields.ts";

const schema = z.lazy(() =>
  z.strictObject({
    type: z.literal("enter"),
    journey: definitionKey,
    properties: liquidProperties.optional(),
    next: stepKey.optional(),
    ...stepCommon,
  }),
);

/**
 * Starts another journey for this user, by that journey's own rules of entry (audience, frequency, exit): a refusal is
 * recorded and this run goes on all the same. `properties` are `trigger.properties` there.
 */
export const enter: StepType<z.output<typeof schema>> = {
  type: "enter",
  schema,
  edges: (step) => (step.next === undefined ? [] : [{ path: ["next"], to: step.next }]),
  references: (step) => [{ kind: "journey", path: ["journey"], key: step.journey }],
  enter: (step, scope) => {
    const { properties } = step;
    const made = printed(() => (properties === undefined ? {} : { properties: printFields(scope, "properties", properties) }));
    return made.ok
      ? { kind: "go", to: step.next, changes: [{ kind: "enter", journey: step.journey, ...made.value }] }
      : { kind: "go", to: step.next, path: "unprintable", because: { clause: made.reason } };
  },
};
