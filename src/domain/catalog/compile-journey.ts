import { stepTypeOf, triggerTypeOf } from "../journey/journey.ts";
import { compileCondition, type CompileOptions } from "../segment/compile-condition.ts";
import type { CompiledCondition, ConditionJson } from "../segment/condition.ts";
import { uniteTallies } from "../segment/verdict.ts";
import { windowMs } from "../schedule/duration.ts";
import type { CatalogDocument, CompiledJourney, PublishedJourney } from "./catalog.ts";

/**
 * Makes one version of a journey ready to run. References to segments are not checked here: a version that runs are pinned
 * to must compile though a segment it names is gone (nobody is in that segment).
 * `workspace`: its zone and topics. Throws Fault `bad-definition` where a condition cannot stand.
 */
export const compileJourney = (published: PublishedJourney, workspace: Pick<CatalogDocument, "timezone" | "topics">): CompiledJourney => {
  const { timezone, topics = [] } = workspace;
  const { definition, version, status } = published;
  const triggerType = triggerTypeOf(definition.trigger);
  const keyPath = triggerType.keyPath?.(definition.trigger);
  const options: Omit<CompileOptions, "path"> = { inJourney: true, timezone, topics, ...(keyPath !== undefined && { keyPath }) };
  const compiled: CompiledCondition[] = [];
  const compile = (condition: ConditionJson, path: string): CompiledCondition => {
    const made = compileCondition(condition, { ...options, path });
    compiled.push(made);
    return made;
  };
  const audience = definition.audience && compile(definition.audience, "audience");
  const exit = definition.exit && compile(definition.exit, "exit");
  const goals = (definition.goals ?? []).map((goal, index) => ({
    key: goal.key,
    withinMs: goal.within === undefined ? undefined : windowMs(goal.within),
    condition: compile(goal.condition, `goals.${index}.condition`),
  }));
  const stepConditions: Record<string, CompiledCondition> = {};
  for (const [key, step] of Object.entries(definition.steps))
    for (const [index, { condition, path }] of (stepTypeOf(step).conditions?.(step) ?? []).entries())
      stepConditions[`${key}/${index}`] = compile(condition as ConditionJson, ["steps", key, ...path].join(".")); // step schemas let only conditions through
  const looks = Object.values(definition.steps).flatMap((step) => stepTypeOf(step).looksAt?.(step) ?? []);
  return {
    key: definition.key,
    version,
    status,
    definition,
    moveTo: published.moveTo,
    since: published.since ?? 0,
    resumed: published.resumed,
    trigger: triggerType.compile(definition.trigger),
    audience,
    exit,
    goals,
    stepConditions,
    looks: looks.map(({ reach }) => reach),
    tallies: uniteTallies([...compiled, { tallies: looks }]),
  };
};

/** Every condition of a journey. */
export const conditionsOf = (journey: CompiledJourney): readonly CompiledCondition[] => [
  ...(journey.audience ? [journey.audience] : []),
  ...(journey.exit ? [journey.exit] : []),
  ...journey.goals.map((goal) => goal.condition),
  ...Object.values(journey.stepConditions),
];
