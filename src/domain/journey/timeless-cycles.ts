import { stepTypeOf, type JourneyDefinition, type StepDefinition } from "./journey.ts";

/**
 * Cycles that a run could go round without time passing, one list of step keys each: the graph without the steps that take
 * at least a minute must have no cycle (docs/semantics.md, Applying one stimulus). A send takes no time: a skipped one passes at once.
 */
export const timelessCycles = (journey: JourneyDefinition): string[][] => {
  const nexts = atOnceAfter(journey);
  const cycles: string[][] = [];
  const done = new Set<string>();
  const trail: string[] = [];
  // Recursion goes as deep as a journey has steps, which its schema bounds.
  const visit = (key: string): void => {
    const at = trail.indexOf(key);
    if (at >= 0) cycles.push(trail.slice(at));
    if (at >= 0 || done.has(key)) return;
    trail.push(key);
    for (const next of nexts.get(key) ?? []) visit(next);
    trail.pop();
    done.add(key);
  };
  for (const key of nexts.keys()) visit(key);
  return cycles;
};

/** The steps that may follow each step in less than a minute; steps that take at least that are left out. */
const atOnceAfter = (journey: JourneyDefinition): ReadonlyMap<string, readonly string[]> => {
  const nexts = new Map<string, readonly string[]>();
  for (const [key, step] of Object.entries(journey.steps)) {
    const type = stepTypeOf(step);
    if (type.takesTime?.(step) === true) continue;
    const atOnce = type.edges(step).flatMap((edge) => (edge.takesTime === true ? [] : [edge.to]));
    nexts.set(key, [...new Set([...atOnce, ...skipped(journey, step)])]);
  }
  return nexts;
};

/** Steps that a run comes to without any wait of at least a minute. */
export const reachedAtOnce = (journey: JourneyDefinition): ReadonlySet<string> => {
  const nexts = atOnceAfter(journey);
  const reached = new Set([journey.start]);
  for (const key of reached) for (const next of nexts.get(key) ?? []) reached.add(next); // a Set's walk meets what is added on the way
  return reached;
};

/** Where a wait for a date that is past leads when it leaves out the next step: that step's own time is not taken then. */
const skipped = (journey: JourneyDefinition, step: StepDefinition): readonly string[] => {
  if (step.type !== "wait" || step.until?.past !== "skip-next" || step.next === undefined) return [];
  const next = Object.hasOwn(journey.steps, step.next) ? journey.steps[step.next] : undefined;
  return next !== undefined && "next" in next && next.next !== undefined ? [next.next] : [];
};
