import { stepTypeOf, type JourneyDefinition } from "./journey.ts";
import { stepIn, type Report } from "./lint-problem.ts";
import { reachedAtOnce, timelessCycles } from "./timeless-cycles.ts";

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
  checkSelfStart(journey, report);
};

/** A run that begins another one of its own journey before a minute is over, which does the same: nothing but the step limit ends that. */
const checkSelfStart = (journey: JourneyDefinition, report: Report): void => {
  const { frequency, trigger } = journey;
  const isBounded = frequency.type !== "every-time" || frequency.oneAtATime === true || frequency.limit !== undefined;
  if (isBounded || ("key" in trigger && trigger.key !== undefined)) return;
  for (const key of reachedAtOnce(journey)) {
    const step = stepIn(journey, key);
    const beginsAgain =
      (step?.type === "enter" && step.journey === journey.key) ||
      (step?.type === "event" && trigger.type === "event" && isNamed(step.event ?? step.name ?? "", trigger.event));
    if (beginsAgain)
      report.warning(["steps", key], "starts this very journey again, without a wait of at least a minute: it may go round for ever");
  }
};

const isNamed = (name: string, asked: string): boolean => (asked.endsWith("*") ? name.startsWith(asked.slice(0, -1)) : name === asked);

/** The step and all that can come after it. */
export const reachedFrom = (journey: JourneyDefinition, start: string): ReadonlySet<string> => {
  const reached = new Set([start]);
  for (const key of reached) {
    const step = stepIn(journey, key);
    if (step !== undefined) for (const edge of stepTypeOf(step).edges(step)) reached.add(edge.to); // a Set's walk meets what is added on the way
  }
  return reached;
};
