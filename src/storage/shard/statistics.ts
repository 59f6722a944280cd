import type { stepCounts } from "../schema.ts";

export type CountRow = Pick<typeof stepCounts.$inferSelect, "step" | "metric" | "n">;

/** Counts of a journey in one shard: of one version, or of all together. */
export const readCounts = async (
  db: D1Database,
  journey: { readonly workspace: string; readonly key: string; readonly version?: number | undefined },
): Promise<readonly CountRow[]> =>
  (
    await db
      .prepare(
        "SELECT step, metric, sum(n) AS n FROM step_counts WHERE workspace = ?1 AND journey = ?2 AND (?3 IS NULL OR version = ?3) GROUP BY step, metric",
      )
      .bind(journey.workspace, journey.key, journey.version ?? null)
      .all<CountRow>()
  ).results;

/** Runs of several journeys in one shard: started, ended, by journey. */
export const readTotals = async (
  db: D1Database,
  workspace: string,
  journeys: readonly string[],
): Promise<readonly { readonly journey: string; readonly started: number; readonly ended: number }[]> =>
  (
    await db
      .prepare(
        `SELECT c.journey, sum(iif(c.metric = 'started', c.n, 0)) AS started, sum(iif(c.metric LIKE 'ended:%', c.n, 0)) AS ended
         FROM json_each(?2) j JOIN step_counts c ON c.workspace = ?1 AND c.journey = j.value AND c.step = '' GROUP BY c.journey`,
      )
      .bind(workspace, JSON.stringify(journeys))
      .all<{ journey: string; started: number; ended: number }>()
  ).results;
