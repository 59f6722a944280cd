import * as z from "zod";
import { conditionSchema } from "../../segment/conditions/all.ts";
import type { StepType } from "../step.ts";
import { stepCommon, stepKey } from "../step-fields.ts";

const schema = z.lazy(() =>
  z.strictObject({
    type: z.literal("branch"),
    paths: z
      .array(z.strictObject({ name: z.string().min(1).max(200).optional(), condition: conditionSchema, next: stepKey }))
      .min(1)
      .max(50),
    otherwise: stepKey.optional(),
    ...stepCommon,
  }),
);

/** Takes the first path whose condition is true, else `otherwise`; without that the run is complete. */
export const branch: StepType<z.output<typeof schema>> = {
  type: "branch",
  schema,
  edges: (step) => [
    ...step.paths.map((path, index) => ({ path: ["paths", index, "next"], to: path.next })),
    ...(step.otherwise === undefined ? [] : [{ path: ["otherwise"], to: step.otherwise }]),
  ],
  conditions: (step) => step.paths.map((path, index) => ({ path: ["paths", index, "condition"], condition: path.condition })),
  enter: (step, scope) => {
    for (const [index, path] of step.paths.entries()) {
      const verdict = scope.ask(index);
      if (verdict.value) {
        return { kind: "go", to: path.next, path: path.name ?? String(index), ...(verdict.because && { because: verdict.because }) };
      }
    }
    return { kind: "go", to: step.otherwise, path: "otherwise" };
  },
};
