import * as z from "zod";
import type { StepType } from "../step.ts";
import { stepCommon } from "../step-fields.ts";

const schema = z.lazy(() => z.strictObject({ type: z.literal("exit"), reason: z.string().min(1).max(200).optional(), ...stepCommon }));

/** Ends the run, with a reason of its own or "exit-step". */
export const exit: StepType<z.output<typeof schema>> = {
  type: "exit",
  schema,
  edges: () => [],
  enter: (step) => ({ kind: "end", reason: step.reason ?? "exit-step" }),
};
