import type { GoalStatistics } from "../../src/api/management.ts";
import { difference } from "../../src/domain/statistics/proportions.ts";
import type { CountRow } from "../../src/storage/shard/statistics.ts";

/** Texts are people's own words: one may be called "constructor", which every ordinary object has already. */
const empty = <T>(): Record<string, T> => Object.create(null) as Record<string, T>;

type Reached = Omit<GoalStatistics["holdout"], "rate">;

/** What counts say of one goal before shares are made of them. */
interface Tally {
  reached: number;
  readonly arms: { heldOut: number; treated: number };
  readonly paths: Record<string, number>;
  readonly variants: Record<string, number>;
}

/**
 * Goals of a journey among its runs, by key: those named and all that were reached. Metrics: migrations/0002_shard.sql.
 * @param goals keys of goals that are shown though nobody reached them
 */
export const foldGoals = (rows: readonly CountRow[], goals: readonly string[]): Record<string, GoalStatistics> => {
  const counts = countsOf(rows);
  const tallies = empty<Tally>();
  const tallyOf = (goal: string): Tally =>
    (tallies[goal] ??= { reached: 0, arms: { heldOut: 0, treated: 0 }, paths: empty(), variants: empty() });
  for (const goal of goals) tallyOf(goal);
  for (const { step, metric, n } of rows) {
    const [, kind = "", goal = "", path = ""] = /^(goal|goal-held-out|goal-treated|goal-variant):([^:]*):?(.*)$/s.exec(metric) ?? [];
    if (kind === "") continue;
    const tally = tallyOf(goal);
    if (kind === "goal-variant") add(tally.variants, `${step}:${path}`, n);
    else if (step !== "") add(tally.paths, `${step}:${path}`, n);
    else if (kind === "goal-held-out") tally.arms.heldOut += n;
    else if (kind === "goal-treated") tally.arms.treated += n;
    else tally.reached += n;
  }
  const found = empty<GoalStatistics>();
  for (const goal of Object.keys(tallies)) found[goal] = statisticsOf(tallyOf(goal), counts);
  return found;
};

/** How many runs there were of each kind: what goals are shares of. */
interface RunCounts {
  readonly all: number;
  readonly heldOut: number;
  readonly treated: number;
  /** By "<step>:<path>" and "<step>:<variant>". */
  readonly byPath: Readonly<Record<string, number>>;
  readonly byVariant: Readonly<Record<string, number>>;
}

const countsOf = (rows: readonly CountRow[]): RunCounts => {
  const byPath = empty<number>();
  const byVariant = empty<number>();
  const whole = empty<number>();
  for (const { step, metric, n } of rows) {
    if (step === "") add(whole, metric, n);
    else if (metric.startsWith("left:")) add(byPath, `${step}:${metric.slice("left:".length)}`, n);
    const made = /^variant:(.*):made$/s.exec(metric)?.[1];
    if (made !== undefined) add(byVariant, `${step}:${made}`, n);
  }
  return {
    all: (whole["started"] ?? 0) + (whole["moved:in"] ?? 0) - (whole["moved:out"] ?? 0),
    heldOut: whole["arm:held-out"] ?? 0,
    treated: whole["arm:treated"] ?? 0,
    byPath,
    byVariant,
  };
};

const statisticsOf = (tally: Tally, counts: RunCounts): GoalStatistics => {
  const holdout = shareOf({ runs: counts.heldOut, reached: tally.arms.heldOut });
  const treated = shareOf({ runs: counts.treated, reached: tally.arms.treated });
  const compared = difference({ hits: treated.reached, of: treated.runs }, { hits: holdout.reached, of: holdout.runs });
  const each = (runs: Readonly<Record<string, number>>, reached: Readonly<Record<string, number>>): GoalStatistics["byPath"] => {
    const shares = empty<GoalStatistics["holdout"]>();
    for (const name of Object.keys(reached)) shares[name] = shareOf({ runs: runs[name] ?? 0, reached: reached[name] ?? 0 });
    return shares;
  };
  return {
    ...shareOf({ runs: counts.all, reached: tally.reached }),
    byPath: each(counts.byPath, withAll(tally.paths, counts.byPath)),
    byVariant: each(counts.byVariant, withAll(tally.variants, counts.byVariant)),
    holdout,
    treated,
    lift: compared?.lift ?? null,
    interval: compared === undefined ? null : [compared.interval.low, compared.interval.high],
  };
};

/** Ways that led no run to the goal are shown too. */
const withAll = (reached: Readonly<Record<string, number>>, runs: Readonly<Record<string, number>>): Record<string, number> => {
  const all = empty<number>();
  for (const name of [...Object.keys(runs), ...Object.keys(reached)]) all[name] = reached[name] ?? 0;
  return all;
};

/** Counts of different facts may be projected at different instants: there are never fewer runs than reached the goal. */
const shareOf = ({ runs, reached }: Reached): GoalStatistics["holdout"] => {
  const of = Math.max(runs, reached);
  return { runs: of, reached, rate: of === 0 ? null : reached / of };
};

const add = (counts: Record<string, number>, key: string, n: number): void => {
  counts[key] = (counts[key] ?? 0) + n;
};
