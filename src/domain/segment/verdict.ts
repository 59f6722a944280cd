import type { CompiledCondition, Dependencies, Tally, Verdict } from "./condition.ts";

/** Depends on nothing: the base of a condition's own dependencies. */
export const noDependencies: Dependencies = { events: [], attributes: [], segments: [], tags: [], aspects: [] };

const union = <Field extends keyof Dependencies>(
  conditions: readonly CompiledCondition[],
  field: Field,
): readonly Dependencies[Field][number][] => [
  ...new Set(conditions.flatMap((condition): Dependencies[Field] => condition.dependsOn[field])),
];

/** What any of the conditions depends on. */
export const uniteDependencies = (conditions: readonly CompiledCondition[]): Dependencies => ({
  events: union(conditions, "events"),
  attributes: union(conditions, "attributes"),
  segments: union(conditions, "segments"),
  tags: union(conditions, "tags"),
  aspects: union(conditions, "aspects"),
});

/** The tallies of all the conditions, each once. */
export const uniteTallies = (conditions: readonly Pick<CompiledCondition, "tallies">[]): readonly Tally[] => [
  ...new Map(conditions.flatMap((condition) => condition.tallies).map((tally) => [tally.id, tally])).values(),
];

/** The same verdict with another next change. */
export const withNextChange = (verdict: Verdict, nextChange: number | undefined): Verdict => {
  if (verdict.nextChange === nextChange) return verdict;
  const { nextChange: _dropped, ...rest } = verdict;
  return nextChange === undefined ? rest : { ...rest, nextChange };
};
