import { stepTypeOf, type JourneyDefinition } from "./journey.ts";
import { stepIn, type Report } from "./lint-problem.ts";
import { timelessCycles } from "./timeless-cycles.ts";

/** The graph: missing start and steps, steps that nothing leads to, cycles that a run could go round without time passing. */
export const checkGraph = (journey: JourneyDefinition, report: Report): void => {
  if (stepIn(journey, journey.start) === undefined) return report.error(["start"], `there is no step "${journey.start}"`);
  for (const [key, step] of Object.entries(journey.steps)) {
    for (const edge of stepTypeOf(step).edges(step)) {
      if (stepIn(journey, edge.to) === undefined) report.error(["steps", key, ...edge.path], `there is no step "${edge.to}"`);
    }
  }
  const reached = reachedFrom(journey, journey.start);
  for (const key of Object.keys(journey.steps)) if (!reached.has(key)) report.playableError(["steps", key], "no path leads to this step");
  for (const cycle of timelessCycles(journey)) {
    report.error(["steps", cycle[0] ?? ""], `the steps ${cycle.join(", ")} form a cycle without a wait of at least a minute`);
  }
};

/** The step and all that can come after it. */
export const reachedFrom = (journey: JourneyDefinition, start: string): ReadonlySet<string> => {
  const reached = new Set([start]);
  for (const key of reached) {
    const step = stepIn(journey, key);
    if (step !== undefined) for (const edge of stepTypeOf(step).edges(step)) reached.add(edge.to); // a Set's walk meets what is added on the way
  }
  return reached;
};
