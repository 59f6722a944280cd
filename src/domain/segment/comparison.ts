import * as z from "zod";
import { compareDecimals, type Decimal, decimalOf, timesCount } from "./decimal.ts";

/** How an aggregate is compared with the definition's value: the operators of filters that are about numbers, and those of counts. */
export const comparisonObjects = <Extra extends z.core.$ZodLooseShape>(extra: Extra) =>
  [
    z.strictObject({
      ...extra,
      operator: z.enum(["equals", "exactly", "not-equals", "greater-than", "at-least", "less-than", "at-most"]),
      value: z.number(),
    }),
    z.strictObject({
      ...extra,
      operator: z.literal("between"),
      value: z.tuple([z.number(), z.number()]).refine(([low, high]) => low <= high, "The first bound must not be greater than the second"),
    }),
  ] as const;

export type Comparison =
  | {
      readonly operator: "equals" | "exactly" | "not-equals" | "greater-than" | "at-least" | "less-than" | "at-most";
      readonly value: number;
    }
  | { readonly operator: "between"; readonly value: readonly [number, number] };

/**
 * Whether a total over `count` holds: sum / count against the value, without dividing. Undefined = there is nothing to
 * compare, which no positive operator is true of.
 */
export const compileComparison = (comparison: Comparison): ((total: Decimal | undefined, count: number) => boolean) => {
  const bounds = (comparison.operator === "between" ? comparison.value : [comparison.value]).map(decimalOf);
  const holds = tests[comparison.operator];
  return (total, count) =>
    total === undefined
      ? comparison.operator === "not-equals"
      : holds(bounds.map((bound) => compareDecimals(total, timesCount(bound, count))));
};

/** Given how the total compares with each bound: negative, 0 or positive. */
const tests: Readonly<Record<Comparison["operator"], (signs: readonly number[]) => boolean>> = {
  equals: ([sign = 0]) => sign === 0,
  exactly: ([sign = 0]) => sign === 0,
  "not-equals": ([sign = 0]) => sign !== 0,
  "greater-than": ([sign = 0]) => sign > 0,
  "at-least": ([sign = 0]) => sign >= 0,
  "less-than": ([sign = 0]) => sign < 0,
  "at-most": ([sign = 0]) => sign <= 0,
  between: ([low = 0, high = 0]) => low >= 0 && high <= 0,
};

/** `at-least 100` */
export const comparisonClause = ({ operator, value }: Comparison): string =>
  `${operator} ${typeof value === "number" ? value : value.join(" and ")}`;
