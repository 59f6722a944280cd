import { maxCapCount } from "../sending/rules.ts";
import { fittingAsks } from "./asks.ts";
import { mostRuns } from "./enter.ts";
import { counterOf, mergeCounters, withCounter } from "./frequency.ts";
import { MAX_OPEN } from "./goals.ts";
import type { OpenGoal, Run, UserState } from "./state.ts";
import type { Carried } from "./stimulus.ts";

/** What of a user's state goes along in a merge, beside profile and history. */
export type Luggage = Omit<Carried, "wanted" | "consent">;

export interface MergedLuggage {
  readonly merged: Luggage;
  /** Runs that gave way to older ones: of the same journey and key, or where there were more than a user may have. They are not among those of `merged`. */
  readonly losers: readonly Run[];
}

/**
 * What two users were about as one: both users' runs, but of the same journey and key the older one, with their goals, open
 * messages and questions; counters and claims added up. Whatever the sequence, the outcome is the same.
 *
 * @param goSideBySide may runs like this one be several at a time? Then both stay.
 */
export const mergeLuggage = (a: Luggage, b: Luggage, goSideBySide: (run: Run) => boolean): MergedLuggage => {
  const runs: Record<string, Run> = {};
  const losers: Run[] = [];
  const standing = new Map<string, Run>();
  const counts = new Map<string, number>();
  for (const run of [...Object.values(a.runs), ...Object.values(b.runs)].toSorted(olderFirst)) {
    const place = `${run.journey}|${run.key ?? ""}|${run.key === null ? "none" : "key"}`;
    if (standing.has(place) && !goSideBySide(run) && standing.get(place)?.id !== run.id) {
      losers.push(run);
      continue;
    }
    const count = counts.get(run.journey) ?? 0;
    const isKnown = Object.hasOwn(runs, run.id);
    if (!isKnown && count >= mostRuns(run)) {
      losers.push(run);
      continue;
    }
    if (!isKnown) counts.set(run.journey, count + 1);
    standing.set(place, run);
    runs[run.id] = run;
  }
  const dropped = new Set(losers.map(({ id }) => id));
  return {
    merged: {
      runs,
      // By name, so by their runs' beginning: the oldest give way.
      goals: mergeGoals(a.goals, b.goals)
        .filter(({ run }) => !dropped.has(run))
        .slice(-MAX_OPEN),
      entries: Object.entries(b.entries).reduce(
        (all, [name, counter]) => withCounter(all, name, mergeCounters(counterOf(all, name), counter)),
        a.entries,
      ),
      open: { ...a.open, ...b.open },
      asks: fittingAsks(Object.fromEntries(Object.entries({ ...a.asks, ...b.asks }).filter(([, ask]) => !dropped.has(ask.run)))),
      claims: mergeClaims(a.claims, b.claims),
    },
    losers,
  };
};

const olderFirst = (a: Run, b: Run): number => a.enteredAt - b.enteredAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

const goalName = ({ run, goal }: OpenGoal): string => `${run}|${goal}`;

const mergeGoals = (a: readonly OpenGoal[], b: readonly OpenGoal[]): readonly OpenGoal[] =>
  [...new Map([...a, ...b].map((goal) => [goalName(goal), goal])).values()].toSorted((x, y) => (goalName(x) < goalName(y) ? -1 : 1));

/** Both users' sends count for the caps of the one they are now. */
const mergeClaims = (a: UserState["claims"], b: UserState["claims"]): UserState["claims"] => {
  const channels = [...new Set([...Object.keys(a), ...Object.keys(b)])].toSorted();
  return Object.fromEntries(
    channels.map((channel) => [channel, [...(a[channel] ?? []), ...(b[channel] ?? [])].toSorted((x, y) => y - x).slice(0, maxCapCount)]),
  );
};
