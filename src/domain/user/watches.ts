import type { Catalog } from "../catalog/catalog.ts";
import type { CompiledCondition, Dependencies } from "../segment/condition.ts";
import { noDependencies, uniteDependencies } from "../segment/verdict.ts";
import { definitionOf, statusOf } from "./journeys.ts";
import type { Run, UserState } from "./state.ts";

/**
 * What all live runs of a user wait for, taken together. One look at it tells of most events that no run asks about them, and
 * of most instants that nothing is due: what an event costs does not grow with the runs that do not wait for it.
 */
export interface RunsWatch {
  /** What any exit condition depends on, and the first instant (ms) at which one may flip by itself. */
  readonly exits: { readonly dependsOn: Dependencies };
  readonly exitsNext: number | undefined;
  /** The same of the conditions of steps that runs stay on. */
  readonly stays: { readonly dependsOn: Dependencies };
  readonly staysNext: number | undefined;
  /** Does any run stay until a message comes to a status? */
  readonly isOnMessage: boolean;
  /** The first instant at which a stay is over, of whatever run. */
  readonly over: number | undefined;
  /** Does any run stand before a step that it may take? */
  readonly isMovable: boolean;
  /** The first instant at which something of a run is due by itself. */
  readonly next: number | undefined;
}

export interface GoalsWatch {
  readonly dependsOn: Dependencies;
  readonly next: number | undefined;
  /** The first end of a window. */
  readonly until: number | undefined;
}

interface Known<T> {
  readonly catalog: Catalog;
  readonly watch: T;
}

const ofRuns = new WeakMap<UserState["runs"], Known<RunsWatch>>();
const ofGoals = new WeakMap<UserState["goals"], Known<GoalsWatch>>();

/** Kept per record: most events leave the runs as they were. */
export const watchRuns = (runs: UserState["runs"], catalog: Catalog): RunsWatch => {
  const known = ofRuns.get(runs);
  if (known?.catalog === catalog) return known.watch;
  const watch = lookAtRuns(runs, catalog);
  ofRuns.set(runs, { catalog, watch });
  return watch;
};

export const watchGoals = (goals: UserState["goals"], catalog: Catalog): GoalsWatch => {
  const known = ofGoals.get(goals);
  if (known?.catalog === catalog) return known.watch;
  const watch = lookAtGoals(goals, catalog);
  ofGoals.set(goals, { catalog, watch });
  return watch;
};

const lookAtRuns = (runs: UserState["runs"], catalog: Catalog): RunsWatch => {
  const exits = new Set<CompiledCondition>();
  const stays = new Set<CompiledCondition>();
  let exitsNext: number | undefined;
  let staysNext: number | undefined;
  let over: number | undefined;
  let next: number | undefined;
  let [isOnMessage, isMovable] = [false, false];
  for (const id in runs) {
    const run = runs[id];
    if (run === undefined) continue;
    const due = "due" in run.position ? run.position.due : undefined;
    over = earlier(over, due);
    const journey = definitionOf(catalog, run);
    if (journey === undefined) continue; // left where it is until its version comes
    next = earlier(earlier(next, due), run.exitNextChange);
    exitsNext = earlier(exitsNext, run.exitNextChange);
    if (journey.exit !== undefined) exits.add(journey.exit);
    if (run.position.at === "status") isOnMessage = true;
    // A paused journey asks no conditions and takes no steps.
    if (statusOf(catalog, run.journey) !== "live") continue;
    if (run.position.at === "step") isMovable = true;
    if (run.position.at !== "until") continue;
    next = earlier(next, run.position.nextChange);
    staysNext = earlier(staysNext, run.position.nextChange);
    for (const condition of conditionsOfStay(journey.stepConditions, run)) stays.add(condition);
  }
  return { exits: together(exits), exitsNext, stays: together(stays), staysNext, isOnMessage, over, isMovable, next };
};

const conditionsOfStay = (conditions: Readonly<Record<string, CompiledCondition>>, { position }: Run): readonly CompiledCondition[] => {
  const found: CompiledCondition[] = [];
  for (let index = 0; ; index++) {
    const condition = conditions[`${position.step}/${index}`];
    if (condition === undefined) return found;
    found.push(condition);
  }
};

const lookAtGoals = (goals: UserState["goals"], catalog: Catalog): GoalsWatch => {
  const conditions = new Set<CompiledCondition>();
  let next: number | undefined;
  let until: number | undefined;
  for (const goal of goals) {
    until = earlier(until, goal.until);
    const condition = definitionOf(catalog, goal)?.goals.find(({ key }) => key === goal.goal)?.condition;
    if (condition !== undefined) conditions.add(condition);
    if (definitionOf(catalog, goal) !== undefined) next = earlier(next, goal.nextChange);
  }
  return { ...together(conditions), next, until };
};

const together = (conditions: ReadonlySet<CompiledCondition>): { readonly dependsOn: Dependencies } => ({
  dependsOn: conditions.size === 0 ? noDependencies : uniteDependencies([...conditions]),
});

const dues = new WeakMap<Readonly<Record<string, { readonly due?: number }>>, number | null>();

/** The first of what is due in a record of messages or questions, ms. Kept per record. */
export const firstDue = (record: Readonly<Record<string, { readonly due?: number }>>): number | undefined => {
  const known = dues.get(record);
  if (known !== undefined) return known ?? undefined;
  let next: number | undefined;
  for (const id in record) next = earlier(next, record[id]?.due);
  dues.set(record, next ?? null);
  return next;
};

/** Has the instant come? */
export const isOver = (instant: number | undefined, at: number): boolean => instant !== undefined && instant <= at;

const earlier = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined ? b : b === undefined || a <= b ? a : b;
