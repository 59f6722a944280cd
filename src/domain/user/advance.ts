import type { CompiledJourney } from "../catalog/catalog.ts";
import { hashText } from "../hash.ts";
import { stepTypeOf, type StepDefinition } from "../journey/journey.ts";
import type { MessageWish, StepMove, StepResume, StepScope } from "../journey/step.ts";
import { dropAsk, putAsk } from "./asks.ts";
import { setRun, type Cause, type Draft } from "./draft.ts";
import { timedId } from "./ids.ts";
import { definitionOf, scopeIn } from "./journeys.ts";
import { queueAtBestTime } from "./held-back.ts";
import { messageOf } from "./messages.ts";
import { printerIn } from "./print.ts";
import { endRun, placeOf } from "./runs.ts";
import { sampleOf } from "./sampling.ts";
import type { AskAnswer, Run } from "./state.ts";
import { makeChange } from "./step-changes.ts";
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
  const isByEvent = cause.event !== null && !draft.byTime.has(run.id);
  const type = stepTypeOf(step);
  // It may have been the event at hand that this step waits for: what follows is by it.
  if (type.since === "step") draft.byTime.delete(run.id);
  const entered: Run = {
    ...rest,
    stepEnteredAt: draft.at,
    ...(isByEvent && { stepOrder: cause.order }),
    visits: { ...run.visits, [key]: visitsOf(run, key) + 1 },
  };
  draft.facts.push({ kind: "step-entered", at: draft.at, ...placeOf(run), step: key });
  return carryOut(draft, entered, type.enter(step, stepScope(draft, journey, entered)));
};

/**
 * What the run stayed on its step for has come: time, its message's fate, an answer. True when that changed something
 * segments and exits may ask about. `cause`: the event at hand, where there may be one.
 */
export const resumeRun = (draft: Draft, run: Run, because: StepResume, cause?: Cause): boolean => {
  const journey = definitionOf(draft.context.catalog, run);
  const step = journey && stepOf(journey, run.position.step);
  if (journey === undefined || step === undefined) return false;
  const move = stepTypeOf(step).resume?.(step, because, stepScope(draft, journey, run));
  if (move === undefined) return false;
  if (move.kind !== "restart") return carryOut(draft, run, move);
  const again = beganAnew(draft, run, cause);
  return carryOut(draft, again, stepTypeOf(step).enter(step, stepScope(draft, journey, again)));
};

/** The run as if it came to its step now, by the event at hand; it is the same visit. */
const beganAnew = (draft: Draft, run: Run, cause: Cause | undefined): Run => {
  const { stepOrder: _old, ...rest } = run;
  return {
    ...rest,
    stepEnteredAt: draft.at,
    ...(cause?.event && { stepOrder: cause.order }),
    position: { at: "step", step: run.position.step },
  };
};

/** The outside has answered a question: the run that stays for it goes on; an answer to any other question changes nothing. */
export const answerRun = (draft: Draft, id: string, answer: AskAnswer): void => {
  const ask = Object.hasOwn(draft.state.asks, id) ? draft.state.asks[id] : undefined;
  const run = ask && draft.state.runs[ask.run];
  if (ask === undefined || run?.position.at !== "ask" || run.position.ask !== id) return dropAsk(draft, id);
  // A catalog older than the run knows nothing of its step: the question stays, and is put again.
  if (definitionOf(draft.context.catalog, run) === undefined) return;
  dropAsk(draft, id);
  if (ask.wish.kind === "webhook") tellOfCall(draft, run, answer);
  resumeRun(draft, run, { kind: "answer", answer });
};

const tellOfCall = (draft: Draft, run: Run, answer: AskAnswer): void => {
  draft.facts.push({
    kind: "webhook",
    at: draft.at,
    ...placeOf(run),
    step: run.position.step,
    ...(answer.kind === "webhook" && { status: answer.status }),
    ...("reason" in answer && answer.reason !== undefined && { reason: answer.reason }),
  });
};

/** The run's stay on its step as it would be if it had come there at its `since`, now: another zone, another version. Undefined = it does not wait for an instant. */
export const dueAgain = (draft: Draft, run: Run): number | undefined => {
  const journey = definitionOf(draft.context.catalog, run);
  const step = journey && stepOf(journey, run.position.step);
  if (journey === undefined || step === undefined || !("since" in run.position)) return undefined;
  return stepTypeOf(step).dueAt?.(step, run.position.since, stepScope(draft, journey, run));
};

/** A step of a journey by key; own fields only, as the key may come from a run of another version. */
export const stepOf = (journey: Pick<CompiledJourney, "definition">, key: string): StepDefinition | undefined =>
  Object.hasOwn(journey.definition.steps, key) ? journey.definition.steps[key] : undefined;

const visitsOf = (run: Run, step: string): number => (Object.hasOwn(run.visits, step) ? (run.visits[step] ?? 0) : 0);

const stepScope = (draft: Draft, journey: CompiledJourney, run: Run): StepScope => ({
  now: draft.at,
  zone: () => zoneOf(draft.state.profile, draft.context.catalog.document.timezone),
  ask: (index) => {
    const condition = journey.stepConditions[`${run.position.step}/${index}`];
    if (condition === undefined)
      throw new Error(`expected condition ${index} of step ${run.position.step} of ${journey.key}@${journey.version} to be compiled`);
    return condition.evaluate(scopeIn(draft, run, stepTypeOf(stepAt(journey, run)).since ?? "ever"));
  },
  run,
  state: draft.state,
  history: draft.context.history,
  catalog: draft.context.catalog,
  message: (id) => messageOf(draft, id),
  ...printerIn(draft, run, () => stepAt(journey, run)),
  sample: (salt) => sampleOf(draft.state.profile.samplingId, salt),
});

const stepAt = (journey: CompiledJourney, run: Run): StepDefinition => {
  const step = stepOf(journey, run.position.step);
  if (step === undefined) throw new Error(`expected step ${run.position.step} in ${journey.key}@${journey.version}`);
  return step;
};

const carryOut = (draft: Draft, run: Run, move: StepMove): boolean => {
  const step = run.position.step;
  switch (move.kind) {
    case "wait":
      setRun(draft, { ...run, position: { at: "wait", step, since: draft.at, due: move.due } });
      draft.facts.push({ kind: "waiting", at: draft.at, ...placeOf(run), step, until: move.due });
      return false;
    case "until": {
      const { due, nextChange } = move;
      // Asked and nothing new: no write.
      if (run.position.at === "until" && run.position.due === due && run.position.nextChange === nextChange) return false;
      const since = run.position.at === "until" ? run.position.since : draft.at;
      const position = {
        at: "until" as const,
        step,
        since,
        ...(due !== undefined && { due }),
        ...(nextChange !== undefined && { nextChange }),
      };
      if (run.position.at !== "until" || run.position.due !== due)
        draft.facts.push({ kind: "waiting", at: draft.at, ...placeOf(run), step, ...(due !== undefined && { until: due }) });
      setRun(draft, { ...run, position });
      return false;
    }
    case "status": {
      if (run.position.at === "status" && run.position.message === move.message && run.position.due === move.due) return false;
      const since = run.position.at === "status" ? run.position.since : draft.at;
      if (run.position.at !== "status")
        draft.facts.push({ kind: "waiting", at: draft.at, ...placeOf(run), step, ...(move.due !== undefined && { until: move.due }) });
      setRun(draft, {
        ...run,
        position: { at: "status", step, since, message: move.message, ...(move.due !== undefined && { due: move.due }) },
      });
      return false;
    }
    case "ask":
      if (!putAsk(draft, run, { wish: move.wish, until: move.due }))
        return resumeRun(draft, run, { kind: "answer", answer: { kind: "failed", reason: "too many questions of this user are open" } });
      draft.facts.push({ kind: "waiting", at: draft.at, ...placeOf(run), step, until: move.due });
      return false;
    case "send":
      send(draft, run, move.message);
      return false;
    case "restart":
      throw new Error(`expected step ${step} of ${run.journey} to stay before it begins anew`);
    case "end":
      endRun(draft, run, move.reason, move.because);
      return false;
    case "go":
      return go(draft, run, move);
  }
};

const go = (draft: Draft, run: Run, move: Extract<StepMove, { kind: "go" }>): boolean => {
  const step = run.position.step;
  setRun(draft, move.path === undefined ? run : { ...run, paths: withPath(run.paths ?? [], step, move.path) });
  let changed = false;
  for (const change of move.changes ?? []) if (makeChange(draft, run, change)) changed = true;
  const left = draft.state.runs[run.id] ?? run;
  const arm = armOf(run, left);
  draft.facts.push({
    kind: "step-left",
    at: draft.at,
    ...placeOf(run),
    step,
    ...(move.path !== undefined && { path: move.path }),
    ...(arm && { arm }),
    ...(move.because && { because: move.because }),
  });
  if (move.to !== undefined) setRun(draft, { ...left, position: { at: "step", step: move.to } });
  else endRun(draft, left, "completed");
  return changed;
};

/** The side of a holdout a run has just come to; the first time only, as a journey may pass its holdout in a circle. */
const armOf = (before: Run, after: Run): "held-out" | "treated" | undefined => {
  if (after.withheld !== before.withheld) return "held-out";
  return after.treated !== before.treated ? "treated" : undefined;
};

/** Paths of one run that are kept: more than any report tells apart. */
const MAX_PATHS = 50;

const withPath = (paths: readonly string[], step: string, path: string): readonly string[] =>
  [...paths.filter((taken) => !taken.startsWith(`${step}:`)), `${step}:${path}`].slice(-MAX_PATHS);

const send = (draft: Draft, run: Run, wish: MessageWish): void => {
  const step = run.position.step;
  // Made of run, step and visit: deciding the same again makes the same id, so nothing is ever sent twice.
  const id = timedId("m", draft.at, hashText(`${run.id}|${step}|${visitsOf(run, step)}`));
  const { topic, transactional, provider, to, variant, window, bestTime } = wish;
  setRun(draft, {
    ...run,
    position: { at: "send", step, message: id },
    messages: { ...run.messages, [step]: id },
    // Beside the way out of the step, which is said when the message is settled.
    ...(variant !== undefined && { paths: withPath(run.paths ?? [], `${step}/variant`, variant) }),
  });
  queueAtBestTime(
    draft,
    {
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
      ...(to !== undefined && { to }),
      ...(variant !== undefined && { variant }),
      ...(window !== undefined && { window }),
    },
    bestTime,
  );
};
