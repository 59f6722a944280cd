import { updateMemberships, type MembershipChange } from "../segment/members.ts";
import { resumeRun, stepOf, takeStep } from "./advance.ts";
import { forgetChanges, setRun, touchedBy, type Cause, type Draft } from "./draft.ts";
import { stepTypeOf } from "../journey/journey.ts";
import { enterByEvent, enterByInterval, enterByMembership, enterCurrent } from "./entrances.ts";
import { assessExits } from "./exits.ts";
import { assessGoals } from "./goals.ts";
import { definitionOf, statusOf } from "./journeys.ts";
import { endRun } from "./runs.ts";
import { runMessageTimers } from "./settle.ts";
import type { Run } from "./state.ts";
import { zoneOf } from "./zone.ts";

/** Per stimulus: steps of one run, and of all (docs/semantics.md, Applying one stimulus). */
const MAX_STEPS_PER_RUN = 100;
const MAX_STEPS = 1_000;

/** What else this instant asks for. */
export interface Occasion {
  /** Journeys that take in their present members. */
  readonly enter?: readonly string[];
}

/**
 * Lets everything follow from what has changed, at the draft's instant: memberships, exits, goals, waits, entries, then steps
 * until each run waits or ends; a step that changes state goes back to the memberships first.
 */
export const moveOn = (draft: Draft, cause: Cause, occasion: Occasion = {}): void => {
  const budget: Budget = { spent: 0, byRun: new Map() };
  for (let isFirst = true; ; isFirst = false) {
    const joins = settleMemberships(draft, cause, isFirst);
    assessExits(draft);
    assessGoals(draft);
    if (isFirst) movedClocks(draft);
    forgetChanges(draft.changes);
    if (isFirst) endWaits(draft);
    if (isFirst && cause.event !== null && cause.enters) enterByEvent(draft, cause.event, cause);
    if (cause.enters) enterByMembership(draft, joins, cause);
    if (isFirst && cause.enters) enterByInterval(draft, cause);
    if (isFirst && occasion.enter !== undefined) enterCurrent(draft, occasion.enter, cause);
    if (!takeSteps(draft, cause, budget)) return;
  }
};

const settleMemberships = (draft: Draft, cause: Cause, withTimers: boolean): readonly MembershipChange[] => {
  const { memberships, changes } = updateMemberships(draft.state, touchedBy(draft.changes, withTimers ? draft.at : undefined), {
    catalog: draft.context.catalog,
    history: draft.context.history,
    now: draft.at,
  });
  draft.state.memberships = memberships;
  for (const change of changes) {
    draft.changes.segments.push(change.segment);
    draft.facts.push({
      kind: change.member ? "segment-entered" : "segment-left",
      at: draft.at,
      segment: change.segment,
      ...(change.because && { because: change.because }),
      ...(!cause.enters && { silent: true }),
    });
  }
  return changes;
};

/** If the user's zone changed, calendar waits are due at another instant: counted anew from where they began. */
const movedClocks = (draft: Draft): void => {
  const workspaceZone = draft.context.catalog.document.timezone;
  if (draft.before.profile === draft.state.profile || Object.keys(draft.state.runs).length === 0) return;
  const zone = zoneOf(draft.state.profile, workspaceZone);
  if (zone === zoneOf(draft.before.profile, workspaceZone)) return;
  for (const run of Object.values(draft.state.runs)) {
    if (run.position.at !== "wait") continue;
    const journey = definitionOf(draft.context.catalog, run);
    const step = journey && stepOf(journey, run.position.step);
    const due = step && stepTypeOf(step).dueAt?.(step, run.position.since, zone);
    if (due === undefined || due === run.position.due) continue;
    setRun(draft, { ...run, position: { ...run.position, due } });
    draft.facts.push({
      kind: "waiting",
      at: draft.at,
      journey: run.journey,
      version: run.version,
      run: run.id,
      step: run.position.step,
      until: due,
    });
  }
};

/** Waits that are over, and messages whose instant has come. A paused journey's wait ends too: the run is held before its next step. */
const endWaits = (draft: Draft): void => {
  for (const id in draft.state.runs) {
    const run = draft.state.runs[id];
    if (run?.position.at === "wait" && run.position.due <= draft.at) resumeRun(draft, run, { kind: "due" });
  }
  runMessageTimers(draft);
};

interface Budget {
  spent: number;
  readonly byRun: Map<string, number>;
}

/** Takes steps until none can be taken (false), or one changed state (true). */
const takeSteps = (draft: Draft, cause: Cause, budget: Budget): boolean => {
  for (let run = firstMovable(draft); run !== undefined; run = firstMovable(draft)) {
    const taken = budget.byRun.get(run.id) ?? 0;
    if (taken >= MAX_STEPS_PER_RUN || budget.spent >= MAX_STEPS) {
      endRun(draft, run, "step-limit");
      continue;
    }
    budget.spent++;
    budget.byRun.set(run.id, taken + 1);
    if (takeStep(draft, run, cause)) return true;
  }
  return false;
};

/** The oldest run that stands before a step it may take. */
const firstMovable = (draft: Draft): Run | undefined => {
  const { catalog } = draft.context;
  for (const id in draft.state.runs) {
    const run = draft.state.runs[id];
    if (run?.position.at === "step" && statusOf(catalog, run.journey) === "live" && definitionOf(catalog, run) !== undefined) return run;
  }
  return undefined;
};
