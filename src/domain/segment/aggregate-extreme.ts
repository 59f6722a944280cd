import { compileKey, compileWhere } from "../filter/compile-filter.ts";
import { asNumber } from "../filter/value.ts";
import { hashText, stableText } from "../hash.ts";
import { type Aggregated, compileValues, type CompiledAggregate } from "./aggregate-total.ts";
import { combine } from "./combine.ts";
import type { Comparison } from "./comparison.ts";
import type { CompiledCondition, Since, Tally } from "./condition.ts";
import { compileCount } from "./count.ts";
import { newestMatches } from "./newest-matches.ts";
import { noDependencies } from "./verdict.ts";

type Bound = "at-least" | "greater-than" | "at-most" | "less-than";

const compare: Readonly<Record<Bound, (value: number, bound: number) => boolean>> = {
  "at-least": (value, bound) => value >= bound,
  "greater-than": (value, bound) => value > bound,
  "at-most": (value, bound) => value <= bound,
  "less-than": (value, bound) => value < bound,
};

/**
 * The largest and the smallest value without keeping either: the largest is at least v where some event has a value of at
 * least v. So each comparison is made of counts of events that say such a value, which know when they change.
 */
export const compileExtreme = (of: Aggregated, extreme: "min" | "max", comparison: Comparison): CompiledAggregate => {
  const values = compileValues(of.path);
  const matches = compileWhere(of.where);
  const some = (bound?: Bound, wanted = 0): CompiledCondition => {
    const tally: Tally = {
      id: hashText(stableText({ some: of.name, where: of.where, path: of.path, keyPath: of.keyPath, bound, wanted })),
      name: of.name,
      matches: (event) => {
        let isFound = false;
        values(event, (value) => {
          const number = asNumber(value);
          if (number !== undefined && (bound === undefined || compare[bound](number, wanted))) isFound = true;
        });
        return isFound && matches(event);
      },
      key: of.keyPath === undefined ? null : compileKey(of.keyPath),
    };
    return exists(tally, of.withinMs);
  };
  // Of the smallest everything is mirrored.
  const [reaches, passes]: readonly [Bound, Bound] = extreme === "max" ? ["at-least", "greater-than"] : ["at-most", "less-than"];
  const isReached = (wanted: number): CompiledCondition => some(reaches, wanted);
  const isPassed = (wanted: number): CompiledCondition => some(passes, wanted);
  const any = (): CompiledCondition => some();
  const all = (...parts: readonly CompiledCondition[]): CompiledCondition => combine(parts, false);
  const equals = (wanted: number): CompiledCondition => all(isReached(wanted), negate(isPassed(wanted)));
  const made = ((): CompiledCondition => {
    if (comparison.operator === "between") {
      const [low, high] = comparison.value;
      const [near, far] = extreme === "max" ? [low, high] : [high, low];
      return all(isReached(near), negate(isPassed(far)));
    }
    const { operator, value } = comparison;
    if (operator === "not-equals") return negate(equals(value));
    if (operator === "equals" || operator === "exactly") return equals(value);
    if (operator === reaches) return isReached(value);
    if (operator === passes) return isPassed(value);
    // What is left looks the other way: there is a value, and none goes beyond the bound.
    return all(any(), negate(operator === "at-least" || operator === "at-most" ? isPassed(value) : isReached(value)));
  })();
  return {
    tallies: made.tallies,
    ask: (scope, since: Since) => {
      const { value, nextChange } = made.evaluate({ ...scope, since });
      return { value, ...(nextChange !== undefined && { nextChange }) };
    },
  };
};

const exists = (tally: Tally, withinMs: number | undefined): CompiledCondition => {
  const count = compileCount({ operator: "at-least", value: 1 }, withinMs);
  const bounds = withinMs === undefined ? {} : { withinMs };
  return {
    dependsOn: noDependencies,
    tallies: [tally],
    evaluate: (scope) => {
      const matches = newestMatches({ scope, since: scope.since, bounds, tally, name: tally.name, limit: count.limit });
      const { value, nextChange } = count.verdict(matches);
      return { value, ...(nextChange !== undefined && { nextChange }) };
    },
  };
};

const negate = (condition: CompiledCondition): CompiledCondition => ({
  ...condition,
  evaluate: (scope) => {
    const verdict = condition.evaluate(scope);
    return { ...verdict, value: !verdict.value };
  },
});
