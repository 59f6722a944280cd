import { setRun, type Draft } from "./draft.ts";
import { definitionOf, isTouched, keepEarlier, scopeIn } from "./journeys.ts";
import { endRun } from "./runs.ts";
import type { Run } from "./state.ts";
import { isOver, watchRuns } from "./watches.ts";

/** Ends every live run whose exit condition has become true: by what changed, or by time alone. */
export const assessExits = (draft: Draft): void => {
  const { exits, exitsNext } = watchRuns(draft.state.runs, draft.context.catalog);
  if (!isOver(exitsNext, draft.at) && !isTouched(exits, draft.changes)) return;
  for (const id in draft.state.runs) {
    const run = draft.state.runs[id];
    if (run !== undefined) assessExit(draft, run);
  }
};

/** True when the run has just been ended. `asked` asks even where nothing it depends on changed. */
export const assessExit = (draft: Draft, run: Run, asked = false): boolean => {
  const exit = definitionOf(draft.context.catalog, run)?.exit;
  if (exit === undefined) return false;
  const isDue = run.exitNextChange !== undefined && run.exitNextChange <= draft.at;
  if (!asked && !isDue && !isTouched(exit, draft.changes)) return false;
  const verdict = exit.evaluate(scopeIn(draft, run, "entry"));
  if (verdict.value) {
    endRun(draft, run, "exited", verdict.because);
    return true;
  }
  const next = keepEarlier(run.exitNextChange, verdict.nextChange, draft.at);
  if (next !== run.exitNextChange) setRun(draft, withExitChange(run, next));
  return false;
};

/** The run with the next instant at which its exit may flip by time. */
export const withExitChange = (run: Run, next: number | undefined): Run => {
  const { exitNextChange: _old, ...rest } = run;
  return next === undefined ? rest : { ...rest, exitNextChange: next };
};
