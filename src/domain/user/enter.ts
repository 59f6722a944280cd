import type { CompiledJourney } from "../catalog/catalog.ts";
import { hashText } from "../hash.ts";
import type { JsonObject } from "../json.ts";
import { windowMs } from "../schedule/duration.ts";
import type { CompiledCondition, Verdict } from "../segment/condition.ts";
import type { Because } from "./facts.ts";
import { setRun, type Cause, type Draft } from "./draft.ts";
import { withExitChange } from "./exits.ts";
import { countEntry, counterKey, counterOf, refusedByFrequency, withCounter } from "./frequency.ts";
import { openGoals } from "./goals.ts";
import { timedId } from "./ids.ts";
import { scopeIn } from "./journeys.ts";
import { limits } from "./limits.ts";
import { endRun } from "./runs.ts";
import type { Run } from "./state.ts";

/** Runs of one journey a user may be in side by side. */
const MAX_SIDE_BY_SIDE = 100;

/** Live runs of one journey a user may be in: side by side, or over all values of its key. */
export const mostRuns = (run: Pick<Run, "key">): number => (run.key === null ? MAX_SIDE_BY_SIDE : limits.keyedRuns);

/** Runs of all journeys that may keep whatever started them, and the characters of that from then on: all of them are in memory together. */
const MANY_RUNS = 200;
const MAX_STARTED_BY = 8_000_000;

/** What asks for a run: the journey's own trigger, or a call, a step, a schedule by the journey's name. */
export interface Entrance {
  readonly journey: CompiledJourney;
  readonly key: string | null;
  readonly because?: Because;
  /** What came with a call, or says what the trigger saw where that was no event. */
  readonly properties?: JsonObject;
}

/** Starts a run, or records why not: the reason, undefined when a run began. A stopped journey's own trigger is not even asked. */
export const tryEnter = (draft: Draft, entrance: Entrance, cause: Cause): string | undefined => {
  const { journey, key } = entrance;
  const refuse = (reason: string, because?: Because): string => refuseEntry(draft, journey, reason, because);
  if (journey.status === "stopped") return "stopped";
  if (journey.status === "paused") return refuse("paused");
  if (hasKey(journey) && key === null) return refuse("no-key");
  const live = liveRuns(draft, journey.key, key);
  const restarted = live.length > 0 && journey.definition.trigger.onRetrigger === "restart" ? live : [];
  if (restarted.length === 0 && live.length >= allowedLive(journey, key))
    return refuse(live.length === 1 ? "already-in-run" : "too-many-runs");
  if (key !== null && live.length === 0 && countLive(draft, journey.key) >= limits.keyedRuns) return refuse("too-many-runs");
  const at = counterKey(journey.key, key);
  const counter = counterOf(draft.state.entries, at);
  const byFrequency = restarted.length > 0 ? undefined : refusedByFrequency(journey.definition.frequency, counter, draft.at);
  if (byFrequency !== undefined) return refuse(byFrequency);
  const run = newRun(draft, entrance, cause, counter.count + startedNow(draft, journey.key));
  if (restarted.length === 0 && !hasRoom(draft, run)) return refuse("too-many-runs");
  const audience = ask(draft, journey.audience, run, "ever");
  if (audience?.value === false) return refuse("audience", audience.because);
  const exit = ask(draft, journey.exit, run, "entry");
  if (exit?.value === true) return refuse("exit-already-true", exit.because);
  for (const old of restarted) startOver(draft, old);
  if (restarted.length === 0)
    draft.state.entries = withCounter(draft.state.entries, at, countEntry(counter, draft.at, nextInterval(journey, draft.at)));
  setRun(draft, withExitChange(run, exit?.nextChange));
  draft.facts.push({
    kind: "run-started",
    at: draft.at,
    journey: run.journey,
    version: run.version,
    run: run.id,
    key,
    ...(entrance.because && { because: entrance.because }),
  });
  openGoals(draft, journey, run);
  return undefined;
};

/** Records that the user was not entered, and why; answers the reason. */
export const refuseEntry = (
  draft: Draft,
  journey: { readonly key: string; readonly version: number },
  reason: string,
  because?: Because,
): string => {
  const { key, version } = journey;
  draft.facts.push({ kind: "run-refused", at: draft.at, journey: key, version, reason, ...(because && { because }) });
  return reason;
};

const hasKey = ({ trigger }: CompiledJourney): boolean => (trigger.kind === "event" || trigger.kind === "api") && trigger.key !== undefined;

const ask = (draft: Draft, condition: CompiledCondition | undefined, run: Run, since: "ever" | "entry"): Verdict | undefined =>
  condition?.evaluate(scopeIn(draft, run, since));

const liveRuns = (draft: Draft, journey: string, key: string | null): readonly Run[] => {
  const found: Run[] = [];
  for (const id in draft.state.runs) {
    const run = draft.state.runs[id];
    if (run?.journey === journey && run.key === key) found.push(run);
  }
  return found;
};

const countLive = (draft: Draft, journey: string): number => {
  let count = 0;
  for (const id in draft.state.runs) if (draft.state.runs[id]?.journey === journey) count++;
  return count;
};

/** Only an every-time journey without a key and not one at a time, on anything but a segment, lets runs go side by side. */
const allowedLive = (journey: CompiledJourney, key: string | null): number =>
  isSideBySide(journey) && key === null ? MAX_SIDE_BY_SIDE : 1;

export const isSideBySide = (journey: CompiledJourney): boolean => {
  const { frequency } = journey.definition;
  return journey.trigger.kind !== "segment" && frequency.type === "every-time" && frequency.oneAtATime !== true;
};

/** Is there room for one more run in memory, beside those of all journeys? */
const hasRoom = (draft: Draft, run: Run): boolean => {
  const runs = Object.values(draft.state.runs);
  return runs.length < MANY_RUNS || runs.reduce((sum, live) => sum + startedBy(live), startedBy(run)) <= MAX_STARTED_BY;
};

const sizes = new WeakMap<object, number>();

/** Characters of what started a run; counted once. */
const startedBy = ({ trigger, properties }: Run): number => {
  const by = trigger ?? properties;
  if (by === undefined) return 0;
  const size = sizes.get(by) ?? JSON.stringify(by).length;
  sizes.set(by, size);
  return size;
};

/** Runs of the journey that began at this very instant: tells apart what a restart does not count, and is the same whether the alarm was late or not. */
const startedNow = (draft: Draft, journey: string): number =>
  draft.facts.filter((fact) => fact.kind === "run-started" && fact.at === draft.at && fact.journey === journey).length;

const newRun = (draft: Draft, { journey, key, properties }: Entrance, cause: Cause, salt: number): Run => {
  const { workspace, user } = draft.state;
  return {
    id: timedId("r", draft.at, hashText(`${workspace}|${user}|${journey.key}|${key ?? ""}|${cause.id}|${salt}`)),
    journey: journey.key,
    version: journey.version,
    key,
    enteredAt: draft.at,
    entryOrder: cause.order,
    // Nothing else has an event of its own: what made it true may as well have been time.
    trigger: journey.trigger.kind === "event" ? cause.event : null,
    position: { at: "step", step: journey.definition.start },
    stepEnteredAt: draft.at,
    ...(cause.event && { stepOrder: cause.order }),
    visits: {},
    ...(properties && { properties }),
  };
};

/** `onRetrigger: "restart"`: the old run gives way to the new one, and so do its goals; it is the same entry, so nothing is counted. */
const startOver = (draft: Draft, old: Run): void => {
  endRun(draft, old, "restarted");
  draft.state.goals = draft.state.goals.filter((goal) => goal.run !== old.id);
};

/** When an interval journey on a segment asks again whether the user is still in it. */
export const nextInterval = (journey: CompiledJourney, now: number): number | undefined => {
  const { frequency } = journey.definition;
  return frequency.type === "interval" && journey.trigger.kind === "segment" ? now + windowMs(frequency.every) : undefined;
};
