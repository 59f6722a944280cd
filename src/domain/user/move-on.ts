import { orderOf } from "../event/event.ts";
import { stepTypeOf } from "../journey/journey.ts";
import { updateMemberships, type MembershipChange } from "../segment/members.ts";
import { answerRun, dueAgain, resumeRun, stepOf, takeStep } from "./advance.ts";
import { applyEvent } from "./apply-event.ts";
import { runAskTimers } from "./asks.ts";
import { forgetChanges, setRun, touchedBy, type Cause, type Changes, type Draft } from "./draft.ts";
import { enterAsked, enterByChanges, enterByDate, enterByEvent, enterByInterval, enterByMembership, enterCurrent } from "./entrances.ts";
import { assessExits } from "./exits.ts";
import { assessGoals } from "./goals.ts";
import { reconsiderHeld } from "./held-back.ts";
import { definitionOf, isTouched, statusOf } from "./journeys.ts";
import { noteLate } from "./late.ts";
import { endRun } from "./runs.ts";
import { runMessageTimers } from "./settle.ts";
import type { Run } from "./state.ts";
import { tellUntold, untoldDue } from "./tell-followed.ts";
import { isOver as isDue, watchRuns } from "./watches.ts";
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
export const moveOn = (draft: Draft, first: Cause, occasion: Occasion = {}): void => {
  const budget: Budget = { spent: 0, byRun: new Map() };
  draft.byTime.clear();
  let cause = first;
  let hasEvent = first.event !== null;
  for (let round = 0; ; round++) {
    const isFirst = round === 0;
    const joins = settleMemberships(draft, cause, isFirst);
    assessExits(draft);
    assessGoals(draft);
    movedClocks(draft);
    const changes = takeChanges(draft);
    askAgain(draft, changes, cause);
    if (isFirst) endWaits(draft);
    if (hasEvent && cause.event !== null && cause.enters) enterByEvent(draft, cause.event, cause);
    if (cause.enters) enterByMembership(draft, joins, cause);
    enterByChanges(draft, changes, cause);
    if (isFirst && cause.enters) {
      enterByInterval(draft, cause);
      enterByDate(draft, cause);
    }
    if (isFirst && occasion.enter !== undefined) enterCurrent(draft, occasion.enter, cause);
    enterAsked(draft, cause);
    hasEvent = false;
    // A step that changed state goes back to the memberships; one that emitted an event has it applied before the next step.
    if (!takeSteps(draft, cause, budget) && !hasChanged(draft.changes) && draft.emitted.length === 0 && draft.asked.length === 0) return;
    if (round >= MAX_STEPS) return stopAll(draft, cause);
    // What steps do happens now, whatever moved the run: an old event, a new catalog.
    if (!cause.enters) cause = { ...cause, enters: true };
    const emitted = draft.emitted.shift();
    if (emitted === undefined || !applyEvent(draft, emitted)) continue;
    draft.facts.push({ kind: "emitted", at: draft.at, event: emitted });
    cause = { order: orderOf(emitted), event: emitted, id: emitted.id, enters: true };
    hasEvent = true;
  }
};

/**
 * The rounds of one stimulus are spent: what steps still asked for is dropped, and runs that stand before a step end. What
 * the last step changed still counts for memberships, exits and goals; it starts nothing.
 */
const stopAll = (draft: Draft, cause: Cause): void => {
  draft.emitted.length = 0;
  draft.asked.length = 0;
  for (let run = firstMovable(draft); run !== undefined; run = firstMovable(draft)) endRun(draft, run, "step-limit");
  settleMemberships(draft, cause, false);
  assessExits(draft);
  assessGoals(draft);
  takeChanges(draft);
};

const hasChanged = (changes: Changes): boolean =>
  changes.all || changes.attributes.length > 0 || changes.tags.length > 0 || changes.aspects.length > 0 || changes.messages.length > 0;

/** What has changed since conditions were last asked, now being told to everything that stays. */
const takeChanges = (draft: Draft): Changes => {
  const changes = { ...draft.changes };
  forgetChanges(draft.changes);
  return changes;
};

/** Steps that stay until their conditions, or the message they look at, say something else. An event that is too late to start a journey is too late for a wait. */
const askAgain = (draft: Draft, all: Changes, cause: Cause): void => {
  const changes = cause.enters ? all : { ...all, eventName: undefined };
  const watch = watchRuns(draft.state.runs, draft.context.catalog);
  const isToldOfMessages = watch.isOnMessage && (changes.all || changes.messages.length > 0);
  if (!isToldOfMessages && !isDue(watch.staysNext, draft.at) && !isTouched(watch.stays, changes)) return;
  for (const id in draft.state.runs) {
    const run = draft.state.runs[id];
    if (run === undefined || !mayMove(draft, run)) continue;
    const { position } = run;
    const isAsked =
      position.at === "until"
        ? (position.nextChange !== undefined && position.nextChange <= draft.at) || touchesStep(draft, run, changes)
        : position.at === "status" && (changes.all || changes.messages.includes(position.message));
    if (isAsked) resumeRun(draft, run, { kind: "asked" }, cause);
  }
};

/** Do the changes touch a condition of the step the run stays on? */
const touchesStep = (draft: Draft, run: Run, changes: Changes): boolean => {
  const journey = definitionOf(draft.context.catalog, run);
  if (journey === undefined) return false;
  for (let index = 0; ; index++) {
    const condition = journey.stepConditions[`${run.position.step}/${index}`];
    if (condition === undefined) return false;
    if (isTouched(condition, changes)) return true;
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

/** If the user's zone (or an attribute a wait is read from) changed, waits are due at another instant: counted anew from where they began. */
const movedClocks = (draft: Draft): void => {
  const workspaceZone = draft.context.catalog.document.timezone;
  // A new catalog may say another zone of the workspace.
  const isAnew = draft.changes.all;
  if (!isAnew && draft.before.profile === draft.state.profile) return;
  if (Object.keys(draft.state.runs).length === 0 && Object.keys(draft.state.open).length === 0) return;
  const isMoved = isAnew || zoneOf(draft.state.profile, workspaceZone) !== zoneOf(draft.before.profile, workspaceZone);
  if (isMoved) reconsiderHeld(draft);
  for (const run of Object.values(draft.state.runs)) {
    const { position } = run;
    if (position.at !== "wait" && position.at !== "until" && position.at !== "status") continue;
    const journey = definitionOf(draft.context.catalog, run);
    const step = journey && stepOf(journey, run.position.step);
    const readsChanged =
      step &&
      stepTypeOf(step)
        .dueDependsOn?.(step)
        .some((name) => draft.changes.all || draft.changes.attributes.includes(name));
    if (!isMoved && readsChanged !== true) continue;
    const due = dueAgain(draft, run);
    if (due === undefined || due === position.due) continue;
    if (due <= draft.at) {
      // What it waited for is over, or gone: the step says what then.
      resumeRun(draft, run, { kind: position.at === "wait" ? "asked" : "due" });
      continue;
    }
    setRun(draft, { ...run, position: { ...position, due } });
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
  if (isDue(watchRuns(draft.state.runs, draft.context.catalog).over, draft.at)) endStays(draft);
  runMessageTimers(draft);
  runAskTimers(draft);
  if (isDue(untoldDue(draft.state.meta), draft.at)) tellUntold(draft);
};

const endStays = (draft: Draft): void => {
  for (const id in draft.state.runs) {
    const run = draft.state.runs[id];
    if (run === undefined || !isOver(run, draft.at)) continue;
    const answer = { kind: "failed", reason: "no answer in time" } as const;
    if (run.position.at !== "ask") resumeRun(draft, run, { kind: "due" });
    else if (Object.hasOwn(draft.state.asks, run.position.ask)) answerRun(draft, run.position.ask, answer);
    // A merge had no room for the question.
    else resumeRun(draft, run, { kind: "answer", answer });
    draft.byTime.add(id);
    noteLate(draft, id, dueOf(run) ?? draft.at);
  }
};

const isOver = (run: Run, at: number): boolean => (dueOf(run) ?? Number.MAX_SAFE_INTEGER) <= at;

const dueOf = ({ position }: Run): number | undefined => ("due" in position ? position.due : undefined);

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
  if (!watchRuns(draft.state.runs, draft.context.catalog).isMovable) return undefined;
  for (const id in draft.state.runs) {
    const run = draft.state.runs[id];
    if (run?.position.at === "step" && mayMove(draft, run)) return run;
  }
  return undefined;
};

/** Not while its journey is paused, nor while the catalog at hand does not hold its version. */
const mayMove = (draft: Draft, run: Run): boolean =>
  statusOf(draft.context.catalog, run.journey) === "live" && definitionOf(draft.context.catalog, run) !== undefined;
