import * as z from "zod";
import { definitionKey } from "../../definition-key.ts";
import type { StepReference, StepType } from "../step.ts";
import { stepCommon, stepKey } from "../step-fields.ts";

const keys = z.lazy(() => z.array(definitionKey).min(1).max(50));

const schema = z.lazy(() =>
  z
    .strictObject({ type: z.literal("segment"), add: keys.optional(), remove: keys.optional(), next: stepKey.optional(), ...stepCommon })
    .refine((step) => step.add !== undefined || step.remove !== undefined, { error: "a segment step needs `add` or `remove`" }),
);

/** Puts the user into manual segments and takes it out of others; removal wins where a segment is in both lists. */
export const segment: StepType<z.output<typeof schema>> = {
  type: "segment",
  schema,
  edges: (step) => (step.next === undefined ? [] : [{ path: ["next"], to: step.next }]),
  references: (step) =>
    (["add", "remove"] as const).flatMap((list) =>
      (step[list] ?? []).map((key, index): StepReference => ({ kind: "manual-segment", path: [list, index], key })),
    ),
  enter: (step) => ({ kind: "go", to: step.next, changes: [{ kind: "members", add: step.add ?? [], remove: step.remove ?? [] }] }),
};
