import * as z from "zod";
import type { StepType } from "../step.ts";
import { stepCommon, stepKey } from "../step-fields.ts";

const schema = z.lazy(() =>
  z.strictObject({ type: z.literal("holdout"), percent: z.number().gt(0).max(100), next: stepKey.optional(), ...stepCommon }),
);

/**
 * Holds a share of users out, the same ones for ever: their runs go on like all others, with every message from here on made,
 * counted and withheld, so that goals can be compared. Raising the percentage keeps those already in.
 */
export const holdout: StepType<z.output<typeof schema>> = {
  type: "holdout",
  schema,
  edges: (step) => (step.next === undefined ? [] : [{ path: ["next"], to: step.next }]),
  enter: (step, scope) =>
    scope.sample(`${scope.run.journey}/${scope.run.position.step}`) < step.percent
      ? { kind: "go", to: step.next, path: "held-out", changes: [{ kind: "withhold" }] }
      : { kind: "go", to: step.next, path: "treated", changes: [{ kind: "treat" }] },
};
