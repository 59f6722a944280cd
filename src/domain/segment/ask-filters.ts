import type { CompiledFilter } from "../filter/compile-filter.ts";
import type { Filter } from "../filter/filter-schema.ts";
import type { Moment } from "../filter/operators.ts";
import type { Json } from "../json.ts";
import { zoneOf } from "../user/zone.ts";
import type { CompileContext, ConditionScope, Verdict } from "./condition.ts";

/** Does the truth of a filter depend on the user's zone? */
export const asksZone = (filter: Pick<Filter, "operator">): boolean => filter.operator === "anniversary";

/** Now, in the user's zone where one of the filters asks for it. */
export const momentOf = (scope: ConditionScope, filters: readonly Pick<Filter, "operator">[], context: CompileContext): Moment => ({
  now: scope.now,
  zone: filters.some(asksZone) ? zoneOf(scope.state.profile, context.timezone) : "UTC",
});

/**
 * All filters of one thing, asked now. It may change as soon as one of them does; `because` is the first that fails, or the
 * last. `read` gives the value under a path's first field.
 */
export const askFilters = (filters: readonly CompiledFilter[], read: (field: string) => Json | undefined, moment: Moment): Verdict => {
  let nextChange: number | undefined;
  let failed: CompiledFilter | undefined;
  for (const filter of filters) {
    const under = read(filter.top);
    if (!filter.holds(under, moment)) failed ??= filter;
    const next = filter.nextChange?.(under, moment);
    if (next !== undefined && (nextChange === undefined || next < nextChange)) nextChange = next;
  }
  const told = failed ?? filters.at(-1);
  const value = told?.value(read(told.top));
  return {
    value: failed === undefined,
    ...(nextChange !== undefined && { nextChange }),
    ...(told && { because: { clause: told.clause, ...(value !== undefined && { value }) } }),
  };
};
