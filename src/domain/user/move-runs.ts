import type { CompiledJourney } from "../catalog/catalog.ts";
import { stepTypeOf } from "../journey/journey.ts";
import { dueAgain, stepOf } from "./advance.ts";
import { setRun, type Draft } from "./draft.ts";
import { withExitChange } from "./exits.ts";
import { openGoal } from "./goals.ts";
import { definitionOf } from "./journeys.ts";
import { skipMessage } from "./messages.ts";
import { endRun, placeOf } from "./runs.ts";
import type { OpenGoal, Run } from "./state.ts";

/** Moves runs to the version that was published for them (`inFlight: "move"`), also over versions the user slept through. */
export const moveRuns = (draft: Draft): void => {
  const { catalog } = draft.context;
  for (const run of Object.values(draft.state.runs)) {
    const moveTo = catalog.journeys.get(run.journey)?.moveTo;
    if (moveTo === undefined || run.version >= moveTo) continue;
    const from = definitionOf(catalog, run);
    const to = definitionOf(catalog, { journey: run.journey, version: moveTo });
    // Without both at hand the run stays with its version, which is never wrong.
    if (from !== undefined && to !== undefined) moveRun(draft, run, { from, to });
  }
};

interface Versions {
  readonly from: CompiledJourney;
  readonly to: CompiledJourney;
}

const moveRun = (draft: Draft, run: Run, versions: Versions): void => {
  const { from, to } = versions;
  const { step } = run.position;
  const target = landing(versions, step);
  const moved: Run = { ...withExitChange(run, undefined), version: to.version };
  // The same kind of step: the run stays as it is, and a wait is reckoned from when it began.
  const stays = target === undefined || (target === step && stepOf(from, step)?.type === stepOf(to, step)?.type);
  draft.facts.push({
    kind: "run-moved",
    at: draft.at,
    ...placeOf(moved),
    from: from.version,
    step,
    ...(!stays && { to: target }),
    ...(run.position.at === "step" && { before: true as const }),
  });
  setRun(draft, moved);
  draft.state.goals = [
    ...draft.state.goals.filter((goal) => goal.run !== run.id),
    ...movedGoals(
      draft.state.goals.filter((goal) => goal.run === run.id),
      moved,
      versions,
    ),
  ];
  if (target === undefined) return endRun(draft, moved, "moved-nowhere");
  if (stays) return reckonWait(draft, moved);
  if (moved.position.at === "send") skipMessage(draft, moved.position.message, "moved");
  setRun(draft, { ...moved, position: { at: "step", step: target } });
};

/** Goals that are still open by the new version's word, and those that are new in it; one reached before stays counted. Asked right after. */
const movedGoals = (open: readonly OpenGoal[], run: Run, { from, to }: Versions): readonly OpenGoal[] =>
  to.goals
    .filter(({ key }) => open.some(({ goal }) => goal === key) || !from.goals.some((goal) => goal.key === key))
    .map((goal) => openGoal(run, goal));

const reckonWait = (draft: Draft, run: Run): void => {
  const { position } = run;
  if (position.at !== "wait" && position.at !== "until" && position.at !== "status") return;
  const due = dueAgain(draft, run);
  if (due === undefined || due === position.due) return;
  setRun(draft, { ...run, position: { ...position, due } });
  draft.facts.push({ kind: "waiting", at: draft.at, ...placeOf(run), step: position.step, until: due });
};

/**
 * Where a run that stands on `step` goes on in the new version (docs/semantics.md, Publishing changes): there if it still
 * exists, else at the first of the old successors that does; undefined = none of them is left.
 */
export const landing = ({ from, to }: { readonly from: Defined; readonly to: Defined }, step: string): string | undefined => {
  const seen = new Set<string>();
  for (let at: string | undefined = step; at !== undefined && !seen.has(at); at = successor(from, at)) {
    if (stepOf(to, at) !== undefined) return at;
    seen.add(at);
  }
  return undefined;
};

type Defined = Pick<CompiledJourney, "definition">;

/** The step that follows: its `next`, else its `otherwise`, else the first way out. */
const successor = (journey: Defined, key: string): string | undefined => {
  const step = stepOf(journey, key);
  const edges = step === undefined ? [] : stepTypeOf(step).edges(step);
  return (edges.find(({ path }) => path[0] === "next") ?? edges.find(({ path }) => path[0] === "otherwise") ?? edges[0])?.to;
};
