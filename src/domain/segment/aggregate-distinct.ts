import { compileKey, compileWhere } from "../filter/compile-filter.ts";
import { hashText, stableText } from "../hash.ts";
import type { UserEvent } from "../event/event.ts";
import { compareMatches, matchOf, type TallyMatch } from "../user/history.ts";
import { type Aggregated, compileValues, type CompiledAggregate } from "./aggregate-total.ts";
import type { ConditionScope, Since, Tally } from "./condition.ts";
import type { Comparison } from "./comparison.ts";
import { compileCount, type Count } from "./count.ts";
import { listKey, noKey, rangeOf, startOf } from "./newest-matches.ts";
import { matchesIn, type TotalList } from "./running-total.ts";

/** A user's values that are told apart by their text: more than a count can ask for. */
const LONGEST_VALUE = 500;

/**
 * How many different values there were: a list with one entry for each value, at the newest event that said it. Of those in a
 * window the newest few decide, as in a count of events. A number equals its canonical text, true is not "true"; objects and
 * lists are no values.
 */
export const compileDistinct = (of: Aggregated, comparison: Comparison): CompiledAggregate => {
  const values = compileValues(of.path);
  const matches = compileWhere(of.where);
  const valuesOf = (event: UserEvent): readonly string[] => {
    const found = new Set<string>();
    values(event, (value) => {
      if (typeof value === "object") return;
      const text = typeof value === "boolean" ? `b${value}` : `v${value}`;
      found.add(text.length <= LONGEST_VALUE ? text : `h${hashText(text)}`);
    });
    return [...found];
  };
  const id = hashText(stableText({ distinct: of.name, where: of.where, path: of.path, keyPath: of.keyPath }));
  const tally: Tally = {
    id,
    name: of.name,
    matches: (event) => matches(event) && valuesOf(event).length > 0,
    key: of.keyPath === undefined ? null : compileKey(of.keyPath),
    file: (event, key, { history }) => {
      const match = matchOf(event);
      const said = valuesOf(event);
      history.addMatch(id, key, { ...match, value: JSON.stringify(said) });
      for (const value of said) noteValue({ history, tally: id, key }, value, match);
    },
  };
  const counts = countsOf(comparison).map((count) => compileCount(count, of.withinMs));
  const limit = Math.max(...counts.map((count) => count.limit));
  const isNegated = comparison.operator === "not-equals";
  return {
    tallies: [tally],
    ask: (scope, since) => {
      const key = listKey(tally, scope);
      const newest =
        key === noKey ? [] : newestValues({ history: scope.history, tally: id, key }, { scope, since, withinMs: of.withinMs }, limit);
      const verdicts = counts.map((count) => count.verdict(newest.slice(0, count.limit)));
      const changes = verdicts.flatMap(({ nextChange }) => nextChange ?? []);
      return {
        value: verdicts.every(({ value }) => value) !== isNegated,
        ...(changes.length > 0 && { nextChange: Math.min(...changes) }),
        found: newest.length,
      };
    },
  };
};

/** The counts that must all hold; of a negative comparison, those of its positive one. */
const countsOf = (comparison: Comparison): readonly Count[] => {
  if (comparison.operator === "between") {
    const [low, high] = comparison.value;
    return [
      { operator: "at-least", value: low },
      { operator: "at-most", value: high },
    ];
  }
  const { operator, value } = comparison;
  return [{ operator: operator === "equals" || operator === "not-equals" ? "exactly" : operator, value }];
};

/** Each value's newest event, by value; and all values in the order of those events. */
const byValue = (tally: string): string => `${tally}-v`;
const byOrder = (tally: string): string => `${tally}-o`;

const noteValue = ({ history, tally, key }: TotalList, value: string, match: TallyMatch): void => {
  const place = `${key?.length ?? "-"}|${key ?? ""}|${value}`;
  const [before] = history.matches(byValue(tally), place, {}, 1);
  if (before !== undefined && compareMatches(before, match) >= 0) return;
  if (before !== undefined) {
    history.removeMatch(byValue(tally), place, before);
    history.removeMatch(byOrder(tally), key, { order: before.order, id: value });
  }
  history.addMatch(byValue(tally), place, match);
  history.addMatch(byOrder(tally), key, { order: match.order, id: value });
};

interface Asked {
  readonly scope: ConditionScope;
  readonly since: Since;
  readonly withinMs: number | undefined;
}

/** The values that count, by their newest event that does, newest first, at most `limit`. */
const newestValues = (list: TotalList, { scope, since, withinMs }: Asked, limit: number): readonly TallyMatch[] => {
  if (limit === 0) return [];
  const start = startOf(scope, since);
  const { after } = rangeOf(withinMs === undefined ? {} : { withinMs }, scope.now, start?.from);
  const settled = start === undefined ? undefined : Math.max(start.settled, after ?? start.settled);
  // A history that ends in the past knows of each value only its newest event since: there the events themselves are read.
  const isCut = list.history.until !== undefined;
  const found = isCut ? [] : list.history.matches(byOrder(list.tally), list.key, afterOnly(settled ?? after), limit);
  if (found.length >= limit || (!isCut && start === undefined)) return found;
  const known = new Set(found.map(({ id }) => id));
  const range = { ...afterOnly(after), ...(!isCut && settled !== undefined && { upTo: settled }) };
  const more: TallyMatch[] = [];
  for (const match of [...matchesIn(list, range)].toReversed()) {
    if (start !== undefined && !start.counts(match)) continue;
    for (const value of JSON.parse(match.value ?? "[]") as readonly string[]) {
      // written by `file` above
      if (known.has(value)) continue;
      known.add(value);
      more.push({ order: match.order, id: value });
    }
  }
  return [...found, ...more].slice(0, limit);
};

const afterOnly = (after: number | undefined): { readonly after?: number } => (after === undefined ? {} : { after });
