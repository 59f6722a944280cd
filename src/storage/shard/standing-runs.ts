/** Runs that stand on a step of a version. */
export interface StandingRuns {
  readonly version: number;
  readonly step: string;
  readonly runs: number;
}

/** Steps read of one journey in one shard: all of several versions. */
const most = 2_000;

/** Runs of versions below one, by the step they stand on, in one shard; from the counts that projections keep, so a few seconds old. */
export const standingRuns = async (
  db: D1Database,
  journey: { readonly workspace: string; readonly key: string; readonly below: number },
): Promise<readonly StandingRuns[]> =>
  (
    await db
      .prepare(
        `SELECT version, step, sum(CASE WHEN metric IN ('entered', 'moved:in') THEN n
           WHEN metric = 'left' OR metric LIKE 'left:%' OR metric LIKE 'ended:%' OR metric = 'moved:out' THEN -n ELSE 0 END) AS runs
         FROM step_counts WHERE workspace = ? AND journey = ? AND version < ? AND step <> ''
         GROUP BY version, step HAVING runs > 0 ORDER BY version, step LIMIT ${most}`,
      )
      .bind(journey.workspace, journey.key, journey.below)
      .all<StandingRuns>()
  ).results;
