import type { CompiledJourney } from "../catalog/catalog.ts";
import { hashText } from "../hash.ts";
import { stepTypeOf, type StepDefinition } from "../journey/journey.ts";
import type { MessageWish, StepMove, StepResume, StepScope } from "../journey/step.ts";
import { changeTags } from "./tags.ts";
import { setRun, type Cause, type Draft } from "./draft.ts";
import { timedId } from "./ids.ts";
import { definitionOf, scopeIn } from "./journeys.ts";
import { queueMessage } from "./messages.ts";
import { endRun, placeOf } from "./runs.ts";
import type { Run } from "./state.ts";
import { zoneOf } from "./zone.ts";

/** Takes the step a run has come to. True when it changed something that segments and exits may ask about. */
export const takeStep = (draft: Draft, run: Run, cause: Cause): boolean => {
  const journey = definitionOf(draft.context.catalog, run);
  if (journey === undefined) return false;
  const key = run.position.step;
  const step = stepOf(journey, key);
  if (step === undefined) {
    endRun(draft, run, "missing-step");
    return false;
  }
  const { stepOrder: _old, ...rest } = run;
  const entered: Run = {
    ...rest,
    stepEnteredAt: draft.at,
    ...(cause.event && { stepOrder: cause.order }),
    visits: { ...run.visits, [key]: visitsOf(run, key) + 1 },
  };
  draft.facts.push({ kind: "step-entered", at: draft.at, ...placeOf(run), step: key });
  return carryOut(draft, entered, stepTypeOf(step).enter(step, stepScope(draft, journey, entered)));
};

/** What the run stayed on its step for has come: time, or its message's fate. */
export const resumeRun = (draft: Draft, run: Run, because: StepResume): void => {
  const journey = definitionOf(draft.context.catalog, run);
  const step = journey && stepOf(journey, run.position.step);
  const move = step && stepTypeOf(step).resume?.(step, because);
  if (move !== undefined) carryOut(draft, run, move);
};

/** A step of a journey by key; own fields only, as the key may come from a run of another version. */
export const stepOf = (journey: CompiledJourney, key: string): StepDefinition | undefined =>
  Object.hasOwn(journey.definition.steps, key) ? journey.definition.steps[key] : undefined;

const visitsOf = (run: Run, step: string): number => (Object.hasOwn(run.visits, step) ? (run.visits[step] ?? 0) : 0);

const stepScope = (draft: Draft, journey: CompiledJourney, run: Run): StepScope => ({
  now: draft.at,
  zone: () => zoneOf(draft.state.profile, draft.context.catalog.document.timezone),
  ask: (index) => {
    const condition = journey.stepConditions[`${run.position.step}/${index}`];
    if (condition === undefined)
      throw new Error(`expected condition ${index} of step ${run.position.step} of ${journey.key}@${journey.version} to be compiled`);
    return condition.evaluate(scopeIn(draft, run, "ever"));
  },
});

const carryOut = (draft: Draft, run: Run, move: StepMove): boolean => {
  const step = run.position.step;
  switch (move.kind) {
    case "wait":
      setRun(draft, { ...run, position: { at: "wait", step, since: draft.at, due: move.due } });
      draft.facts.push({ kind: "waiting", at: draft.at, ...placeOf(run), step, until: move.due });
      return false;
    case "send":
      send(draft, run, move.message);
      return false;
    case "end":
      endRun(draft, run, move.reason);
      return false;
    case "go":
      return go(draft, run, move);
  }
};

const go = (draft: Draft, run: Run, move: Extract<StepMove, { kind: "go" }>): boolean => {
  const step = run.position.step;
  const changed = move.tags !== undefined && changeTags(draft, move.tags.add, move.tags.remove);
  draft.facts.push({
    kind: "step-left",
    at: draft.at,
    ...placeOf(run),
    step,
    ...(move.path !== undefined && { path: move.path }),
    ...(move.because && { because: move.because }),
  });
  if (move.to !== undefined) setRun(draft, { ...run, position: { at: "step", step: move.to } });
  else endRun(draft, run, "completed");
  return changed;
};

const send = (draft: Draft, run: Run, wish: MessageWish): void => {
  const step = run.position.step;
  // Made of run, step and visit: deciding the same again makes the same id, so nothing is ever sent twice.
  const id = timedId("m", draft.at, hashText(`${run.id}|${step}|${visitsOf(run, step)}`));
  setRun(draft, { ...run, position: { at: "send", step, message: id } });
  const { topic, transactional, provider } = wish;
  queueMessage(draft, {
    id,
    channel: wish.channel,
    template: wish.template,
    status: "queued",
    createdAt: draft.at,
    attempts: 0,
    run: { id: run.id, journey: run.journey, version: run.version, step },
    ...(topic !== undefined && { topic }),
    ...(transactional !== undefined && { transactional }),
    ...(provider !== undefined && { provider }),
  });
};
