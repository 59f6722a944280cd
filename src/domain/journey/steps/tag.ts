import * as z from "zod";
import type { StepType } from "../step.ts";
import { stepCommon, stepKey } from "../step-fields.ts";

const tags = z.lazy(() => z.array(z.string().min(1).max(100)).min(1).max(50));

const schema = z.lazy(() =>
  z
    .strictObject({ type: z.literal("tag"), add: tags.optional(), remove: tags.optional(), next: stepKey.optional(), ...stepCommon })
    .refine((step) => step.add !== undefined || step.remove !== undefined, { error: "a tag step needs `add` or `remove`" }),
);

/** Adds and removes tags of the user; segments and exits are asked again before the next step. */
export const tag: StepType<z.output<typeof schema>> = {
  type: "tag",
  schema,
  edges: (step) => (step.next === undefined ? [] : [{ path: ["next"], to: step.next }]),
  enter: (step) => ({ kind: "go", to: step.next, changes: [{ kind: "tags", add: step.add ?? [], remove: step.remove ?? [] }] }),
};
