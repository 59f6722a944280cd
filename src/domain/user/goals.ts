import type { CompiledJourney } from "../catalog/catalog.ts";
import type { CompiledCondition, ConditionScope } from "../segment/condition.ts";
import { type Draft } from "./draft.ts";
import { historyUntil } from "./history-until.ts";
import { definitionOf, isTouched, keepEarlier, scopeIn } from "./journeys.ts";
import type { OpenGoal, Run } from "./state.ts";
import { isOver as isDue, watchGoals } from "./watches.ts";

/** A late event may still tell of a goal reached in time: goals stay open this long after their window. */
const GRACE_MS = 72 * 3_600_000;
/** Goals without a window stay open for ever; beyond this many the oldest are given up. */
export const MAX_OPEN = 500;
/** Characters kept of an ended run's ways, and of what it was entered with: all open goals of a user are one row. */
const MAX_PATH_CHARACTERS = 1_500;
const MAX_PROPERTY_CHARACTERS = 1_000;

/** A goal of a run as it is opened: at entry, or when the run is moved to a version that has it. */
export const openGoal = (run: Run, { key, withinMs }: Pick<CompiledJourney["goals"][number], "key" | "withinMs">): OpenGoal => ({
  run: run.id,
  journey: run.journey,
  version: run.version,
  key: run.key,
  goal: key,
  entryOrder: run.entryOrder,
  enteredAt: run.enteredAt,
  ...(withinMs !== undefined && { until: run.enteredAt + withinMs }),
});

/** Opens a run's goals at its entry; `assessGoals` asks them first right after, as events may have come before it. */
export const openGoals = (draft: Draft, journey: CompiledJourney, run: Run): void => {
  if (journey.goals.length === 0) return;
  const opened = journey.goals.map((goal) => openGoal(run, goal));
  const goals = [...draft.state.goals, ...opened].map((goal) => (goal.run === run.id ? assess(draft, goal) : goal));
  draft.state.goals = goals.filter((goal) => goal !== undefined).slice(-MAX_OPEN);
};

/** As its run ends, a goal takes over what its condition and the statistics may still ask of it. */
export const keepForGoals = (draft: Draft, run: Run): void => {
  if (!draft.state.goals.some((goal) => goal.run === run.id)) return;
  const paths = newestWithin(run.paths ?? [], MAX_PATH_CHARACTERS);
  const { properties } = run;
  const isKept = properties !== undefined && JSON.stringify(properties).length <= MAX_PROPERTY_CHARACTERS;
  const ended: NonNullable<OpenGoal["ended"]> = {
    stepEnteredAt: run.stepEnteredAt,
    ...(run.stepOrder && { stepOrder: run.stepOrder }),
    ...(run.trigger && { trigger: run.trigger.id }),
    ...(isKept && { properties }),
  };
  const kept = {
    ended,
    ...(paths.length > 0 && { paths }),
    ...(run.withheld && { withheld: true as const }),
    ...(run.treated && { treated: true as const }),
  };
  draft.state.goals = draft.state.goals.map((goal) => (goal.run === run.id ? { ...goal, ...kept } : goal));
};

const newestWithin = (paths: readonly string[], characters: number): readonly string[] => {
  let left = characters;
  const first = paths.findLastIndex((path) => (left -= path.length) < 0);
  return first < 0 ? paths : paths.slice(first + 1);
};

/** Counts every open goal that was reached, once per run, also after the run ended; lets go of those whose window is over. */
export const assessGoals = (draft: Draft): void => {
  const { goals } = draft.state;
  if (goals.length === 0) return;
  const watch = watchGoals(goals, draft.context.catalog);
  const isLeft = watch.until !== undefined && draft.at > watch.until + GRACE_MS;
  if (!isLeft && !isDue(watch.next, draft.at) && !isTouched(watch, draft.changes)) return;
  const kept = goals.map((goal) => (isOver(goal, draft.at) ? undefined : isAsked(draft, goal) ? assess(draft, goal) : goal));
  if (kept.some((goal, index) => goal !== goals[index])) draft.state.goals = kept.filter((goal) => goal !== undefined);
};

const isOver = (goal: OpenGoal, at: number): boolean => goal.until !== undefined && at > goal.until + GRACE_MS;

const isAsked = (draft: Draft, goal: OpenGoal): boolean => {
  const condition = conditionOf(draft, goal);
  if (condition === undefined) return false;
  // An instant in the window that nobody looked at (a merge under way): asked once, or the alarm would ring for it for ever.
  if (goal.nextChange !== undefined && goal.nextChange <= draft.at) return true;
  if (goal.until === undefined || draft.at <= goal.until) return isTouched(condition, draft.changes);
  // After the window only an event can bring news, of something that happened within it; a merge brings many at once.
  if (draft.changes.eventName === undefined) return draft.changes.all && asksEventsOnly(condition);
  return isTouched(condition, { ...draft.changes, attributes: [], tags: [], segments: [] });
};

/** What it asks about has a date each, so that it can be asked of any instant; attributes, tags and segments are those of now. */
const asksEventsOnly = ({ dependsOn }: CompiledCondition): boolean =>
  dependsOn.attributes.length + dependsOn.segments.length + dependsOn.tags.length + dependsOn.aspects.length === 0;

const conditionOf = (draft: Draft, goal: OpenGoal) =>
  definitionOf(draft.context.catalog, goal)?.goals.find((candidate) => candidate.key === goal.goal)?.condition;

/** The goal as it stays open; undefined once reached. */
const assess = (draft: Draft, goal: OpenGoal): OpenGoal | undefined => {
  const condition = conditionOf(draft, goal);
  if (condition === undefined) return goal;
  const scope = scopeIn(draft, runOf(draft, goal), "entry");
  const isLate = goal.until !== undefined && goal.until < scope.now;
  const verdict = condition.evaluate(isLate ? { ...scope, now: goal.until, history: historyUntil(scope.history, goal.until) } : scope);
  if (verdict.value) {
    const { paths, withheld, treated } = draft.state.runs[goal.run] ?? goal;
    draft.facts.push({
      kind: "goal",
      at: draft.at,
      journey: goal.journey,
      version: goal.version,
      run: goal.run,
      goal: goal.goal,
      ...(paths && { paths }),
      ...(withheld && { withheld }),
      ...(treated && { treated }),
      ...(verdict.because && { because: verdict.because }),
    });
    return undefined;
  }
  const next = keepEarlier(goal.nextChange, withinWindow(goal, verdict.nextChange), draft.at);
  if (next === goal.nextChange) return goal;
  const { nextChange: _old, ...rest } = goal;
  return next === undefined ? rest : { ...rest, nextChange: next };
};

const withinWindow = (goal: OpenGoal, next: number | undefined): number | undefined =>
  next !== undefined && goal.until !== undefined && next > goal.until ? undefined : next;

/** The run a goal belongs to; of an ended one, what conditions need of it. */
const runOf = (draft: Draft, goal: OpenGoal): NonNullable<ConditionScope["run"]> => {
  const live = draft.state.runs[goal.run];
  if (live !== undefined) return live;
  const { ended } = goal;
  return {
    id: goal.run,
    key: goal.key,
    enteredAt: goal.enteredAt,
    entryOrder: goal.entryOrder,
    // Read only where a condition asks for it.
    get trigger() {
      return ended?.trigger === undefined ? null : (draft.context.history.event(ended.trigger) ?? null);
    },
    stepEnteredAt: ended?.stepEnteredAt ?? goal.enteredAt,
    ...(ended?.stepOrder && { stepOrder: ended.stepOrder }),
    ...(ended?.properties && { properties: ended.properties }),
  };
};
