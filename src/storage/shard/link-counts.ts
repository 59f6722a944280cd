import type { linkCounts } from "../schema.ts";

type Row = typeof linkCounts.$inferSelect;
export type LinkCountRow = Pick<Row, "step" | "template" | "link" | "people" | "clicks" | "machines" | "machine_clicks">;

/** More than any journey's templates have; what many edits left behind beyond it is the least followed. */
const MAX_ROWS = 5_000;

const sums = "sum(people) AS people, sum(clicks) AS clicks, sum(machines) AS machines, sum(machine_clicks) AS machine_clicks";

/** Clicks of a journey's links in one shard, most followed first: of one version, or of all together. */
export const readJourneyLinks = async (
  db: D1Database,
  journey: { readonly workspace: string; readonly key: string; readonly version?: number | undefined },
): Promise<readonly LinkCountRow[]> =>
  (
    await db
      .prepare(
        `SELECT step, template, link, ${sums} FROM link_counts WHERE workspace = ?1 AND journey = ?2 AND (?3 IS NULL OR version = ?3)
         GROUP BY step, template, link ORDER BY 5 DESC, 7 DESC LIMIT ?4`,
      )
      .bind(journey.workspace, journey.key, journey.version ?? null, MAX_ROWS)
      .all<LinkCountRow>()
  ).results;

/** Clicks of a template's links in one shard, whatever sent its messages, most followed first. */
export const readTemplateLinks = async (db: D1Database, workspace: string, template: string): Promise<readonly LinkCountRow[]> =>
  (
    await db
      .prepare(
        `SELECT '' AS step, template, link, ${sums} FROM link_counts WHERE workspace = ?1 AND template = ?2
         GROUP BY template, link ORDER BY 5 DESC, 7 DESC LIMIT ?3`,
      )
      .bind(workspace, template, MAX_ROWS)
      .all<LinkCountRow>()
  ).results;
