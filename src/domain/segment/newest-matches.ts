import { compareOrder } from "../event/event.ts";
import type { HistoryRange, TallyMatch } from "../user/history.ts";
import type { ConditionScope, Since, Tally } from "./condition.ts";

/** Which part of history an event condition counts: a rolling window, or fixed instants (ms, `after` excluded, `upTo` included). */
export interface Bounds {
  readonly withinMs?: number;
  readonly after?: number;
  readonly upTo?: number;
}

export interface MatchQuestion {
  readonly scope: ConditionScope;
  readonly since: Since;
  readonly bounds: Bounds;
  /** Absent: every event of the exact `name` matches. */
  readonly tally: Tally | undefined;
  readonly name: string;
  readonly limit: number;
}

/** The newest matches that count, newest first, at most `limit`. Reads at most one row more (the trigger, which does not count). */
export const newestMatches = ({ scope, since, bounds, tally, name, limit }: MatchQuestion): readonly TallyMatch[] => {
  if (limit === 0) return [];
  const start = startOf(scope, since);
  const range = rangeOf(bounds, scope.now, start?.from);
  const found = read(scope, { tally, name, range, limit: start === undefined ? limit : limit + 1 });
  return start === undefined ? found : found.filter(start.counts).slice(0, limit);
};

/** Where counting starts inside a journey: events at `from` (ms) or later, of which those that `counts` refuses do not count. */
interface Start {
  readonly from: number;
  readonly counts: (match: TallyMatch) => boolean;
}

const startOf = ({ run }: ConditionScope, since: Since): Start | undefined => {
  if (run === undefined || since === "ever") return undefined;
  // The trigger never counts for its own run. A flip by time, or a join caused by an event, is told by its order alone.
  const isTrigger = (match: TallyMatch): boolean =>
    run.trigger === null ? compareOrder(match.order, run.entryOrder) === 0 : match.id === run.trigger.id;
  if (since === "entry") return { from: run.entryOrder[0], counts: (match) => !isTrigger(match) };
  const { stepOrder } = run;
  return {
    from: run.stepEnteredAt,
    counts: (match) => !isTrigger(match) && (stepOrder === undefined || compareOrder(match.order, stepOrder) > 0),
  };
};

const rangeOf = (bounds: Bounds, now: number, from: number | undefined): HistoryRange => {
  const window = bounds.withinMs === undefined ? bounds.after : now - bounds.withinMs;
  const after = from === undefined ? window : Math.max(from - 1, window ?? from - 1);
  return { ...(after !== undefined && { after }), ...(bounds.upTo !== undefined && { upTo: bounds.upTo }) };
};

const read = (
  { history, run }: ConditionScope,
  {
    tally,
    name,
    range,
    limit,
  }: { readonly tally: Tally | undefined; readonly name: string; readonly range: HistoryRange; readonly limit: number },
): readonly TallyMatch[] => {
  if (tally === undefined) return history.named(name, range, limit);
  if (tally.key === null) return history.matches(tally.id, null, range, limit);
  // A keyed condition without a key to match by matches nothing.
  return run === undefined || run.key === null ? [] : history.matches(tally.id, run.key, range, limit);
};
