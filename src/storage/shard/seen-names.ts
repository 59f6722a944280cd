import type { SeenKind } from "../../domain/event/seen.ts";
import type { seenNames } from "../schema.ts";
import { jsonRows } from "./json-rows.ts";

/** How often a name was seen since it was last written; instants in ms. */
export interface SeenName {
  readonly workspace: string;
  readonly kind: SeenKind;
  readonly name: string;
  readonly types: number;
  readonly n: number;
  readonly firstSeen: number;
  readonly lastSeen: number;
}

export type SeenRow = Pick<typeof seenNames.$inferSelect, "kind" | "name" | "types" | "n" | "first_seen" | "last_seen">;

/** Names of a kind that a workspace may have in one shard; what comes beyond is counted under the name ''. */
export const namesPerKind = 1_000;

const columns = `value ->> 0 AS workspace, value ->> 1 AS kind, value ->> 2 AS name, value ->> 3 AS types, value ->> 4 AS n, value ->> 5 AS first, value ->> 6 AS last`;
const update = `ON CONFLICT (workspace, kind, name) DO UPDATE SET types = types | excluded.types, n = n + excluded.n,
  first_seen = min(first_seen, excluded.first_seen), last_seen = max(last_seen, excluded.last_seen)`;

/** A known name is always counted, a new one where there is room for it: a batch may bring a few more. */
const putNames = `INSERT INTO seen_names (workspace, kind, name, types, n, first_seen, last_seen)
  SELECT s.workspace, s.kind, s.name, s.types, s.n, s.first, s.last FROM (SELECT ${columns} FROM json_each(?1)) s
  WHERE EXISTS (SELECT 1 FROM seen_names o WHERE o.workspace = s.workspace AND o.kind = s.kind AND o.name = s.name)
    OR (SELECT count(*) FROM seen_names o WHERE o.workspace = s.workspace AND o.kind = s.kind) < ${namesPerKind} ${update}`;

const countRest = `INSERT INTO seen_names (workspace, kind, name, types, n, first_seen, last_seen)
  SELECT s.workspace, s.kind, '', 0, sum(s.n), min(s.first), max(s.last) FROM (SELECT ${columns} FROM json_each(?1)) s
  WHERE NOT EXISTS (SELECT 1 FROM seen_names o WHERE o.workspace = s.workspace AND o.kind = s.kind AND o.name = s.name)
  GROUP BY s.workspace, s.kind ${update}`;

/** Statements that write names seen in one shard; to be run in this order in one batch. */
export const seenStatements = (db: D1Database, names: readonly SeenName[]): readonly D1PreparedStatement[] =>
  jsonRows(
    names.map(({ workspace, kind, name, types, n, firstSeen, lastSeen }) => [workspace, kind, name, types, n, firstSeen, lastSeen]),
  ).flatMap((text) => [db.prepare(putNames).bind(text), db.prepare(countRest).bind(text)]);

/** Everything seen in one shard: bounded, as names are. */
export const readSeen = async (db: D1Database, workspace: string): Promise<readonly SeenRow[]> =>
  (
    await db
      .prepare("SELECT kind, name, types, n, first_seen, last_seen FROM seen_names WHERE workspace = ? ORDER BY kind, name")
      .bind(workspace)
      .all<SeenRow>()
  ).results;
