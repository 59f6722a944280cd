import type { JourneySummary } from "../../src/api/journey-view.ts";
import type { Statistics } from "../../src/api/management.ts";
import { readJourneyLinks } from "../../src/storage/shard/link-counts.ts";
import { shardsOf } from "../../src/storage/shard/shards.ts";
import { type CountRow, readCounts, readTotals } from "../../src/storage/shard/statistics.ts";
import type { Env } from "../env.ts";
import { foldGoals } from "./goal-statistics.ts";
import { foldLinks } from "./link-statistics.ts";

/** Counts of a journey over all shards, of one version or of all together. */
export const journeyStatistics = async (
  env: Env,
  workspace: string,
  journey: { readonly key: string; readonly version: number | undefined; readonly goals?: readonly string[] },
): Promise<Statistics> => {
  const [rows, links] = await Promise.all([
    Promise.all(shardsOf(env).map((db) => readCounts(db, { workspace, ...journey }))),
    Promise.all(shardsOf(env).map((db) => readJourneyLinks(db, { workspace, ...journey }))),
  ]);
  const statistics = foldCounts(journey, rows.flat());
  for (const [step, followed] of foldLinks(links.flat())) (statistics.steps[step] ??= nothingOf()).links = [...followed];
  return statistics;
};

/** Runs of several journeys, over all shards and versions. */
export const journeyTotals = async (
  env: Env,
  workspace: string,
  journeys: readonly string[],
): Promise<ReadonlyMap<string, JourneySummary["counts"]>> => {
  const totals = new Map<string, { started: number; ended: number }>();
  for (const { journey, started, ended } of (await Promise.all(shardsOf(env).map((db) => readTotals(db, workspace, journeys)))).flat()) {
    const before = totals.get(journey) ?? { started: 0, ended: 0 };
    totals.set(journey, { started: before.started + started, ended: before.ended + ended });
  }
  return new Map([...totals].map(([key, { started, ended }]) => [key, { started, ended, live: Math.max(0, started - ended) }]));
};

/** Paths and reasons are people's own words: one may be called "constructor", which every ordinary object has already. */
const empty = <T>(): Record<string, T> => Object.create(null) as Record<string, T>;

type StepCounts = Statistics["steps"][string];

const nothingOf = (): StepCounts => ({ entered: 0, left: 0, waiting: 0, ended: empty(), messages: empty(), paths: empty(), links: [] });

/** Puts counts where people look for them. Metrics: migrations/0002_shard.sql. */
export const foldCounts = (
  journey: { readonly key: string; readonly version: number | undefined; readonly goals?: readonly string[] },
  rows: readonly CountRow[],
): Statistics => {
  const statistics: Statistics = {
    journey: journey.key,
    version: journey.version ?? null,
    started: 0,
    live: 0,
    refused: empty(),
    ended: empty(),
    goals: foldGoals(rows, journey.goals ?? []),
    steps: empty(),
  };
  for (const { step, metric, n } of rows) {
    const [name = "", detail = ""] = splitOnce(metric);
    if (step === "") countJourney(statistics, { name, detail, n });
    else countStep((statistics.steps[step] ??= nothingOf()), { name, detail, n });
  }
  statistics.live = Math.max(0, statistics.live + statistics.started - Object.values(statistics.ended).reduce((sum, n) => sum + n, 0));
  for (const counts of Object.values(statistics.steps)) counts.waiting = Math.max(0, counts.waiting + counts.entered - counts.left);
  return statistics;
};

interface Count {
  readonly name: string;
  readonly detail: string;
  readonly n: number;
}

const countJourney = (statistics: Statistics, { name, detail, n }: Count): void => {
  if (name === "started") statistics.started += n;
  else if (name === "refused") add(statistics.refused, detail, n);
  else if (name === "ended") add(statistics.ended, detail, n);
  // Moved to another version: over all of them together it is neither more nor fewer.
  else if (name === "moved") statistics.live += detail === "in" ? n : -n;
};

const countStep = (counts: StepCounts, { name, detail, n }: Count): void => {
  if (name === "entered") counts.entered += n;
  else if (name === "moved") counts.waiting += detail === "in" ? n : -n;
  else if (name === "message") add(counts.messages, detail, n);
  // A run that ended on the step has left it too.
  else if (name === "left" || name === "ended") {
    counts.left += n;
    if (name === "ended") add(counts.ended, detail, n);
    else if (detail !== "") add(counts.paths, detail, n);
  }
};

const add = (counts: Record<string, number>, key: string, n: number): void => {
  counts[key] = (counts[key] ?? 0) + n;
};

/** "left:yes:no" -> ["left", "yes:no"] */
const splitOnce = (metric: string): readonly string[] => {
  const colon = metric.indexOf(":");
  return colon < 0 ? [metric] : [metric.slice(0, colon), metric.slice(colon + 1)];
};
