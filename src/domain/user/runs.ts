import { dropAsk } from "./asks.ts";
import type { Because } from "./facts.ts";
import { removeRun, type Draft } from "./draft.ts";
import { keepForGoals } from "./goals.ts";
import { dropCopies, skipMessage } from "./messages.ts";
import type { Run } from "./state.ts";

/**
 * Ends a run wherever it stands. A message of it that nobody has claimed yet is dropped with the same reason; one already
 * claimed is at the provider and takes its course.
 */
export const endRun = (draft: Draft, run: Run, reason: string, because?: Because): void => {
  removeRun(draft, run.id);
  keepForGoals(draft, run);
  if (run.position.at === "send") skipMessage(draft, run.position.message, reason);
  // Copies for further devices may still be on their way when their run has gone on.
  if (reason === "exited" || reason === "stopped")
    for (const { of, run: its } of Object.values(draft.state.open))
      if (of !== undefined && its?.id === run.id) dropCopies(draft, of, reason);
  if (run.position.at === "ask") dropAsk(draft, run.position.ask);
  draft.facts.push({
    kind: "run-ended",
    at: draft.at,
    journey: run.journey,
    version: run.version,
    run: run.id,
    step: run.position.step,
    reason,
    ...(because && { because }),
  });
};

/** Where a run stands, as facts name it. */
export const placeOf = (run: Run): { readonly journey: string; readonly version: number; readonly run: string } => ({
  journey: run.journey,
  version: run.version,
  run: run.id,
});
