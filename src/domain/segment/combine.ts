import type { CompiledCondition, ConditionScope, Verdict } from "./condition.ts";
import { uniteReaches } from "./reach.ts";
import { uniteDependencies, uniteTallies, withNextChange } from "./verdict.ts";

/**
 * `and` (decided by the first false) and `or` (decided by the first true) in one.
 *
 * When it next may change: undecided, as soon as any part changes, so the earliest. Decided, only when every deciding part
 * has turned, so the latest of theirs, and never if one of them never turns by itself.
 */
export const combine = (conditions: readonly CompiledCondition[], decidedBy: boolean): CompiledCondition => ({
  dependsOn: uniteDependencies(conditions),
  tallies: uniteTallies(conditions),
  reaches: uniteReaches(conditions),
  evaluate: (scope) => ask(conditions, decidedBy, scope),
});

const ask = (conditions: readonly CompiledCondition[], decidedBy: boolean, scope: ConditionScope): Verdict => {
  let earliest: number | undefined;
  let latest: number | undefined;
  let decided: Verdict | undefined;
  let last: Verdict = { value: !decidedBy };
  for (const condition of conditions) {
    const verdict = condition.evaluate(scope);
    if (verdict.value === decidedBy) {
      // Nothing but an event can turn this part, so nothing else can turn the whole.
      if (verdict.nextChange === undefined) return verdict;
      decided ??= verdict;
      latest = latest === undefined ? verdict.nextChange : Math.max(latest, verdict.nextChange);
    } else if (decided === undefined) {
      last = verdict;
      if (verdict.nextChange !== undefined) earliest = earliest === undefined ? verdict.nextChange : Math.min(earliest, verdict.nextChange);
    }
  }
  return decided === undefined ? withNextChange(last, earliest) : withNextChange(decided, latest);
};
