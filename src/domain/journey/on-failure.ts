import * as z from "zod";
import type { Because } from "../user/facts.ts";
import type { StepEdge, StepMove } from "./step.ts";
import { stepKey } from "./step-fields.ts";

/** What a step that depends on the outside does when that fails: go on (when left out), end the run, or go to a step. */
export const onFailureField = z.lazy(() => z.union([z.enum(["continue", "exit"]), z.strictObject({ step: stepKey })]).optional());

export type OnFailure = z.output<typeof onFailureField>;

interface Failable {
  readonly onFailure?: OnFailure;
  readonly next?: string | undefined;
}

/** Ways out of a step with `next` and `onFailure`. */
export const failableEdges = ({ next, onFailure }: Failable): readonly StepEdge[] => [
  ...(next === undefined ? [] : [{ path: ["next"], to: next }]),
  ...(typeof onFailure === "object" ? [{ path: ["onFailure", "step"], to: onFailure.step }] : []),
];

/** Where a run goes that failed on the step; `path` is what the statistics call it, `reason` what an ended run says. */
export const failedMove = (
  step: Failable,
  path: string,
  { reason, because }: { readonly reason: string; readonly because?: Because },
): StepMove => {
  const why = because === undefined ? {} : { because };
  if (step.onFailure === "exit") return { kind: "end", reason };
  if (typeof step.onFailure === "object") return { kind: "go", to: step.onFailure.step, path, ...why };
  return { kind: "go", to: step.next, path, ...why };
};
