import type { Because } from "../user/facts.ts";
import { compileCondition, type CompileOptions } from "./compile-condition.ts";
import type { ConditionJson, ConditionScope } from "./condition.ts";
import { nestedConditions } from "./nested.ts";

/** What one clause of a condition says of a user now, and what its parts say. */
export interface Explanation {
  /** The clause in words: `plan equals "pro"`, `all of 3`. */
  readonly clause: string;
  readonly type: string;
  readonly value: boolean;
  /** First instant (ms) at which it may change by itself. */
  readonly nextChange?: number;
  /** The clause and the value that decided. */
  readonly because?: Because;
  /** In the order of the definition. */
  readonly parts?: readonly Explanation[];
}

/**
 * Every clause of a condition with its answer, for "which clause decided". Asks what `evaluate` asks, so its cost is that of
 * the condition; `scope.history` must have the condition's tallies counted (a published condition's are).
 */
export const explainCondition = (condition: ConditionJson, options: CompileOptions, scope: ConditionScope): Explanation => {
  const { value, nextChange, because } = compileCondition(condition, options).evaluate(scope);
  const parts = nestedConditions(condition).map((nested) =>
    explainCondition(nested.condition, { ...options, path: `${options.path}.${nested.path}` }, scope),
  );
  return {
    clause: clauseOf(condition, parts.length, because),
    type: condition.type,
    value,
    ...(nextChange !== undefined && { nextChange }),
    ...(because && { because }),
    ...(parts.length > 0 && { parts }),
  };
};

const groups: Readonly<Record<string, (parts: number) => string>> = {
  and: (parts) => `all of ${parts}`,
  or: (parts) => `any of ${parts}`,
  not: () => "not",
};

const clauseOf = ({ type }: ConditionJson, parts: number, because: Because | undefined): string =>
  groups[type]?.(parts) ?? because?.clause ?? type;
