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
  const most = start === undefined ? limit : limit + 1;
  const key = tally && listKey(tally, scope);
  if (key === noKey) return [];
  const found = tally === undefined ? scope.history.named(name, range, most) : scope.history.matches(tally.id, key ?? null, range, most);
  return start === undefined ? found : found.filter(start.counts).slice(0, limit);
};

/** Where counting starts inside a journey: events at `from` (ms) or later, of which those that `counts` refuses do not count. */
export interface Start {
  readonly from: number;
  readonly counts: (match: TallyMatch) => boolean;
  /** After this instant (ms) every event counts. */
  readonly settled: number;
}

/** Undefined = the whole history counts. */
export const startOf = ({ run }: ConditionScope, since: Since): Start | undefined => {
  if (run === undefined || since === "ever") return undefined;
  // The trigger never counts for its own run. A flip by time, or a join caused by an event, is told by its order alone.
  const isTrigger = (match: TallyMatch): boolean =>
    run.trigger === null ? compareOrder(match.order, run.entryOrder) === 0 : match.id === run.trigger.id;
  const entry = run.trigger?.time ?? run.entryOrder[0];
  if (since === "entry") return { from: run.entryOrder[0], counts: (match) => !isTrigger(match), settled: entry };
  const { stepOrder } = run;
  return {
    // Where an event brought the run to its step, all that came after it counts, also what came before we had worked on it.
    from: stepOrder === undefined ? run.stepEnteredAt : Math.min(stepOrder[0], run.stepEnteredAt),
    counts: (match) => !isTrigger(match) && (stepOrder === undefined || compareOrder(match.order, stepOrder) > 0),
    settled: Math.max(entry, stepOrder?.[0] ?? entry),
  };
};

/** The range of history that bounds and start leave at an instant. */
export const rangeOf = (bounds: Bounds, now: number, from: number | undefined): HistoryRange => {
  const window = bounds.withinMs === undefined ? bounds.after : now - bounds.withinMs;
  const after = from === undefined ? window : Math.max(from - 1, window ?? from - 1);
  return { ...(after !== undefined && { after }), ...(bounds.upTo !== undefined && { upTo: bounds.upTo }) };
};

/** A keyed condition without a key to match by: it matches nothing. */
export const noKey = Symbol("no key");

/** Under which key of the tally this question is answered. */
export const listKey = (tally: Tally, { run }: ConditionScope): string | null | typeof noKey => {
  if (tally.key === null) return null;
  const key = run === undefined ? undefined : tally.perRun === true ? run.id : run.key;
  return key ?? noKey;
};
