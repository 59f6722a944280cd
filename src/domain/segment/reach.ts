import type { CompiledCondition, Reach } from "./condition.ts";

/** How far back a condition looks, by name; for ever where it does not say. */
export const reachesOf = ({ reaches, dependsOn }: CompiledCondition): readonly Reach[] =>
  reaches ?? dependsOn.events.map((name) => ({ name, since: "ever" as const }));

/** Of several conditions that are asked as one. */
export const uniteReaches = (conditions: readonly CompiledCondition[]): readonly Reach[] => conditions.flatMap(reachesOf);
