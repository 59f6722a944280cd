import type { InputProblem } from "../fault.ts";
import type { Channel } from "../message/message.ts";
import { stepTypeOf, triggerTypeOf, type JourneyDefinition, type StepDefinition } from "./journey.ts";
import { timelessCycles } from "./timeless-cycles.ts";

/** What a journey may name, as the workspace has it now. Providers left out are not checked. */
export interface KnownDefinitions {
  readonly templates: ReadonlyMap<string, { readonly channel: Channel }>;
  readonly segments: ReadonlySet<string>;
  readonly providers?: ReadonlyMap<string, { readonly channel: Channel }>;
}

type Place = readonly (string | number)[];
type Report = (place: Place, message: string) => void;

/**
 * Everything wrong with a journey that its schema cannot see: the graph (missing start and steps, unreachable steps, cycles
 * without a wait of at least a minute) and what it names. Empty = it may be published.
 */
export const lintJourney = (journey: JourneyDefinition, known: KnownDefinitions): InputProblem[] => {
  const problems: InputProblem[] = [];
  const report: Report = (place, message) => problems.push({ path: dotted(place), message });
  checkGraph(journey, report);
  checkFrequency(journey, report);
  checkReferences(journey, known, report);
  return problems;
};

/** `steps.remind.paths[0].next`, as other problems are named. */
const dotted = (place: Place): string =>
  place.map((part, index) => (typeof part === "number" ? `[${part}]` : index === 0 ? part : `.${part}`)).join("");

const stepOf = (journey: JourneyDefinition, key: string): StepDefinition | undefined =>
  Object.hasOwn(journey.steps, key) ? journey.steps[key] : undefined;

const checkGraph = (journey: JourneyDefinition, report: Report): void => {
  if (stepOf(journey, journey.start) === undefined) return report(["start"], `there is no step "${journey.start}"`);
  for (const [key, step] of Object.entries(journey.steps)) {
    for (const edge of stepTypeOf(step).edges(step)) {
      if (stepOf(journey, edge.to) === undefined) report(["steps", key, ...edge.path], `there is no step "${edge.to}"`);
    }
  }
  const reached = reachable(journey);
  for (const key of Object.keys(journey.steps)) if (!reached.has(key)) report(["steps", key], "no path leads to this step");
  for (const cycle of timelessCycles(journey)) {
    report(["steps", cycle[0] ?? ""], `the steps ${cycle.join(", ")} form a cycle without a wait of at least a minute`);
  }
};

const reachable = (journey: JourneyDefinition): Set<string> => {
  const reached = new Set([journey.start]);
  for (const key of reached) {
    const step = stepOf(journey, key);
    if (step !== undefined) for (const edge of stepTypeOf(step).edges(step)) reached.add(edge.to); // a Set's walk meets what is added on the way
  }
  return reached;
};

const checkFrequency = (journey: JourneyDefinition, report: Report): void => {
  const { trigger, frequency } = journey;
  if (trigger.type === "segment" || ("key" in trigger && trigger.key !== undefined) || trigger.onRetrigger !== "restart") return;
  if (frequency.type === "every-time" && frequency.oneAtATime !== true) {
    report(["trigger", "onRetrigger"], 'runs side by side are not started over: set "oneAtATime", a key, or another frequency');
  }
};

const checkReferences = (journey: JourneyDefinition, known: KnownDefinitions, report: Report): void => {
  for (const reference of triggerTypeOf(journey.trigger).references?.(journey.trigger) ?? []) {
    const { kind, key, path } = reference;
    // A journey may be published before the one whose messages start it.
    const isKnown = kind === "segment" ? known.segments.has(key) : kind === "journey" || known.templates.has(key);
    if (!isKnown) report(["trigger", ...path], `there is no ${kind} "${key}"`);
  }
  checkSegments(journey.audience, ["audience"], known, report);
  checkSegments(journey.exit, ["exit"], known, report);
  for (const [index, goal] of (journey.goals ?? []).entries()) checkSegments(goal.condition, ["goals", index, "condition"], known, report);
  for (const [key, step] of Object.entries(journey.steps)) {
    const type = stepTypeOf(step);
    for (const { path, condition } of type.conditions?.(step) ?? []) checkSegments(condition, ["steps", key, ...path], known, report);
    for (const { kind, path, key: named, channel } of type.references?.(step) ?? []) {
      if (kind === "manual-segment" && !known.segments.has(named)) report(["steps", key, ...path], `there is no segment "${named}"`);
      if (kind !== "template" && kind !== "provider") continue;
      const found = kind === "template" ? known.templates.get(named) : known.providers?.get(named);
      if (found === undefined && (kind === "template" || known.providers !== undefined))
        report(["steps", key, ...path], `there is no ${kind} "${named}"`);
      else if (found !== undefined && found.channel !== channel)
        report(["steps", key, ...path], `${kind} "${named}" is for ${found.channel}, the step sends by ${channel}`);
    }
  }
};

/** Segments a condition names anywhere inside; conditions are plain JSON, so a walk needs to know no other type. */
const checkSegments = (condition: unknown, place: Place, known: KnownDefinitions, report: Report): void => {
  if (typeof condition !== "object" || condition === null) return;
  if ("type" in condition && condition.type === "segment" && "segment" in condition && typeof condition.segment === "string") {
    if (!known.segments.has(condition.segment)) report([...place, "segment"], `there is no segment "${condition.segment}"`);
    return;
  }
  if ("condition" in condition) checkSegments(condition.condition, [...place, "condition"], known, report);
  if ("conditions" in condition && Array.isArray(condition.conditions)) {
    for (const [index, nested] of condition.conditions.entries()) checkSegments(nested, [...place, "conditions", index], known, report);
  }
};
