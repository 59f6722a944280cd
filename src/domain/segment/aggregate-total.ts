import { compileKey, compileWhere, fieldOf } from "../filter/compile-filter.ts";
import type { Filter } from "../filter/filter-schema.ts";
import { readPath, someAt } from "../filter/path.ts";
import { asNumber } from "../filter/value.ts";
import { hashText, stableText } from "../hash.ts";
import type { UserEvent } from "../event/event.ts";
import type { Json } from "../json.ts";
import { matchOf } from "../user/history.ts";
import { type Comparison, compileComparison } from "./comparison.ts";
import type { ConditionScope, Since, Tally } from "./condition.ts";
import { decimalOf, numberOf } from "./decimal.ts";
import { listKey, noKey, startOf } from "./newest-matches.ts";
import {
  add,
  addToTotals,
  matchesIn,
  nothing,
  readTotal,
  subtract,
  type Total,
  totalAfter,
  type TotalList,
  totalText,
} from "./running-total.ts";

/** What is aggregated: values at a path of certain events, in a window or in all of history. */
export interface Aggregated {
  readonly name: string;
  readonly where: readonly Filter[];
  readonly path: string;
  readonly keyPath: string | undefined;
  readonly withinMs: number | undefined;
}

export interface CompiledAggregate {
  readonly tallies: readonly Tally[];
  readonly ask: (scope: ConditionScope, since: Since) => { readonly value: boolean; readonly nextChange?: number; readonly found?: number };
}

/** Calls `each` with every value at the path of the event. */
export const compileValues = (path: string): ((event: UserEvent, each: (value: Json) => void) => void) => {
  const parts = readPath(path);
  const top = String(parts[0]);
  return (event, each) => {
    someAt(fieldOf(event, top), parts, 1, (value) => {
      each(value);
      return false;
    });
  };
};

/** Departures looked at to find when a sum changes its truth: beyond them it is asked again at the last. */
const MAX_DEPARTURES = 64;

/** Sums and averages, exactly: kept totals that move with the window. */
export const compileTotal = (of: Aggregated, average: boolean, comparison: Comparison): CompiledAggregate => {
  const values = compileValues(of.path);
  const matches = compileWhere(of.where);
  const compare = compileComparison(comparison);
  const totalOf = (event: UserEvent): Total => {
    let total = nothing;
    values(event, (value) => {
      const number = asNumber(value);
      if (number !== undefined) total = add(total, { sum: decimalOf(number), count: 1, negatives: 0 });
    });
    return total.sum.digits < 0n ? { ...total, negatives: 1 } : total;
  };
  const tally: Tally = {
    id: hashText(stableText({ total: of.name, where: of.where, path: of.path, keyPath: of.keyPath })),
    name: of.name,
    matches: (event) => matches(event) && totalOf(event).count > 0,
    key: of.keyPath === undefined ? null : compileKey(of.keyPath),
    file: (event, key, { history, past }) =>
      addToTotals({ history, tally: tally.id, key }, { ...matchOf(event), value: totalText(totalOf(event)) }, past),
  };
  const holds = (total: Total): boolean =>
    average ? compare(total.count === 0 ? undefined : total.sum, total.count) : compare(total.sum, 1);
  // Departures alone never make a sum of what is not negative larger.
  const isSettled = (total: Total, value: boolean): boolean =>
    !average && total.negatives === 0 && (growing.has(comparison.operator) ? !value : shrinking.has(comparison.operator) && value);
  return {
    tallies: [tally],
    ask: (scope, since) => {
      const key = listKey(tally, scope);
      const window = key === noKey ? undefined : windowOf(scope, since, { history: scope.history, tally: tally.id, key }, of.withinMs);
      const total = window?.total ?? nothing;
      const value = holds(total);
      const found = average ? (total.count === 0 ? undefined : numberOf(total.sum) / total.count) : numberOf(total.sum);
      const told = { value, ...(found !== undefined && { found }) };
      if (window === undefined || of.withinMs === undefined || isSettled(total, value)) return told;
      const next = nextFlip(window, of.withinMs, (left) => holds(left) !== value);
      return { ...told, ...(next !== undefined && { nextChange: next }) };
    },
  };
};

const growing: ReadonlySet<string> = new Set(["at-least", "greater-than"]);
const shrinking: ReadonlySet<string> = new Set(["at-most", "less-than"]);

interface Window {
  readonly list: TotalList;
  readonly after: number | undefined;
  readonly total: Total;
  readonly counts: ((match: Parameters<NonNullable<ReturnType<typeof startOf>>["counts"]>[0]) => boolean) | undefined;
}

/** The total of what counts now: the kept one, less what does not count for the run. */
const windowOf = (scope: ConditionScope, since: Since, list: TotalList, withinMs: number | undefined): Window => {
  const start = startOf(scope, since);
  const window = withinMs === undefined ? undefined : scope.now - withinMs;
  const after = start === undefined ? window : Math.max(start.from - 1, window ?? start.from - 1);
  const asker = `${withinMs ?? ""}${start === undefined || scope.run === undefined ? "" : `|${scope.run.id}|${since}`}`;
  let total = totalAfter(list, asker, { after, now: scope.now });
  if (start !== undefined && after !== undefined && start.settled > after)
    for (const match of matchesIn(list, { after, upTo: start.settled }, 8))
      if (!start.counts(match)) total = subtract(total, readTotal(match.value));
  return { list, after, total, counts: start?.counts };
};

/** The first instant at which the departures of the oldest turn the truth; undefined = none does. */
const nextFlip = ({ list, after, total, counts }: Window, withinMs: number, isFlipped: (total: Total) => boolean): number | undefined => {
  let left = total;
  let leaving: number | undefined;
  let seen = 0;
  for (const match of matchesIn(list, { ...(after !== undefined && { after }) }, MAX_DEPARTURES + 1)) {
    const [time] = match.order;
    if (leaving !== undefined && time !== leaving && isFlipped(left)) return leaving + withinMs;
    if (seen++ === MAX_DEPARTURES) return time + withinMs;
    leaving = time;
    if (counts === undefined || counts(match)) left = subtract(left, readTotal(match.value));
  }
  return leaving !== undefined && isFlipped(left) ? leaving + withinMs : undefined;
};
