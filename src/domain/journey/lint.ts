import type { JourneyDefinition } from "./journey.ts";
import { checkConditions } from "./lint-conditions.ts";
import { checkGraph } from "./lint-graph.ts";
import { collect, type KnownDefinitions, type LintProblem, type Report } from "./lint-problem.ts";
import { checkReferences } from "./lint-references.ts";
import { checkSending } from "./lint-sending.ts";
import { checkWaits } from "./lint-waits.ts";

/**
 * Everything wrong with a journey that its schema cannot see: the graph, what it names, conditions that contradict each
 * other, waits that never end, marketing that nobody can refuse. Without errors it may be published.
 */
export const lintJourney = (journey: JourneyDefinition, known: KnownDefinitions): readonly LintProblem[] => {
  const { problems, report } = collect();
  checkGraph(journey, report);
  checkFrequency(journey, report);
  checkReferences(journey, known, report);
  checkConditions(journey, report);
  checkWaits(journey, known, report);
  checkSending(journey, known, report);
  return problems;
};

const checkFrequency = (journey: JourneyDefinition, report: Report): void => {
  const { trigger, frequency } = journey;
  if (trigger.type === "segment" || ("key" in trigger && trigger.key !== undefined) || trigger.onRetrigger !== "restart") return;
  if (frequency.type === "every-time" && frequency.oneAtATime !== true) {
    report.error(["trigger", "onRetrigger"], 'runs side by side are not started over: set "oneAtATime", a key, or another frequency');
  }
};
