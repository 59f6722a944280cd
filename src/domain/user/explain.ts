import type { Catalog, CompiledJourney } from "../catalog/catalog.ts";
import { triggerTypeOf } from "../journey/journey.ts";
import { compileCondition } from "../segment/compile-condition.ts";
import type { ConditionJson, ConditionScope } from "../segment/condition.ts";
import { explainCondition, type Explanation } from "../segment/explain.ts";
import { manualMember } from "../segment/manual-member.ts";
import { adoptTallies } from "../segment/adoption.ts";
import { decide, type DecideContext } from "./decide.ts";
import type { Because } from "./facts.ts";
import { counterKey, counterOf, refusedByFrequency } from "./frequency.ts";
import type { Run, UserState } from "./state.ts";

/** What may be asked about a user without changing anything. `condition`: one that is not saved, already through its schema. */
export type Question =
  | { readonly kind: "segment"; readonly segment: string }
  | { readonly kind: "journey"; readonly journey: string }
  | { readonly kind: "condition"; readonly condition: ConditionJson };

/** Why a user is, or is not, in a segment; instants in ms. */
export interface SegmentExplanation {
  readonly kind: "segment";
  readonly member: boolean;
  readonly since?: number;
  readonly condition: Explanation;
}

/** Where a user stands with a journey, and what would speak against an entry now. */
export interface JourneyExplanation {
  readonly kind: "journey";
  readonly version: number;
  readonly status: CompiledJourney["status"];
  readonly runs: readonly Run[];
  readonly entered: { readonly count: number; readonly lastEnteredAt?: number };
  /** What the frequency says to an entry now; absent = nothing. Of journeys with a key: for runs without one. */
  readonly refusedByFrequency?: string;
  readonly audience?: Explanation;
  /** Already true = not entered. */
  readonly exit?: Explanation;
}

export interface ConditionExplanation {
  readonly kind: "condition";
  readonly value: boolean;
  readonly because?: Because;
}

export type Answer = SegmentExplanation | JourneyExplanation | ConditionExplanation;

/**
 * Answers a question about a user as of now: due timers first, then what is asked, as the next stimulus would find it.
 * Undefined when there is no such definition. The history is written to where a condition's past was not counted yet: the
 * caller takes that back.
 */
export const explainUser = (state: UserState, question: Question, context: DecideContext): Answer | undefined => {
  const present = decide(state, { type: "tick" }, context).state;
  const { catalog } = context;
  switch (question.kind) {
    case "segment":
      return explainSegment(present, question.segment, context);
    case "journey": {
      const journey = catalog.journeys.get(question.journey);
      return journey && explainJourney(present, journey, context);
    }
    case "condition": {
      const compiled = compileCondition(question.condition, { path: "condition", inJourney: false, ...placeIn(catalog) });
      const tallies = new Map([...catalog.tallies, ...compiled.tallies.map((tally) => [tally.id, tally] as const)]);
      const counted = adoptTallies(present, { catalog: { ...catalog, tallies }, history: context.history });
      const { value, because } = compiled.evaluate({ state: counted, history: context.history, now: context.now, since: "ever" });
      return { kind: "condition", value, ...(because && { because }) };
    }
  }
};

const explainSegment = (state: UserState, key: string, { catalog, history, now }: DecideContext): SegmentExplanation | undefined => {
  const definition = catalog.document.segments.find((segment) => segment.key === key);
  if (definition === undefined) return undefined;
  const scope: ConditionScope = { state, history, now, since: "ever" };
  const membership = Object.hasOwn(state.memberships, key) ? state.memberships[key] : undefined;
  const isMember = membership?.member === true;
  return {
    kind: "segment",
    member: isMember,
    ...(isMember && { since: membership.since }),
    condition: definition.kind === "manual" ? explainManual(key, scope) : explain(definition.condition, catalog, scope),
  };
};

const explain = (condition: ConditionJson, catalog: Catalog, scope: ConditionScope): Explanation =>
  explainCondition(condition, { path: "condition", inJourney: false, ...placeIn(catalog) }, scope);

/** What conditions are compiled with, of the workspace. */
const placeIn = ({ document: { timezone, topics = [] } }: Catalog) => ({ timezone, topics });

const explainManual = (key: string, scope: ConditionScope): Explanation => {
  const { value, because } = manualMember(key).evaluate(scope);
  return { clause: because?.clause ?? key, type: "manual", value, ...(because && { because }) };
};

const explainJourney = (state: UserState, journey: CompiledJourney, { catalog, history, now }: DecideContext): JourneyExplanation => {
  const { definition, key, version, status } = journey;
  const counter = counterOf(state.entries, counterKey(key, null));
  const refused = refusedByFrequency(definition.frequency, counter, now);
  const keyPath = triggerTypeOf(definition.trigger).keyPath?.(definition.trigger);
  const options = { inJourney: true, ...placeIn(catalog), ...(keyPath !== undefined && { keyPath }) };
  // The run that would start now.
  const run = { id: "", key: null, enteredAt: now, entryOrder: [now, 0, 0] as const, trigger: null, stepEnteredAt: now };
  const ask = (condition: ConditionJson, path: string, since: "ever" | "entry"): Explanation =>
    explainCondition(condition, { ...options, path }, { state, history, now, run, since });
  return {
    kind: "journey",
    version,
    status,
    runs: Object.values(state.runs).filter((one) => one.journey === key),
    entered: { count: counter.count, ...(counter.count > 0 && { lastEnteredAt: counter.lastEnteredAt }) },
    ...(refused !== undefined && { refusedByFrequency: refused }),
    ...(definition.audience && { audience: ask(definition.audience, "audience", "ever") }),
    ...(definition.exit && { exit: ask(definition.exit, "exit", "entry") }),
  };
};
